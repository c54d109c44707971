"""Transactions: staging files on a run's branch, and committing them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NoReturn

import pytest

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores import FileInfo, Put, RunGoneError, Txn, VersionStore, tree_id
from tests._stores import DATE, StoreKit, commit_files, put_all, read_back, release, release_id, sha

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "",
    "/etc/passwd",
    "../up",
    "a/../../up",
    "a/./b",
    "a//b",
    "a/",
    "..",
    "a\\..\\b",
    "C:\\x",
    "a\x00b",
    "a\nb",
    "nul",
    "main/CON.txt",
    "a/b. ",
    "a/" + "x" * 256,
    "x/" * 600 + "x",
]


def begin(store: VersionStore, name: str = "one") -> Txn:
    """Begin a release on top of the newest one."""
    return store.begin(store.resolve("latest").id, release_id(name))


def never() -> NoReturn:
    """Stand for bytes that must not be asked for."""
    raise AssertionError("the bytes were read although the store has them")


def test_a_new_file_is_uploaded(store: VersionStore) -> None:
    """Its bytes were not there."""
    txn = begin(store)
    assert store.put(txn, "main/a", lambda: io.BytesIO(b"1"), sha(b"1"), 1) is Put.UPLOADED
    assert store.staged(txn) == {"main/a": FileInfo("main/a", sha(b"1"), 1)}


def test_a_file_is_read_from_a_path(store: VersionStore, tmp_path: Path) -> None:
    """A source may be a local file."""
    (tmp_path / "x").write_bytes(b"12")
    txn = begin(store)
    assert store.put(txn, "a", tmp_path / "x", sha(b"12"), 2) is Put.UPLOADED


def test_putting_again_changes_nothing(store: VersionStore) -> None:
    """The second time the bytes are not even read."""
    txn = begin(store)
    put_all(store, txn, {"a": b"1"})
    assert store.put(txn, "a", never, sha(b"1"), 1) is Put.UNCHANGED


def test_a_file_of_the_parent_is_not_uploaded(store: VersionStore) -> None:
    """Same path, same bytes: nothing to do."""
    release(store, {"a": b"1"})
    assert store.put(begin(store), "a", never, sha(b"1"), 1) is Put.UNCHANGED


def test_bytes_of_the_parent_are_referenced(store: VersionStore) -> None:
    """Another path, same bytes: they are named, not sent, and can be read."""
    release(store, {"a": b"1"})
    txn = begin(store)
    assert store.put(txn, "b", never, sha(b"1"), 1) is Put.REFERENCED
    commit = store.commit(txn, sha(b"m"), {}, DATE)
    assert read_back(store, commit, "b") == b"1"


def test_bytes_can_be_referenced_over_and_over(store: VersionStore) -> None:
    """A reference to a referenced file names the same bytes still."""
    content = b"same bytes for ever"
    release(store, {"a": content})
    for path in ("b", "c", "d"):
        release(store, {path: content})
    with store.open(store.resolve("latest").id, "d") as reader:
        assert reader.read() == content


def test_bytes_of_a_named_commit_are_referenced(store: VersionStore) -> None:
    """A release may reuse an older one's bytes that its parent does not have."""
    release(store, {"a": b"old"})
    release(store, {"a": b"new"})
    txn = store.begin(store.resolve("v2").id, release_id("back"), reuse=[store.resolve("v1").id])
    assert store.put(txn, "a", never, sha(b"old"), 3) is Put.REFERENCED


def test_equal_bytes_in_one_transaction_are_sent_once(store: VersionStore) -> None:
    """The second path names the first one's bytes."""
    txn = begin(store)
    put_all(store, txn, {"a": b"same"})
    assert store.put(txn, "b", never, sha(b"same"), 4) is Put.REFERENCED


