"""Consent taken back while something is under way: no killed run and no way back publishes it after all."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from prefstrata.model import IntegrityError
from prefstrata.model.resources import data_directory
from prefstrata.project import open_project_store, read_project
from prefstrata.releases import read_manifest
from prefstrata.stores.local import LocalStore
from tests._command import inside, pairwise, put

pytestmark = pytest.mark.usefixtures("in_short")

CONFIG = """\
name: small
policies: [general]
sources:
  - {name: crowd, mode: offline, supervisor: crowd, path: inbox/*.jsonl, format: seed-jsonl}
  - {name: back, mode: online, supervisor: user, path: back/*.csv, format: mapping,
     map: {fields: {who: text}, withdrawals: [{user: who, source: crowd}]}}
"""
WORDS = "the words of ann"


class Killed(BaseException):
    """What nothing catches, as a kill is."""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one release, of bob's votes; no test changes it."""
    folder = tmp_path_factory.mktemp("released")
    (folder / "prefstrata.yaml").write_text(CONFIG)
    (folder / "inbox").mkdir()
    _votes(folder, "bob")
    assert inside("run", "--quiet", cwd=folder).code == 0
    return folder


@pytest.fixture(scope="module")
def left(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same where a run was killed before it published ann's votes, too; no test changes it."""
    folder = Path(shutil.copytree(released, tmp_path_factory.mktemp("left") / "project"))
    _votes(folder, "ann", words="Write to ann@example.org.")
    with pytest.MonkeyPatch.context() as patch:
        _killed(folder, patch, "publish")
    assert WORDS.encode() in _everything(folder)
    return folder


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    """A copy of the project with one release, to change."""
    return Path(shutil.copytree(released, tmp_path / "project"))


@pytest.fixture
def unpublished(left: Path, tmp_path: Path) -> Path:
    """A copy of the project with a release that was not published, to change."""
    return Path(shutil.copytree(left, tmp_path / "project"))


def _votes(project: Path, who: str, *, words: str = "") -> None:
    records = [
        pairwise(
            f"the words of {who}, question {n}? {words}",
            f"Good {n}.",
            f"Bad {n}.",
            rater=who,
            rationale=f"{who} says so",
        )
        for n in range(12)
    ]
    put(project, f"{who}.jsonl", *records)


def _killed(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A run that is killed where it calls a method of the store."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, name, kill)
        with pytest.raises(Killed):
            inside("run", "--quiet", cwd=project)


def _manifests(project: Path) -> dict[str, Any]:
    with open_project_store(read_project(project)) as store:
        return {tag.name: json.loads(read_manifest(store, commit)) for tag, commit in store.log()}


def _everything(project: Path) -> bytes:
    """All that the store holds and names: reports and cards are files as they are."""
    return b"".join(path.read_bytes() for path in (project / "releases" / "files").rglob("*") if path.is_file())


def test_what_a_killed_run_was_about_to_publish_is_not_published_after_a_withdrawal(unpublished: Path) -> None:
    """The run that finds it deletes it, bytes and all, and publishes one without the person."""
    project = unpublished
    assert inside("withdraw", "crowd:ann", cwd=project).code == 0
    done = inside("run", cwd=project)
    assert (done.code, "an earlier run" in done.out) == (0, False)
    found = _manifests(project)
    assert {tag: each["online"]["withdrawn"]["subjects"] for tag, each in found.items()} == {"v000001": 0, "v000002": 1}
    assert WORDS.encode() not in _everything(project)

    # The release of before is still handed out, and not without a word.
    for ref, warned in (("v000001", True), ("latest", False)):
        given = inside("checkout", f"weak@{ref}", "--for", "jsonl", "--out", project / f"of-{ref}", cwd=project)
        assert (given.code, "v000001 was made before 1 withdrew consent" in given.err) == (0, warned), given.err
    # So it is where a lock file holds on to it, whatever the ref says by now.
    lock = project / "prefstrata.lock"
    asked = ("--for", "jsonl", "--out", project / "of-lock")
    assert inside("checkout", "weak@v000001", *asked, "--lock", cwd=project).code == 0
    lock.write_text(lock.read_text("utf-8").replace('"v000001":', '"latest":'), "utf-8")
    shutil.rmtree(project / "of-lock")
    given = inside("checkout", "weak", *asked, "--locked", cwd=project)
    assert (given.code, "v000001 was made before 1 withdrew consent" in given.err) == (0, True), given.err


def test_what_a_killed_run_had_written_is_published_and_told(
    unpublished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody took anything back: it is finished as it was, and the run says so beside what it makes itself."""
    project = unpublished
    _votes(project, "eva")
    done = inside("run", cwd=project)
    assert "published v000002, which an earlier run had written and not published" in done.out
    assert "published v000003: " in done.out
    _votes(project, "kim")
    _killed(project, monkeypatch, "publish")
    _votes(project, "lee")
    done = inside("run", "--json", cwd=project)
    assert (done.document["finished"], done.document["tag"]) == (["v000004"], "v000005")


def test_no_way_leads_back_past_a_withdrawal_that_no_release_knows_of_yet(project: Path) -> None:
    """Neither what the warehouse knows nor what the project's file says is published again."""
    _votes(project, "ann")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert inside("withdraw", "crowd:bob", cwd=project).code == 0
    back = inside("rollback", "v000001", cwd=project)
    assert (back.code, "before 1 withdrew" in back.err) == (3, True)
    (project / "warehouse").rename(project / "elsewhere")
    back = inside("rollback", "v000001", cwd=project)
    assert (back.code, "before 1 withdrew" in back.err) == (3, True)
    assert not (project / "warehouse" / "prefstrata.duckdb").exists()
    assert list(_manifests(project)) == ["v000002", "v000001"]


def test_a_purge_destroys_what_a_killed_run_had_uploaded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No release names it, so no purge of a release does; it goes with the next one, or with `gc`."""
    _votes(project, "ann")
    _killed(project, monkeypatch, "commit")
    assert WORDS.encode() in _everything(project)
    assert inside("withdraw", "crowd:ann", cwd=project).code == 0
    assert inside("gc", cwd=project).out == "every stored byte is held by a release\n", "it can still be finished"
    assert inside("run", "--quiet", cwd=project).code == 0
    done = inside("purge", "v000001", "--reason", "request 4", "--json", cwd=project)
    assert done.code == 0
    assert WORDS.encode() not in _everything(project)

    _votes(project, "eva")
    _killed(project, monkeypatch, "commit")
    assert b"the words of eva" in _everything(project)
    _votes(project, "kim")
    assert inside("run", "--quiet", cwd=project).code == 0
    _votes(project, "lee")
    _killed(project, monkeypatch, "commit")
    done = inside("purge", "v000002", "--reason", "request 5", "--json", cwd=project)
    assert done.document["collected"]["objects"] > 0
    assert b"the words of lee" not in _everything(project)
    assert inside("gc", "--json", cwd=project).document["objects"] == 0
    assert inside("run", "--quiet", cwd=project).code == 0
    assert b"the words of lee" in _everything(project)


def _hide(project: Path) -> None:
    """From now on the policy hides personal data."""
    shipped = (data_directory("policies") / "general.yaml").read_text("utf-8")
    (project / "general.yaml").write_text(shipped + "\nprivacy: {personal_data: mask}\n", "utf-8")
    config = project / "prefstrata.yaml"
    config.write_text(config.read_text().replace("policies: [general]", "policies: [./general.yaml]"))


def test_what_the_policy_hides_now_no_older_release_shows_again(unpublished: Path) -> None:
    """Neither a way back nor what a killed run had written publishes a text that is hidden since."""
    project = unpublished
    _hide(project)
    done = inside("run", cwd=project)
    assert (done.code, "an earlier run" in done.out) == (0, False)
    found = _manifests(project)
    assert [each["privacy"]["personal_data"] for each in found.values()] == ["mask", "off"]
    assert b"ann@example.org" not in _everything(project)
    back = inside("rollback", "v000001", cwd=project)
    assert (back.code, "before the policy said" in back.err) == (3, True)


def test_a_withdrawal_in_a_file_holds_for_what_a_killed_run_had_written(unpublished: Path) -> None:
    """Files are read before anything that is left is published."""
    project = unpublished
    (project / "back").mkdir()
    (project / "back" / "a.csv").write_text("who\nzoe\n")
    done = inside("run", cwd=project)
    assert (done.code, "an earlier run" in done.out) == (0, False)
    assert list(_manifests(project)) == ["v000002", "v000001"]


def test_the_log_says_which_releases_were_purged(project: Path) -> None:
    """They stay in it, for that they were made is known for ever; what came before goes on to be said of them."""
    _votes(project, "ann")
    assert inside("run", "--quiet", cwd=project).code == 0
    before = inside("log", cwd=project).out
    assert inside("purge", "v000001", "--reason", "request 8", cwd=project).code == 0
    found = inside("log", "--json", cwd=project).document
    assert [(each["tag"], each["purged"]) for each in found] == [("v000002", False), ("v000001", True)]
    after = inside("log", cwd=project).out
    assert [line.replace("purged, can no longer be read; it was: ", "") for line in after.splitlines()] == (
        before.splitlines()
    )
    assert "purged" in after.splitlines()[2]


def test_releases_are_compared_across_one_that_was_purged(project: Path) -> None:
    """What it said of a withdrawal is gone with it, and the records are gone as others are."""
    _votes(project, "ann")
    assert inside("withdraw", "crowd:bob", cwd=project).code == 0
    assert inside("run", "--quiet", cwd=project).code == 0
    _votes(project, "eva")
    assert inside("run", "--quiet", cwd=project).code == 0

    def changes() -> set[tuple[str, int]]:
        found = inside("diff", "v000001", "v000003", "--json", cwd=project)
        assert found.code == 0, found.err
        return {(row["change"], row["records"]) for row in found.document["records"]}

    assert changes() == {("added", 24), ("withdrawn", 12)}
    assert inside("purge", "v000002", "--reason", "request 8", cwd=project).code == 0
    assert changes() == {("added", 24), ("removed", 12)}


def test_what_was_purged_once_stops_no_release_that_others_may_be_in(project: Path) -> None:
    """Without ann and eva the rows of a layer are those of a purged release again: bob's, who never withdrew."""
    for who in ("ann", "eva"):
        _votes(project, who)
        assert inside("run", "--quiet", cwd=project).code == 0
    assert inside("purge", "v000001", "v000002", "--reason", "request 6", cwd=project).code == 0
    for who in ("ann", "eva"):
        assert inside("withdraw", f"crowd:{who}", cwd=project).code == 0
    done = inside("run", "--json", cwd=project)
    assert done.code == 0, done.err
    assert done.document["tag"] == "v000004"
    again = "weak/pairs/bucket=all.000.parquet"
    with open_project_store(read_project(project)) as store:
        purged, newest = store.resolve("v000001"), store.resolve("v000004")
        for path in (again, "CARD.md", "manifest.json"):
            with pytest.raises(IntegrityError, match="purged: request 6"):
                store.open(purged.id, path)
        with store.open(newest.id, again) as reader:
            edition = pl.read_parquet_metadata(io.BytesIO(reader.read()))
    assert edition["edition"] == "1"
    assert inside("verify", "v000004", cwd=project).code == 0
    assert inside("verify", "v000001", cwd=project).code == 5
    given = inside("checkout", "weak", "--for", "jsonl", "--out", project / "of-latest", cwd=project)
    assert given.code == 0, given.err
    assert inside("run", "--json", cwd=project).document["status"] == "nothing_new"
