"""When the rater model is fitted anew, and what a release says of a fit that was kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml

from prefstrata.model import ConfigError
from prefstrata.model.resources import data_directory
from prefstrata.noise import State
from prefstrata.pipeline import open_project_store, open_session, run
from prefstrata.pipeline._refit import due
from prefstrata.policy import Every, read_policies
from prefstrata.releases import Status, _layout, _writing, drafting, read_manifest
from prefstrata.releases.identity import CodeVersion, Identity, PolicyFile
from tests.unit.pipeline._project import add, copied, make, pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.policy import Refit
    from prefstrata.project import Project
    from prefstrata.releases._writing import WrittenFile

_POLICY = PolicyFile("general@1", "general", b"name: general", "a" * 64)
_NOW = Identity("ledger", (_POLICY,), CodeVersion("1", "sql", "2"), "mine")
_MADE = {
    "calibration_id": "fitted-1",
    "ledger": "before",
    "made_by": _NOW.made_by,
    "fitted_at": 1_000_000,
    "votes": 1000,
}
_DAY = 86_400


def _state() -> State:
    met = pl.DataFrame({"stratum": ["crowd/offline"], "dimension": ["overall"]})
    none = pl.DataFrame(schema={"rater_id": pl.String, "dimension": pl.String, "stratum": pl.String})
    return State(pl.DataFrame({"rater_id": ["ann"]}), met, met, met, none, 1.0)


def _due(refit: Refit, **changes: Any) -> str:  # noqa: ANN401 - arguments of any type
    panels = pl.DataFrame(
        changes.pop("panels", [("crowd/offline", "overall", 1000)]),
        schema={"stratum": pl.String, "dimension": pl.String, "votes": pl.Int64},
        orient="row",
    )
    moved = pl.DataFrame(
        changes.pop("moved", []),
        schema={"rater_id": pl.String, "dimension": pl.String, "stratum": pl.String, "n": pl.Int64},
        orient="row",
    )
    withdrawn = pl.DataFrame({"rater_id": changes.pop("withdrawn", [])}, schema={"rater_id": pl.String})
    usual: dict[str, Any] = {"made": _MADE, "state": _state(), "now": 1_000_000}
    return due(refit, _NOW, panels=panels, changes=moved, withdrawn=withdrawn, **{**usual, **changes})


def test_every_run_always_fits() -> None:
    """The default: what is released follows from ledger, policies and code alone."""
    assert _due("every-run")


def test_a_kept_fit_is_due_when_it_was_never_made_or_by_others() -> None:
    """Nothing fitted, or fitted under other policies or by other code, is nothing to keep."""
    assert _due("on-drift", made=None) == _due("on-drift", state=None) == "there was no fit"
    assert "others" in _due("on-drift", made={**_MADE, "made_by": "someone"})


def test_who_withdrew_is_not_kept_in_a_fit() -> None:
    """What a fit learnt from somebody who withdrew goes with the next run; who gave it nothing changes nothing."""
    for refit in ("on-drift", Every(days=7)):
        assert "withdrew" in _due(refit, withdrawn=["bob", "ann"])
        assert _due(refit, withdrawn=["bob"]) == ""


def test_on_drift_fits_when_there_is_much_it_has_not_seen() -> None:
    """More votes, another kind of them, or raters who changed; a little of each is read by the fit there is."""
    assert _due("on-drift") == ""
    assert _due("on-drift", panels=[("crowd/offline", "overall", 1250)]) == ""
    assert _due("on-drift", panels=[("crowd/offline", "overall", 1251)]) == "votes grew from 1000 to 1251"
    assert _due("on-drift", panels=[("crowd/offline", "overall", 980), ("judge/offline", "tone", 20)]) == ""
    assert "judge/offline votes on tone" in _due(
        "on-drift", panels=[("crowd/offline", "overall", 979), ("judge/offline", "tone", 21)]
    )
    assert _due("on-drift", moved=[("ann", "overall", "crowd/offline", 20)]) == ""
    assert "there are 21 votes" in _due("on-drift", moved=[("ann", "overall", "crowd/offline", 21)])


def test_after_some_days_it_fits_whatever_came() -> None:
    """The age of a fit is counted in whole days."""
    week = Every(days=7)
    assert _due(week, now=1_000_000 + 7 * _DAY - 1, panels=[("crowd/offline", "overall", 9000)]) == ""
    assert _due(week, now=1_000_000 + 7 * _DAY) == "the last fit was 7 days old"


@pytest.mark.parametrize(
    ("written", "read"), [("every-run", "every-run"), ("on-drift", "on-drift"), ({"days": 7}, Every(days=7))]
)
def test_a_policy_says_when(tmp_path: Path, written: object, read: object) -> None:
    """A word, or a number of days."""
    [(policy, _)] = read_policies(_project(tmp_path, written))
    assert policy.refit == read


@pytest.mark.parametrize("wrong", ["never", {"days": 0}, {"weeks": 1}])
def test_what_a_policy_cannot_say_is_refused(tmp_path: Path, wrong: object) -> None:
    """With the file, the line and the key."""
    with pytest.raises(ConfigError, match="refit"):
        read_policies(_project(tmp_path, wrong))


def _project(folder: Path, refit: object) -> Project:
    text = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    (folder / "own.yaml").write_text(yaml.safe_dump({**text, "refit": refit}, sort_keys=False), "utf-8")
    return make(folder, policies=["./own.yaml"])


def _manifest(project: Project, ref: str = "latest") -> dict[str, Any]:
    with open_project_store(project) as store:
        document: dict[str, Any] = json.loads(read_manifest(store, store.resolve(ref)))
        return document


def _fill(project: Project) -> None:
    for source, raters in {"crowd": ("ann", "bob", "cid"), "expert": ("lee",)}.items():
        add(project, source, "a", *(pair(number, rater) for number in range(40) for rater in raters))


_LATER = {
    "b": [pair(100, "ann"), pair(101, "bob")],
    "c": [pair(100, "bob"), pair(7, "dan"), pair(102, "dan")],
}


def _add(project: Project, batches: str) -> None:
    for name in batches:
        add(project, "crowd", name, *_LATER[name])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that keeps its fit until raters drift, released once; to be copied, for a run is what costs here."""
    folder = tmp_path_factory.mktemp("fitted")
    project = _project(folder, "on-drift")
    _fill(project)
    run(project)
    return folder


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same project with votes of eight days, each day in a file of its own (with `_TOGETHER` as here)."""
    folder = tmp_path_factory.mktemp("dated")
    project = _project(folder, "on-drift")
    for source, raters in {"crowd": ("ann", "bob", "cid"), "expert": ("lee",)}.items():
        days = [(number, rater, f"2026-03-{1 + number // 5:02d}") for number in range(40) for rater in raters]
        add(project, source, "a", *(pair(number, rater, decided_at=day) for number, rater, day in days))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_layout, "_TOGETHER", 4)
        run(project)
    return folder


def _content(project: Project) -> dict[str, Any]:
    """What was released last, but for what speaks of the release before, which is another one."""
    found = _manifest(project)
    told = {"report/index.html", "CARD.md", "changes/records.parquet"}
    files = {file["path"]: file["sha256"] for file in found["files"] if file["path"] not in told}
    return {"content": found["content_id"], "calibration": found["calibration"], "fit": found["fit"], "files": files}


def test_a_kept_fit_is_named_and_adds_nothing_but_the_ledger_it_was_made_on(fitted: Path, tmp_path: Path) -> None:
    """Small batches under on-drift are released by the fit before them: the release says so, and repeats nothing.

    The same records, fitted at once or read by an earlier fit, are two contents; in how many runs the later ones came
    leaves no trace. That it leaves none under every-run either is proved with every kind of signal, in
    tests/integration/test_determinism.py.
    """
    in_steps = copied(fitted, tmp_path / "in-steps")
    _add(in_steps, "b")
    assert run(in_steps).outcome.status is Status.PUBLISHED
    first, second = _manifest(in_steps, "v1"), _manifest(in_steps, "v2")
    assert first["fit"] == {
        "kept": False,
        "ledger": first["ledger"]["digest"],
        "votes": 160,
        "because": "there was no fit",
    }
    assert second["fit"] == {**first["fit"], "kept": True}
    assert second["calibration"] == first["calibration"]
    assert second["content_id"] != first["content_id"]
    assert {row["change"] for row in second["changes"]} == {"added"}
    with open_session(in_steps) as session:
        assert set(session.engine.read("noise.preferences")["calibration_id"]) == {first["calibration"]}
        assert set(session.engine.read("noise.raters")["calibration_id"]) == {first["calibration"]}
    _add(in_steps, "c")
    run(in_steps)
    assert run(in_steps).outcome.status is Status.NOTHING_NEW

    later = copied(fitted, tmp_path / "later")
    _add(later, "bc")
    run(later)
    assert _content(later) == _content(in_steps)

    (tmp_path / "at-once").mkdir()
    at_once = _project(tmp_path / "at-once", "on-drift")
    _fill(at_once)
    _add(at_once, "bc")
    run(at_once)
    assert _content(at_once)["content"] != _content(later)["content"]
    assert _content(at_once)["files"] != _content(later)["files"]


def test_under_a_kept_fit_the_files_of_earlier_days_stay_as_they_were(
    dated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new day has a file of its own, and no byte of a record that nobody spoke of changes."""
    monkeypatch.setattr(_layout, "_TOGETHER", 4)
    project = copied(dated, tmp_path / "project")
    add(project, "crowd", "b", *(pair(100, rater, decided_at="2026-03-09") for rater in ("ann", "bob")))
    run(project)
    before, after = (
        {file["path"]: file["sha256"] for file in _manifest(project, ref)["files"]} for ref in ("v1", "v2")
    )
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert len([path for path in after if "/pairs/" in path]) == 9
    assert {path for path in changed if "/pairs/" in path} == {"main/pairs/bucket=all.000.parquet"}


