"""The lakeFS store's own promises: foreign objects, a repository of its own, streams that do not fill the memory."""

from __future__ import annotations

import hashlib
import resource
from typing import TYPE_CHECKING, cast

import pytest

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.releases import checkout_files, publish_release, verify_release
from prefstrata.stores import ProblemKind, open_store
from prefstrata.stores.lakefs import purging
from prefstrata.stores.lakefs.errors import Kind, fault_of_answer
from tests._stores import DATE, StoreKit, draft_on, put_all, release, release_id, sha
from tests.conftest import lakefs_kit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prefstrata.stores.lakefs import LakeFSStore
    from prefstrata.stores.lakefs.client import Client
    from prefstrata.stores.lakefs.objects import Entry
    from tests._lakefs import Server

pytestmark = pytest.mark.lakefs


@pytest.fixture
def lakefs(lakefs_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreKit]:
    """An empty repository."""
    for name, value in lakefs_server.environment.items():
        monkeypatch.setenv(name, value)
    made = lakefs_kit(lakefs_server)
    yield made
    for store in made.opened:
        store.close()


def plant(kit: StoreKit, branch: str, path: str, content: bytes) -> None:
    """Write an object the way somebody without this library would."""
    client = cast("LakeFSStore", kit.open())._client  # noqa: SLF001 - the server takes any key; the store does not
    client.upload(branch, path, iter([content]), len(content), {})


def committed(kit: StoreKit, path: str) -> str:
    """Commit a foreign object beside one of ours; return the commit's id."""
    store = kit.open()
    txn = store.begin(store.resolve("latest").id, release_id("one"))
    put_all(store, txn, {"ours": b"1"})
    plant(kit, txn.branch, path, b"foreign")
    return store.commit(txn, sha(b"m"), {}, DATE)


@pytest.mark.parametrize("path", ["../../outside", "/etc/x", "a\\..\\b", "a//b", "nul", "a\nb"])
def test_a_hostile_key_is_refused_before_anything_is_written(lakefs: StoreKit, tmp_path: Path, path: str) -> None:
    """The server takes any key; neither a list nor a checkout follows it."""
    commit = committed(lakefs, path)
    store = lakefs.open()
    with pytest.raises(IntegrityError, match="not safe"):
        list(store.list(commit))
    with pytest.raises(IntegrityError, match="not safe"):
        checkout_files(store, commit, tmp_path / "a" / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_file_is_not_vouched_for(lakefs: StoreKit) -> None:
    """Without a recorded sha256 there is nothing to compare with: verify says so, and open refuses."""
    commit = committed(lakefs, "foreign")
    store = lakefs.open()
    assert [problem.kind for problem in store.verify([commit]).problems] == [ProblemKind.UNRECORDED]
    with pytest.raises(IntegrityError, match="no recorded sha256"):
        store.open(commit, "foreign")


def test_something_staged_on_main_does_not_stop_a_release(lakefs: StoreKit) -> None:
    """The tag decides; main is moved to it, and the stray object is in no version."""
    store = lakefs.open()
    plant(lakefs, "main", "stray", b"x")
    root = store.resolve("latest")
    outcome = publish_release(store, draft_on(root, {"a": b"1"}), parent=root.id)
    assert (outcome.tag, outcome.warnings) == ("v000001", ())
    assert {file.path for file in store.list(store.resolve("main").id)} == {"a", "manifest.json"}
    assert verify_release(store, "main").commits == (outcome.commit,)


def test_a_repository_with_other_work_in_it_is_refused(lakefs: StoreKit) -> None:
    """Releases get a repository of their own: main would be moved away from the other work."""
    store = cast("LakeFSStore", lakefs.open())
    txn = store.begin(store.resolve("latest").id, release_id("one"))
    put_all(store, txn, {"a": b"1"})
    store._refs.move_main(store.commit(txn, sha(b"m"), {}, DATE))  # noqa: SLF001 - stands for somebody else's commit
    with pytest.raises(ConfigError, match="repository of its own"):
        store.resolve("latest")


def digest_of(path: Path) -> str:
    """Return the hex sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_what_was_purged_is_listed_once_until_there_is_more(lakefs: StoreKit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call asks whether there is; what another process purged is seen at once."""
    listed: list[str] = []
    to_list = purging.list_entries

    def noting(client: Client, ref: str, prefix: str) -> Mapping[str, Entry]:
        listed.append(ref)
        return to_list(client, ref, prefix)

    monkeypatch.setattr(purging, "list_entries", noting)
    store, other = lakefs.open(), lakefs.open()
    one, two = sha(b"one"), sha(b"two")
    assert store.purged([one, two]) == set()
    for purged in ([one], [one, two]):
        other.purge(purged, "request 3")
        listed.clear()
        for _ in range(3):
            assert store.purged([one, two]) == set(purged)
            list(store.list(store.resolve("latest").id))
        assert listed == ["purged"]


def test_big_files_stream(lakefs: StoreKit, tmp_path: Path) -> None:
    """Sending and reading 200 MB takes a few MB of memory."""
    big = tmp_path / "big"
    with big.open("wb") as file:
        for number in range(200):
            file.write(number.to_bytes(1) * 1_000_000)
    store = lakefs.open()
    release(store, {"small": b"1"})
    digest = digest_of(big)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    txn = store.begin(store.resolve("latest").id, release_id("big"))
    store.put(txn, "big", big, digest, big.stat().st_size)
    assert store.verify([store.commit(txn, sha(b"m"), {}, DATE)])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "commit: no changes", Kind.UNCHANGED),
        (400, "write /x: no space left on device", Kind.FULL),
        (500, "no space left on device", Kind.FULL),
        (400, "bad tag", Kind.INVALID),
        (401, "", Kind.REFUSED),
        (404, "not found", Kind.MISSING),
        (409, "exists", Kind.EXISTS),
        (412, "path already exists", Kind.PRECONDITION),
        (423, "locked", Kind.TRANSIENT),
        (429, "slow down", Kind.TRANSIENT),
        (503, "<html>", Kind.TRANSIENT),
    ],
)
def test_answers_are_sorted_into_kinds(status: int, message: str, kind: Kind) -> None:
    """Only what may pass by itself is tried again."""
    assert fault_of_answer(status, f'{{"message": "{message}"}}'.encode()).kind is kind
    assert fault_of_answer(status, message).kind is kind


def test_the_names_lakectl_uses_work_too(lakefs_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has lakectl set up needs to set nothing more."""
    for name in lakefs_server.environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAKECTL_CREDENTIALS_ACCESS_KEY_ID", lakefs_server.access_key_id)
    monkeypatch.setenv("LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY", lakefs_server.secret_access_key)
    monkeypatch.setenv("LAKECTL_SERVER_ENDPOINT_URL", f"{lakefs_server.endpoint}/api/v1")
    repository = str(lakefs_kit(lakefs_server).config["repository"])
    with open_store({"kind": "lakefs", "repository": repository}) as store:
        assert store.resolve("latest").parent is None
