"""A purge that meets a release which another machine publishes meanwhile: neither is stuck with what is left."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prefstrata.model.resources import data_directory
from prefstrata.releases import checkout_files, drafting
from prefstrata.stores import GcReport
from prefstrata.stores.local import LocalStore
from tests._command import Done, inside, pairwise, put

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prefstrata.releases import Draft
    from prefstrata.stores import CommitInfo, Published, PurgeReport

pytestmark = pytest.mark.usefixtures("in_short")

CONFIG = """\
name: small
policies: [general]
store: {kind: local, path: ../releases}
sources:
  - {name: crowd, mode: offline, supervisor: crowd, path: inbox/*.jsonl, format: seed-jsonl}
"""


def _votes(project: Path, who: str) -> None:
    put(project, f"{who}.jsonl", *(pairwise(f"{who}, {n}?", f"Good {n}.", f"Bad {n}.", rater=who) for n in range(12)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store and two projects: one made its two releases, the other knows what is in the first; no test changes it."""
    folder = tmp_path_factory.mktemp("made")
    here = folder / "here"
    (here / "inbox").mkdir(parents=True)
    (here / "prefstrata.yaml").write_text(CONFIG)
    _votes(here, "bob")
    assert inside("run", "--quiet", cwd=here).code == 0
    shutil.copytree(here, folder / "there")
    _votes(here, "ann")
    assert inside("run", "--quiet", cwd=here).code == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


def _purged_while(
    here: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Done], ref: str = "v000001"
) -> Done:
    """A release, the first, is purged while something else is done, after it was found what no other release holds."""
    to_purge = LocalStore.purge

    def late(store: LocalStore, sha256s: Sequence[str], reason: str) -> PurgeReport:
        patched.setattr(LocalStore, "purge", to_purge)
        done = meanwhile()
        assert done.code == 0, done.err
        return to_purge(store, sha256s, reason)

    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "purge", late)
        return inside("purge", ref, "--reason", "request 9", cwd=here)


@pytest.mark.parametrize("refit", ["every-run", "on-drift"])
@pytest.mark.parametrize("first", ["here", "there"])
def test_a_release_that_is_damaged_by_a_purge_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, first: str, refit: str
) -> None:
    """By the next run of whoever comes first, though nothing is new; it is whole, and says what it is compared with."""
    here, there = folder / "here", folder / "there"
    for each in (here, there):
        shipped = (data_directory("policies") / "general.yaml").read_text("utf-8")
        (each / "general.yaml").write_text(f"{shipped}\nrefit: {refit}\n", "utf-8")
        config = each / "prefstrata.yaml"
        config.write_text(config.read_text().replace("[general]", "[./general.yaml]"))

    purge = _purged_while(here, monkeypatch, lambda: inside("run", cwd=there))
    assert (purge.code, "v000003, published meanwhile, held some" in purge.err) == (5, True)
    assert inside("verify", "v000003", cwd=here).code == 5
    for limit in ([], ["--limit", "3"]):
        listed = inside("log", "--json", *limit, cwd=there).document
        marks = [(each["tag"], each["purged"], each["damaged"]) for each in listed]
        assert marks == [("v000003", False, True), ("v000002", False, False), ("v000001", True, False)]
    assert "v000003" in (line := inside("log", "--limit", "1", cwd=there).out.splitlines()[1])
    assert "some of it was purged while it was published, cannot be checked out; it was: " in line
    done = inside("run", "--json", cwd=folder / first)
    assert (done.code, done.document["tag"]) == (0, "v000004"), done.err
    [warning] = [each for each in done.document["warnings"] if "purged" in each]
    assert warning == (
        "some of v000003, the release before, was purged while it was published: this one is compared with v000002"
    )
    assert inside("verify", "v000004", cwd=here).code == 0
    listed = {each["tag"]: each for each in inside("log", "--json", cwd=there).document}
    assert not listed["v000004"]["damaged"]
    manifest = inside("show", "v000004", "--json", cwd=here).document
    against = listed["v000002"]
    assert manifest["parent"]["release_id"] == listed["v000003"]["release_id"]
    assert manifest["compared_with"] == {key: against[key] for key in ("release_id", "manifest_sha256", "tag")}
    told = "Against v000002, for some of the release before was purged: "
    assert told in (shown := inside("show", "v000004", cwd=here).out)
    assert "Against the release before" not in shown
    with LocalStore(folder / "releases") as store:
        checkout_files(store, "v000004", folder / "out")
    card, report = ((folder / "out" / path).read_text("utf-8") for path in ("CARD.md", "report/index.html"))
    assert told in card
    assert told in report
    assert "the release before" not in report.replace(told, "")
    assert "compared_with" not in inside("show", "v000002", "--json", cwd=here).document
    assert inside("run", "--json", cwd=folder / first).document["status"] == "nothing_new"


@pytest.mark.parametrize("collects", [True, False])
def test_a_run_sees_the_purge_that_did_not_see_its_release(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, collects: bool
) -> None:
    """It came after the files were read back and before there was a tag.

    Where the store collects what was committed, it is made again, and refused; where it does not, as lakeFS, it is
    published, and from there another release leads away.
    """
    here, there = folder / "here", folder / "there"
    to_publish = LocalStore.publish

    def late(store: LocalStore, commit: str, tag: str, expected_parent: str) -> Published:
        purge = inside("purge", "v000001", "--reason", "request 9", cwd=here)
        assert purge.code == 0, purge.err
        return to_publish(store, commit, tag, expected_parent)

    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "publish", late)
        if not collects:
            patched.setattr(LocalStore, "gc", lambda _: GcReport())
        back = inside("rollback", "v000001", cwd=there)
    assert back.code == 5, back.err
    wanted = "purged: request 9" if collects else "v000003 is published, and some of it was purged meanwhile"
    assert wanted in back.err
    done = inside("run", "--json", cwd=here) if collects else inside("rollback", "v000002", cwd=there)
    assert done.code == 0, done.err
    assert inside("verify", "latest", cwd=there).code == 0


def test_from_a_rollback_that_is_damaged_by_a_purge_another_leads_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that finds nothing new says so, and does not publish again what was taken back; what is new is released."""
    here, there = folder / "here", folder / "there"
    purge = _purged_while(here, monkeypatch, lambda: inside("rollback", "v000001", cwd=there))
    assert (purge.code, "roll back once more" in purge.err) == (5, True)
    done = inside("run", "--json", cwd=here)
    assert (done.code, done.document["status"]) == (0, "nothing_new"), done.err
    assert done.document["warnings"] == [
        "some of v000003, a rollback, was purged while it was published: roll back once more, to a release that stays"
    ]
    assert inside("rollback", "v000002", cwd=here).code == 0
    assert inside("verify", "v000004", cwd=here).code == 0


def test_a_run_follows_a_rollback_that_is_damaged_by_a_purge(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its manifest was purged with it; the release is held against the one before, and so is consent."""
    here, there = folder / "here", folder / "there"
    _purged_while(here, monkeypatch, lambda: inside("rollback", "v000001", cwd=there))
    _votes(here, "eva")
    done = inside("run", "--json", cwd=here)
    assert (done.code, done.document["tag"]) == (0, "v000004"), done.err
    assert inside("verify", "v000004", cwd=here).code == 0
    changes = inside("show", "v000004", "--json", cwd=here).document["changes"]
    assert {each["change"] for each in changes} == {"added"}
    assert sum(each["records"] for each in changes) == 12


def _all_purged(folder: Path, monkeypatch: pytest.MonkeyPatch, *newest: str) -> None:
    """Two purges overlap with a run, or a rollback: the newest release is damaged, and no release before it is left."""

    def meanwhile() -> Done:
        done = inside(*(newest or ("run",)), cwd=folder / "there")
        assert done.code == 0, done.err
        return inside("purge", "v000002", "--reason", "request 11", cwd=folder / "there")

    purge = _purged_while(folder / "here", monkeypatch, meanwhile)
    assert (purge.code, "v000003, published meanwhile, held some" in purge.err) == (5, True)


def test_where_nothing_is_left_to_compare_with_a_release_is_made_like_the_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so; from then on all is as before."""
    here = folder / "here"
    _all_purged(folder, monkeypatch)
    done = inside("run", "--json", cwd=here)
    assert (done.code, done.document["tag"]) == (0, "v000004"), done.err
    [warning] = [each for each in done.document["warnings"] if "purged" in each]
    assert warning == (
        "some of v000003, the release before, was purged while it was published, and so was all before it:"
        " this one is compared with none"
    )
    assert inside("verify", "v000004", cwd=here).code == 0
    assert inside("show", "v000004", "--json", cwd=here).document["compared_with"] is None
    assert "Against no release, for some of each before was purged: " in inside("show", "v000004", cwd=here).out
    _votes(here, "eva")
    done = inside("run", "--json", cwd=here)
    assert (done.code, done.document["tag"], done.document["warnings"]) == (0, "v000005", []), done.err
    assert inside("diff", "v000004", "v000005", "--json", cwd=here).code == 0


def test_where_nothing_is_left_to_compare_with_who_withdrew_still_stays_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the damaged release said of it holds."""
    here, there = folder / "here", folder / "there"
    _votes(there, "zoe")
    assert inside("withdraw", "crowd:zoe", cwd=there).code == 0
    _all_purged(folder, monkeypatch)
    stopped = inside("run", cwd=here)
    assert (stopped.code, "leaves out 1 who withdrew" in stopped.err) == (3, True), stopped.err
    yes = ("--approve", "zoe never withdrew, we tested it", "--by", "lee")
    assert inside("run", "--quiet", *yes, cwd=here).code == 0


def test_where_no_manifest_is_left_somebody_has_to_say_that_all_who_withdrew_are_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest of a rollback is that of the release it leads to, and was purged with it."""
    here = folder / "here"
    _all_purged(folder, monkeypatch, "rollback", "v000001")
    _votes(here, "eva")
    stopped = inside("run", cwd=here)
    assert (stopped.code, "nothing says who withdrew" in stopped.err) == (3, True), stopped.err
    done = inside("run", "--json", "--approve", "withdrawals.jsonl is complete", "--by", "lee", cwd=here)
    assert (done.code, done.document["tag"]) == (0, "v000004"), done.err
    assert [each for each in done.document["warnings"] if "approved, and may hold what was taken back" in each]
    assert inside("verify", "v000004", cwd=here).code == 0


def test_who_withdrew_is_known_beside_a_rollback_that_is_damaged_by_a_purge(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest release's manifest was purged; who is handed one of before hears from the newest that has one."""
    here, there = folder / "here", folder / "there"
    assert inside("withdraw", "crowd:ann", cwd=here).code == 0
    assert inside("run", "--quiet", cwd=here).code == 0
    _votes(here, "eva")
    assert inside("run", "--quiet", cwd=here).code == 0
    _purged_while(here, monkeypatch, lambda: inside("rollback", "v000003", cwd=there), "v000003")
    given = inside("checkout", "weak@v000002", "--for", "jsonl", "--out", folder / "out", cwd=there)
    assert (given.code, "v000002 was made before 1 withdrew consent" in given.err) == (0, True), given.err


def test_who_loses_the_race_to_make_it_again_has_nothing_to_say_of_a_draft(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The winner's release is whole and of the same content, though its report tells other costs: nothing is new."""
    here, there = folder / "here", folder / "there"
    _purged_while(here, monkeypatch, lambda: inside("run", cwd=there))
    twin = shutil.copytree(there, folder / "twin")
    to_draft = drafting.Drafter.draft

    def late(drafter: drafting.Drafter, parent: CommitInfo, *, date: int, metadata: dict[str, str]) -> Draft:
        draft = to_draft(drafter, parent, date=date, metadata=metadata)
        monkeypatch.setattr(drafting.Drafter, "draft", to_draft)
        with monkeypatch.context() as patched:
            patched.setattr(drafting, "render_report", lambda *_, **__: b"with other costs")
            assert inside("run", "--json", cwd=twin).document["tag"] == "v000004"
        return draft

    monkeypatch.setattr(drafting.Drafter, "draft", late)
    done = inside("run", "--json", cwd=there)
    assert (done.code, done.document["status"], done.document["tag"]) == (0, "nothing_new", "v000004"), done.err
    assert done.document["warnings"] == []


def test_what_the_next_release_is_compared_with_is_not_purged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it no run could follow the newest release, of which some is gone; after the next one it is like any."""
    here, there = folder / "here", folder / "there"
    _purged_while(here, monkeypatch, lambda: inside("run", cwd=there))
    purge = inside("purge", "v000002", "--reason", "request 10", cwd=here)
    assert purge.code == 2
    assert "v000002 cannot be purged yet: what comes next is compared with it, for some of v000003" in purge.err
    assert inside("run", "--json", cwd=here).document["tag"] == "v000004"
    assert inside("purge", "v000002", "v000003", "--reason", "request 10", cwd=here).code == 0
    assert inside("verify", "v000004", cwd=here).code == 0
