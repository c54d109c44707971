"""A run: publishes what is new, says so when nothing is, and never publishes what a check refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from prefstrata.model import ConfigError, GateBlockedError, IntegrityError, UnreachableError
from prefstrata.model.resources import data_directory
from prefstrata.pipeline import STAGES, Work, open_project_store, open_session, run
from prefstrata.releases import Status, read_manifest, rollback_release
from prefstrata.releases.gates import Judged
from prefstrata.stores.local import LocalStore
from tests.unit.pipeline._project import add, build, copied, make, pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.model import PrefstrataError
    from prefstrata.pipeline import Progress, RunSummary
    from prefstrata.project import Project


def _tags(project: Project) -> list[str]:
    with open_project_store(project) as store:
        return [tag.name for tag in store.tags()]


def _manifest(project: Project, ref: str = "latest") -> dict[str, Any]:
    with open_project_store(project) as store:
        document: dict[str, Any] = json.loads(read_manifest(store, store.resolve(ref)))
        return document


def _own_policy(folder: Path, **changes: object) -> None:
    text = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    (folder / "own.yaml").write_text(yaml.safe_dump({**text, **changes}, sort_keys=False), "utf-8")


def test_new_files_become_a_release(tmp_path: Path) -> None:
    """The first run publishes v000001, tells every stage in order, and counts what it built."""
    project = make(tmp_path / "project")
    add(project, "crowd", "a", *(pair(n) for n in range(4)))
    add(project, "expert", "a", pair(0, reason_tags=["clear"]))
    told: list[Progress] = []
    summary = run(project, progress=told.append, metadata={"who": "the test"})
    assert (summary.outcome.status, summary.outcome.tag) == (Status.PUBLISHED, "v000001")
    assert summary.outcome.commit is not None
    assert summary.outcome.commit.metadata["who"] == "the test"
    assert list(dict.fromkeys(step.stage for step in told)) == [*(stage.name for stage in STAGES), "release"]
    assert list(summary.rows) == [table for stage in STAGES for table in stage.tables]
    assert summary.rows["evidence.votes"] == 5
    assert summary.rows["layers.records"] == 4
    assert {*summary.seconds} == {*summary.work} == {*(stage.name for stage in STAGES), "release"}
    assert summary.work["ledger"] == Work("records", "new", read=5, recomputed=5, skipped=0)
    for stage in STAGES[1:]:
        made = sum(summary.rows[name] for name in stage.tables)
        work = summary.work[stage.name]
        assert (work.counted, work.scope, work.recomputed, work.skipped) == ("rows", "whole", made, 0)
    # Of the ledger alone: 5 votes, their 4 prompts, and 8 responses.
    assert summary.work["evidence"].read >= 17
    files = summary.outcome.uploaded
    assert summary.work["release"] == Work("files", "whole", read=files, recomputed=files, skipped=0)


def test_nothing_new_publishes_nothing_and_says_so(released: tuple[Path, RunSummary], tmp_path: Path) -> None:
    """A second run builds nothing, tags nothing, and names the release that holds it all already."""
    folder, first = released
    project = copied(folder, tmp_path / "project")
    assert first.outcome.status is Status.PUBLISHED
    again = run(project)
    assert again.work["ledger"] == Work("records", "new", read=0, recomputed=0, skipped=1)
    kept = first.work["evidence"].recomputed
    assert again.work["evidence"] == Work("rows", "none", read=0, recomputed=0, skipped=kept)
    assert (again.outcome.status, again.outcome.tag) == (Status.NOTHING_NEW, "v000001")
    assert (again.rows, again.outcome.warnings, again.ingested.appended) == ({}, (), None)
    assert _tags(project) == ["v000001"]


def test_an_empty_ledger_is_nothing_to_release(tmp_path: Path) -> None:
    """Without a record there is no release, and no tag to name."""
    project = make(tmp_path / "project")
    summary = run(project)
    assert (summary.outcome.status, summary.outcome.tag, summary.outcome.commit) == (Status.NOTHING_NEW, None, None)
    assert _tags(project) == []


def _rating(number: int) -> dict[str, object]:
    meta = {"rater": "ann", "task": "chat"}
    return {"type": "scalar", "prompt": f"Question {number}?", "response": "Yes.", "score": 0.5, "meta": meta}


@pytest.mark.parametrize(
    ("records", "layer", "raters"),
    [
        ([_rating(n) for n in range(3)], "expert", 0),
        ([pair(n, round="arbitration", reason_tags=["clear"]) for n in range(3)], "golden", 1),
        ([pair(1)], "expert", 1),
    ],
    ids=["ratings alone", "settling votes alone", "one vote"],
)
def test_a_ledger_that_says_nothing_of_raters_is_released(
    tmp_path: Path, records: list[dict[str, object]], layer: str, raters: int
) -> None:
    """With nothing to learn the rater model believes the policy, and the release says that nobody measured it."""
    project = make(tmp_path / "project")
    add(project, "expert", "a", *records)
    assert run(project).outcome.status is Status.PUBLISHED
    manifest = _manifest(project)
    assert manifest["layers"][layer]["records"] == len(records)
    assert (manifest["raters"]["raters"], manifest["raters"]["items"], manifest["raters"]["cards"]) == (raters, 0, [])


def test_the_same_records_under_another_name_are_nothing_new(released: tuple[Path, RunSummary], tmp_path: Path) -> None:
    """A file that was renamed has the same bytes; the ledger has them already."""
    project = copied(released[0], tmp_path / "project")
    path = project.directory / "inbox" / "crowd" / "a.jsonl"
    path.rename(path.with_name("b.jsonl"))
    assert run(project).outcome.status is Status.NOTHING_NEW


@pytest.fixture(scope="module")
def twice(released: tuple[Path, RunSummary], tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, RunSummary]:
    """A project with a second release of two records more, and what the run of that said."""
    project = copied(released[0], tmp_path_factory.mktemp("twice") / "project")
    add(project, "crowd", "b", pair(2), pair(3))
    return project, run(project)


def test_more_records_make_the_next_release_and_say_what_changed(twice: tuple[Project, RunSummary]) -> None:
    """The second release stands on the first, and counts what it adds to it."""
    project, made = twice
    assert made.outcome.tag == "v000002"
    assert made.work["ledger"] == Work("records", "new", read=2, recomputed=2, skipped=1)
    files = made.work["release"]
    assert (files.recomputed, files.skipped) == (made.outcome.uploaded, made.outcome.reused)
    assert files.skipped > 0
    first, second = _manifest(project, "v1"), _manifest(project)
    assert second["parent"]["release_id"] == first["release_id"]
    assert sum(row["records"] for row in second["changes"] if row["change"] == "added") == 2
    assert {row["change"] for row in second["changes"]} == {"added"}


def test_after_a_rollback_the_same_ledger_does_not_publish_again(
    twice: tuple[Project, RunSummary], tmp_path: Path
) -> None:
    """What was just taken back stays taken back until something is new; then the release after it is made."""
    project = copied(twice[0].directory, tmp_path / "project")
    with open_project_store(project) as store:
        assert rollback_release(store, "v1", date=1).tag == "v000003"
    for _ in range(2):
        outcome = run(project).outcome
        assert (outcome.status, outcome.tag) == (Status.NOTHING_NEW, "v000002")
        assert outcome.warnings == ("v000003, a rollback, stays the newest release until something is new",)
    assert _tags(project) == ["v000001", "v000002", "v000003"]
    add(project, "crowd", "c", pair(4))
    outcome = run(project).outcome
    assert (outcome.tag, len(outcome.warnings)) == ("v000004", 1)
    assert "v000004 follows v000003, a rollback to v1, and is made from the whole ledger" in outcome.warnings[0]
    assert "`prefstrata diff v1 v000004`" in outcome.warnings[0]
    assert _manifest(project)["layers"]["weak"]["records"] + _manifest(project)["layers"]["main"]["records"] == 4
    add(project, "crowd", "d", pair(5))
    assert not run(project).outcome.warnings, "it is told once"


def test_what_a_store_could_not_put_right_is_said_though_nothing_is_new(
    twice: tuple[Project, RunSummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as that its head is not the newest release, here a rollback: whoever reads the head reads another one."""
    project = copied(twice[0].directory, tmp_path / "project")
    with open_project_store(project) as store:
        rollback_release(store, "v1", date=1)
    said = "main does not point at the newest release: the branch is protected"
    to_tidy = LocalStore.reconcile
    monkeypatch.setattr(LocalStore, "reconcile", lambda store: replace(to_tidy(store), warnings=(said,)))
    assert run(project).outcome.warnings == (
        said,
        "v000003, a rollback, stays the newest release until something is new",
    )