def test_a_changed_file_replaces_the_parents(store: VersionStore) -> None:
    """The path holds the new bytes, in the new version only."""
    release(store, {"a": b"1"})
    txn = begin(store)
    assert store.put(txn, "a", lambda: io.BytesIO(b"2"), sha(b"2"), 1) is Put.UPLOADED
    commit = store.commit(txn, sha(b"m"), {}, DATE)
    assert read_back(store, commit, "a") == b"2"
    assert read_back(store, store.resolve("v1").id, "a") == b"1"


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (3 << 20) + 1])
def test_files_of_any_size_come_back(store: VersionStore, size: int) -> None:
    """Nothing happens at the edges of the pieces they are sent in."""
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    commit = commit_files(store, {"a": content}, "sizes")
    with store.open(commit, "a") as reader:
        assert reader.read() == content


@pytest.mark.parametrize("path", ["main/pairs/bucket=00.parquet", "CARD.md", "ünïcode/数据 1.json", "a+b&c=d#%20"])
def test_ordinary_paths_come_back_as_given(store: VersionStore, path: str) -> None:
    """Nothing is lost in quoting."""
    commit = commit_files(store, {path: b"1"}, "paths")
    assert [file.path for file in store.list(commit)] == [path]
    assert read_back(store, commit, path) == b"1"


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused(store: VersionStore, path: str) -> None:
    """A path that could leave the checkout's folder never gets in."""
    txn = begin(store)
    with pytest.raises(IntegrityError, match="not safe"):
        store.put(txn, path, lambda: io.BytesIO(b"1"), sha(b"1"), 1)
    assert not store.staged(txn)


@pytest.mark.parametrize(
    "claimed", [(sha(b"other"), 3), (sha(b"abc"), 2), (sha(b"abc"), 4)], ids=["hash", "less", "more"]
)
@pytest.mark.parametrize("repeat", [1, 1 << 20], ids=["small", "big"])
def test_a_source_that_is_not_what_it_says_is_refused(
    store: VersionStore, claimed: tuple[str, int], repeat: int
) -> None:
    """A file that changed while it was released leaves nothing behind."""
    sha256, size = claimed
    content = b"abc" * repeat
    if repeat > 1 and sha256 == sha(b"abc"):
        sha256, size = sha(content), len(content) + size - 3
    txn = begin(store)
    with pytest.raises(IntegrityError, match="changed"):
        store.put(txn, "a", lambda: io.BytesIO(content), sha256, size)
    assert not store.staged(txn)


@pytest.mark.parametrize("text", ["", "abc", "G" * 64, sha(b"").upper()])
def test_a_hash_must_look_like_one(store: VersionStore, text: str) -> None:
    """A wrong digest never becomes a file name or a header."""
    with pytest.raises(ConfigError, match="not a sha256"):
        store.put(begin(store), "a", never, text, 1)


def test_other_bytes_at_a_staged_path_are_refused(store: VersionStore) -> None:
    """One release gives one path one content: a second one means it is not deterministic."""
    txn = begin(store)
    put_all(store, txn, {"a": b"1"})
    with pytest.raises(IntegrityError, match="other bytes"):
        store.put(txn, "a", lambda: io.BytesIO(b"2"), sha(b"2"), 1)


def test_a_removed_file_is_gone_from_the_new_version_only(store: VersionStore) -> None:
    """Removing twice, or what is not there, is nothing."""
    release(store, {"a": b"1", "b": b"2"})
    txn = begin(store)
    for path in ("b", "b", "never-there"):
        store.remove(txn, path)
    assert "b" not in store.staged(txn)
    commit = store.commit(txn, sha(b"m"), {}, DATE)
    assert "b" not in {file.path for file in store.list(commit)}
    assert "b" in {file.path for file in store.list(store.resolve("v1").id)}


def test_a_removed_file_can_be_put_back(store: VersionStore) -> None:
    """The tree is then the parent's again."""
    release(store, {"a": b"1", "b": b"2"})
    txn = begin(store)
    store.remove(txn, "b")
    store.put(txn, "b", lambda: io.BytesIO(b"2"), sha(b"2"), 1)
    assert tree_id(store.staged(txn).values()) == store.resolve("latest").tree


