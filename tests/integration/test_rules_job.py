"""The rules as a job of Dagster, and the schedule that runs it: only where a source reads what they say."""

from __future__ import annotations

import importlib
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

import dagster as dg
import pytest

import prefstrata.rules._run
from prefstrata.model import ConfigError, UnreachableError
from prefstrata.pipeline import alone, open_session
from prefstrata.project import read_project
from prefstrata.rules import run_rules
from tests._command import inside
from tests.integration.dagster.test_new_files import age, started, tick
from tests.integration.test_rules_command import CONFIG, GENERAL, SOURCE, project, ruled

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.project import Project
    from prefstrata.rules import RuleRun

__all__ = ["project", "ruled"]

KEY = dg.AssetKey(["rules", "verdicts"])


@pytest.fixture
def loaded(project: Path, monkeypatch: pytest.MonkeyPatch) -> dg.Definitions:
    """What Dagster loads for the project."""
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(project))
    return definitions()


def definitions() -> dg.Definitions:
    """What Dagster loads now."""
    found: dg.Definitions = importlib.reload(importlib.import_module("dagster_project.definitions")).defs
    return found


def names(defs: dg.Definitions) -> set[str]:
    """Of jobs and schedules."""
    return {each.name for each in (*(defs.jobs or ()), *(defs.schedules or ()))}


def asked(defs: dg.Definitions) -> dg.RunRequest | dg.SkipReason:
    """What the schedule of the rules says at its hour."""
    found = defs.resolve_schedule_def("daily_rules").evaluate_tick(dg.build_schedule_context())
    assert len(found.run_requests or ()) <= 1
    return next(iter(found.run_requests or ()), dg.SkipReason(found.skip_message))


def test_the_job_lets_rules_vote_and_the_release_does_not(project: Path, loaded: dg.Definitions) -> None:
    """Its figures are the command's; what it delivered is there for the next release, once."""
    assert KEY not in loaded.resolve_job_def("release").asset_layer.executable_asset_keys
    for delivered in (20, 0):
        with dg.DagsterInstance.ephemeral() as instance:
            done = loaded.resolve_job_def("rules").execute_in_process(instance=instance)
            [event] = done.get_asset_materialization_events()
        metadata = event.materialization.metadata
        assert metadata["verdicts delivered"].value == delivered
        assert [row.data["pairs it decides"] for row in metadata["rules"].records] == [10, 10]
    assert inside("rules", "run", "--json", cwd=project).document["delivered"] == 0


def test_what_rules_deliver_starts_one_release(project: Path, loaded: dg.Definitions) -> None:
    """And not again after a night in which they had nothing new to say."""
    age(project / "inbox" / "crowd.jsonl", 60)
    with dg.DagsterInstance.ephemeral() as instance:
        _, cursor = started(instance)
        loaded.resolve_job_def("rules").execute_in_process(instance=instance)
        [delivered] = (project / "inbox" / "rules").iterdir()
        age(delivered, 60)
        request, cursor = started(instance, cursor)
        assert request.tags["prefstrata/new_files"] == "1"
        loaded.resolve_job_def("rules").execute_in_process(instance=instance)
        assert tick(instance, cursor) == f"nothing new in {project}"


def test_the_job_waits_for_a_run_and_keeps_others_away(
    project: Path, loaded: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no instance lets runs start in turn: a release cannot open the warehouse while rules read it."""
    held = Event()

    def hold() -> None:
        with open_session(read_project(project)):
            held.set()
            time.sleep(2)

    def judge(found: Project) -> RuleRun:
        with pytest.raises(UnreachableError, match="another run has this project"), alone(found):
            pass
        return run_rules(found)

    monkeypatch.setattr("assets.rules.run_rules", judge)
    holder = Thread(target=hold)
    holder.start()
    assert held.wait(60)
    with dg.DagsterInstance.ephemeral() as instance:
        done = loaded.resolve_job_def("rules").execute_in_process(instance=instance)
        said = [entry.user_message for entry in instance.all_logs(done.run_id)]
    holder.join()
    assert any("waiting for another run of this project" in each for each in said)


def test_the_job_says_what_no_waiting_mends_before_it_waits(
    project: Path, loaded: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that is gone is told while another run has the project, as `prefstrata rules run` tells it."""
    monkeypatch.setattr("assets.rules._PATIENCE_SECONDS", 0.5)
    (project / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    with (
        dg.DagsterInstance.ephemeral() as instance,
        alone(read_project(project)),
        pytest.raises(ConfigError, match="no source has the format rule-verdicts"),
    ):
        loaded.resolve_job_def("rules").execute_in_process(instance=instance)


def test_the_schedule_asks_only_where_rules_have_something_to_judge(project: Path, loaded: dg.Definitions) -> None:
    """A policy may lose its rules and a warehouse be moved away while Dagster runs."""
    assert isinstance(asked(loaded), dg.RunRequest)
    policy = (project / "policy.yaml").read_text("utf-8")
    (project / "policy.yaml").write_text(GENERAL, "utf-8")
    assert asked(loaded) == dg.SkipReason("no policy of the project has rules on responses")
    (project / "policy.yaml").write_text(policy, "utf-8")
    read_project(project).warehouse_path.unlink()
    assert asked(loaded) == dg.SkipReason("there is no warehouse yet: rules judge what a release has read")


def test_without_a_source_that_reads_them_there_is_neither(loaded: dg.Definitions, project: Path) -> None:
    """A job that can only fail would fail every night."""
    assert {"rules", "daily_rules", "release", "daily_release"} <= names(loaded)
    (project / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    assert not {"rules", "daily_rules"} & names(definitions())


def test_a_project_that_could_not_be_read_has_its_rules_again_once_it_is_mended(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without reloading, as it has its release: nobody is there at half past four to press a button."""
    (project / "prefstrata.yaml").write_text("nmae: ruled\n", "utf-8")
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(project))
    loaded = definitions()
    assert {"rules", "daily_rules", "release", "daily_release"} <= names(loaded)
    skipped = asked(loaded)
    assert isinstance(skipped, dg.SkipReason)
    assert "nmae" in str(skipped.skip_message)
    (project / "prefstrata.yaml").write_text(CONFIG + SOURCE, "utf-8")
    assert isinstance(asked(loaded), dg.RunRequest)
    with dg.DagsterInstance.ephemeral() as instance:
        done = loaded.resolve_job_def("rules").execute_in_process(instance=instance)
        [event] = done.get_asset_materialization_events()
    assert event.materialization.metadata["verdicts delivered"].value == 20


def test_a_source_that_is_gone_while_dagster_runs_fails_no_night(project: Path, loaded: dg.Definitions) -> None:
    """The job stays until the next reload, and has nobody to speak to."""
    (project / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    skipped = asked(loaded)
    assert isinstance(skipped, dg.SkipReason)
    assert "no source of the project has the format rule-verdicts" in str(skipped.skip_message)


def test_rules_say_the_same_of_some_prompts_after_the_others(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part by part, so that no more texts are in memory than have so many characters."""
    made = []
    for characters in (1 << 26, 100, 1):
        monkeypatch.setattr(prefstrata.rules._run, "_AT_ONCE", characters)  # noqa: SLF001 - a small part of a small set
        done = run_rules(read_project(project))
        assert done.file is not None
        made.append((sorted(done.file.read_bytes().splitlines()), done.breaks, done.votes))
        done.file.unlink()
    assert made[0] == made[1] == made[2]
    assert made[0][1] == {"general/no-slang@1": (40, 10), "general/short@3": (40, 10)}