def test_another_policy_is_another_release_and_so_is_the_old_one_again(
    released: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    """The same records under a changed policy are published, with its calibration; going back is a change too."""
    project = copied(released[0], tmp_path / "project")
    less = {"crowd/offline": {"reliability": 0.6}, "expert/offline": {"reliability": 0.7}}
    _own_policy(project.directory, version=2, strata=less)
    assert run(make(project.directory, policies=["./own.yaml"])).outcome.tag == "v000002"
    assert make(project.directory) == project
    assert run(project).outcome.tag == "v000003"
    assert run(project).outcome.status is Status.NOTHING_NEW
    one, two, three = (_manifest(project, f"v{number}") for number in (1, 2, 3))
    assert one["content_id"] == three["content_id"] != two["content_id"]
    assert one["calibration"] == three["calibration"] != two["calibration"]
    layers = [[file for file in each["files"] if file["path"].count("/") == 2] for each in (one, two, three)]
    assert layers[0] == layers[2] != layers[1]


@pytest.mark.parametrize("kind", [UnreachableError, IntegrityError, ConfigError])
@pytest.mark.parametrize("tripped", [True, False])
def test_what_the_gates_said_is_told_where_the_store_fails_after_it(
    unreleased: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[PrefstrataError], *, tripped: bool
) -> None:
    """With the store's own error and exit code; a page of the gates shows it, too, and not that all passed."""
    project = copied(unreleased, tmp_path / "project")
    row = {"gate": "drift", "sentence": "90 % of it", "owner": "Ops", "samples": [], "severity": "block"}
    judged = Judged(({**row, "tripped": tripped},), compared=True, approval=None)

    def fail(*_: object) -> None:
        raise kind("no answer", where="http://store", todo="run again")

    monkeypatch.setattr("prefstrata.releases.drafting.judge", lambda *_, **__: judged)
    monkeypatch.setattr("prefstrata.releases.drafting.moves_since", fail)
    with open_project_store(project) as store, open_session(project) as session:
        build(session)
        with pytest.raises(kind) as caught:
            session.release(store)
    said = "the release is stopped: drift: 90 % of it (owner: Ops)" if tripped else "the gates had let the release pass"
    assert caught.value.what == f"no answer\nbefore that, {said}"
    assert (caught.value.where, caught.value.todo) == ("http://store", "run again")
    assert session.judged == judged


def test_a_failed_check_blocks_and_leaves_neither_tag_nor_branch(tmp_path: Path) -> None:
    """A policy with no layer for the crowd but golden is stopped before anything is published; mended, it publishes."""
    project = make(tmp_path / "project", policies=["./own.yaml"])
    _own_policy(tmp_path / "project", layers=[{"rule": "all", "layer": "golden", "because": "why not"}])
    add(project, "crowd", "a", pair(1), pair(2))
    for _ in range(2):
        with pytest.raises(GateBlockedError, match="every_record_has_one_layer found 2 bad rows") as caught:
            run(project)
        assert caught.value.exit_code == 3
        with open_project_store(project) as store:
            assert list(store.tags()) == []
            assert list(store.reconcile().resumable) == []
            assert store.resolve("latest").parent is None
    assert {path.name for path in project.warehouse_path.parent.iterdir()} == {"prefstrata.duckdb", "run.lock"}
    _own_policy(tmp_path / "project")
    assert run(project).outcome.tag == "v000001"