def test_files_that_are_not_written_again_are_those_that_would_be(
    dated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that takes the files of earlier days from its parent is, to the byte, the one that writes them all."""
    monkeypatch.setattr(_layout, "_TOGETHER", 4)
    written: list[str] = []
    copy = vars(_writing)["_copy"]

    def told(handle: Any, select: str, local: Path, path: str, rows: int) -> WrittenFile:  # noqa: ANN401 - DuckDB's
        written.append(path)
        return copy(handle, select, local, path, rows)

    monkeypatch.setattr(_writing, "_copy", told)
    project, again = (copied(dated, tmp_path / name) for name in ("project", "again"))
    for each in (project, again):
        # A new pair of a day of its own, and one more vote on a pair of an old day.
        add(each, "crowd", "b", pair(100, "ann", decided_at="2026-03-09"), pair(7, "dan", decided_at="2026-03-09"))
    run(project)
    few = sorted(path for path in written if "/pairs/" in path)
    with monkeypatch.context() as patched:
        patched.setattr(drafting, "_held", lambda *_: {})
        written.clear()
        run(again)
    every = sorted(path for path in written if "/pairs/" in path)
    assert len(every) > len(few) + 4
    assert any("2026-03-02" in path for path in few)
    assert _bytes(project) == _bytes(again)
    assert all("made_from" in file for file in _manifest(project)["files"] if "/pairs/" in file["path"])


def _bytes(project: Project) -> bytes:
    with open_project_store(project) as store:
        return read_manifest(store, store.resolve("latest"))


def test_where_every_run_has_its_own_fit_nothing_is_kept_for_the_next(tmp_path: Path) -> None:
    """What a file was made from is a question that costs, and has one answer there: from another fit."""
    project = _project(tmp_path, "every-run")
    add(project, "crowd", "a", *(pair(number, "ann", decided_at="2026-03-01") for number in range(5)))
    run(project)
    assert not any("made_from" in file for file in _manifest(project)["files"])


def test_a_fit_that_is_due_is_made(fitted: Path, tmp_path: Path) -> None:
    """When votes grew by more than a quarter, the next release has a fit of its own, and says why."""
    project = copied(fitted, tmp_path / "due")
    add(project, "crowd", "b", *(pair(number, "ann") for number in range(100, 150)))
    run(project)
    found = _manifest(project)
    assert (found["fit"]["kept"], found["fit"]["because"]) == (False, "votes grew from 160 to 210")
    assert found["calibration"] != _manifest(project, "v1")["calibration"]
