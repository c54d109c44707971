"""One run at a time: a second one waits, or says why it cannot start."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from threading import Thread

import dagster as dg
import duckdb

from assets import RESOURCE, policy
from dagster_project.resources import session_of
from prefstrata.pipeline import open_session
from prefstrata.project import read_project


def materialise(folder: Path, instance: dg.DagsterInstance, wait: float) -> dg.ExecuteInProcessResult:
    """The smallest run there is."""
    return dg.materialize(
        policy.ASSETS,
        instance=instance,
        resources={RESOURCE: session_of(folder)},
        run_config={"resources": {RESOURCE: {"config": {"wait": wait}}}},
        raise_on_error=False,
    )


def said(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> str:
    """All that the run's log says, errors included."""
    return "\n".join(str(entry.to_json()) for entry in instance.all_logs(result.run_id))


def test_a_second_run_waits(project: Path, instance: dg.DagsterInstance) -> None:
    """It says for whom it waits, and runs when that run has ended."""
    with open_session(read_project(project)) as session:
        assert session.policies

    def hold() -> None:
        with open_session(read_project(project)):
            time.sleep(2)

    holder = Thread(target=hold)
    holder.start()
    time.sleep(0.5)
    result = materialise(project, instance, wait=60)
    holder.join()
    assert result.success
    assert "waiting for another run of this project (pid" in said(instance, result)


def test_a_second_run_that_may_not_wait_says_why(project: Path, instance: dg.DagsterInstance) -> None:
    """It fails at once and names who has the project."""
    with open_session(read_project(project)):
        result = materialise(project, instance, wait=0)
    assert not result.success
    assert "another run has this project (pid" in said(instance, result)


def test_a_run_lets_go_of_the_warehouse(project: Path, instance: dg.DagsterInstance) -> None:
    """After a run, in the same process, anybody may open the warehouse and the project."""
    assert materialise(project, instance, wait=0).success
    with open_session(read_project(project)):
        pass
    duckdb.connect(str(read_project(project).warehouse_path)).close()


def test_a_dead_run_does_not_shut_the_queue_for_ever(tmp_path: Path) -> None:
    """One run at a time, and each has a time by which it is over, though its process may have died with its machine."""
    shutil.copy(Path(__file__).resolve().parents[3] / "dagster_project" / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.run_monitoring_enabled
        assert 0 < instance.run_monitoring_max_runtime_seconds < 24 * 3600