def test_beginning_again_resumes(kit: StoreKit) -> None:
    """Another process finds what the first one staged and sends nothing twice."""
    one, two = kit.open(), kit.open()
    first = begin(one)
    put_all(one, first, {"a": b"1", "b": b"2"})
    second = begin(two)
    assert (first.resumed, second.resumed, second.branch, second.commit) == (False, True, first.branch, None)
    assert two.put(second, "a", never, sha(b"1"), 1) is Put.UNCHANGED
    assert set(two.staged(second)) == {"a", "b"}


def test_beginning_again_after_the_commit_finds_it(kit: StoreKit) -> None:
    """A resumed transaction knows how far it got."""
    one, two = kit.open(), kit.open()
    commit = commit_files(one, {"a": b"1"}, "one")
    txn = begin(two)
    assert txn.commit == commit
    assert set(two.staged(txn)) == {"a"}


def test_a_branch_of_another_release_is_not_resumed(store: VersionStore) -> None:
    """Two releases whose ids begin alike do not mix."""
    root = store.resolve("latest").id
    one, two = "ab" * 32, "ab" * 31 + "cd"
    put_all(store, txn := store.begin(root, one), {"a": b"1"})
    store.commit(txn, sha(b"m"), {}, DATE)
    with pytest.raises(IntegrityError, match="another release"):
        store.begin(root, two)


def test_two_transactions_do_not_see_each_other(store: VersionStore) -> None:
    """Each branch holds its own files: no union."""
    one, two = begin(store, "one"), begin(store, "two")
    put_all(store, one, {"a": b"1"})
    put_all(store, two, {"b": b"2"})
    assert set(store.staged(one)) == {"a"}
    assert {file.path for file in store.list(store.commit(two, sha(b"m"), {}, DATE))} == {"b"}


def test_beginning_on_nothing_is_refused(store: VersionStore) -> None:
    """The parent must exist."""
    with pytest.raises(ConfigError):
        store.begin("0" * 64, release_id("one"))


def test_a_commit_records_what_it_was_given(store: VersionStore) -> None:
    """Metadata, date, parent and tree come back, with the four keys the store adds."""
    root, txn = store.resolve("latest"), begin(store)
    put_all(store, txn, {"a": b"1"})
    made = store.resolve(
        store.commit(txn, sha(b"m"), {"summary": "für dich", "::lakefs::Dagster::url[url:ui]": "http://x"}, DATE)
    )
    assert (made.parent, made.date, made.release_id, made.manifest_sha256) == (root.id, DATE, txn.release_id, sha(b"m"))
    assert made.tree == made.metadata["tree"] == tree_id([FileInfo("a", sha(b"1"), 1)])
    assert made.metadata["summary"] == "für dich"
    assert made.metadata["::lakefs::Dagster::url[url:ui]"] == "http://x"


def test_committing_twice_is_committing_once(kit: StoreKit) -> None:
    """A retried commit, by whomever, returns the first one's id."""
    one, two = kit.open(), kit.open()
    commit = commit_files(one, {"a": b"1"}, "one")
    assert two.commit(begin(two), sha(b"manifest"), {"other": "metadata"}, DATE + 5) == commit


def test_committing_another_manifest_is_refused(store: VersionStore) -> None:
    """One release has one manifest."""
    commit_files(store, {"a": b"1"}, "one")
    with pytest.raises(IntegrityError):
        store.commit(begin(store), sha(b"another"), {}, DATE)


def test_committing_nothing_is_refused(store: VersionStore) -> None:
    """A commit that changes nothing says nothing."""
    with pytest.raises(ConfigError, match="nothing differs"):
        store.commit(begin(store), sha(b"m"), {}, DATE)


def test_an_abandoned_transaction_is_gone(store: VersionStore) -> None:
    """Abandoning twice is nothing; using it afterwards says that it is gone."""
    txn = begin(store)
    put_all(store, txn, {"a": b"1"})
    store.abandon(txn)
    store.abandon(txn)
    with pytest.raises(RunGoneError):
        store.staged(txn)
    with pytest.raises(RunGoneError):
        store.put(txn, "b", lambda: io.BytesIO(b"2"), sha(b"2"), 1)
    with pytest.raises(RunGoneError):
        store.commit(txn, sha(b"m"), {}, DATE)
    assert not store.staged(begin(store))
