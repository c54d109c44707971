"""The judges as a job of Dagster: only where there are judges, never part of a release, with the command's figures."""

from __future__ import annotations

import importlib
import logging
import shutil
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from tests._command import inside
from tests.integration.judging._judged import GOLDEN, JUDGES, OPEN, write

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer

KEY = dg.AssetKey(["judging", "verdicts"])


@pytest.fixture
def project(judged: Path, server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with golden and open pairs that Dagster loads, run before; one of its judges is good."""
    server.set(judges=JUDGES)
    folder = shutil.copytree(judged, tmp_path / "project")
    write(folder, server)
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(folder))
    return folder


def job(name: str) -> dg.JobDefinition:
    """A job, as Dagster would load it for the project."""
    defs: dg.Definitions = importlib.reload(importlib.import_module("dagster_project.definitions")).defs
    return defs.resolve_job_def(name)


def test_the_job_judges_and_the_release_does_not(project: Path, server: JudgeServer) -> None:
    """One asset more, in a job of its own; its metadata say what was asked, spent and delivered."""
    assert project
    assert KEY not in job("release").asset_layer.executable_asset_keys
    with dg.DagsterInstance.ephemeral() as instance:
        done = job("judge").execute_in_process(instance=instance)
        assert done.success
        [event] = done.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["verdicts delivered"].value == 2 * (GOLDEN + OPEN) + 5
    assert metadata["requests"].value == server.ledger()["paid"]
    assert str(metadata["spent in this run"].value).startswith("$0.")


def test_the_job_warns_of_what_the_command_warns_of(project: Path, server: JudgeServer) -> None:
    """Of a question that the endpoint refuses, though the run ends well."""
    assert project
    server.set(rejects="do 105?")
    with dg.DagsterInstance.ephemeral() as instance:
        done = job("judge").execute_in_process(instance=instance)
        assert done.success
        said = [entry.user_message for entry in instance.all_logs(done.run_id) if entry.level == logging.WARNING]
    assert any("the endpoint of good refuses questions for good" in each for each in said)


def test_where_nothing_could_be_asked_the_job_and_the_command_fail(project: Path, server: JudgeServer) -> None:
    """A key that has expired is no success: the run fails with what the endpoint said, so that alerts are sent."""
    server.set(refuses={"/v1/": 401})
    with dg.DagsterInstance.ephemeral() as instance:
        done = job("judge").execute_in_process(instance=instance, raise_on_error=False)
    assert not done.success
    assert not done.get_asset_materialization_events()
    asked = inside("judge", "run", "--json", cwd=project)
    assert (asked.code, asked.document["error"]["exit_code"]) == (4, 4)
    assert "401" in asked.document["error"]["what"]
    report = inside("judge", "report", "--json", cwd=project).document
    assert {run["outcome"] for run in report["runs"]} == {"stopped"}
    figures = report["runs"][0]["figures"]
    assert figures["outcomes"] == {"stopped": 4 * GOLDEN}
    assert (figures["done"], figures["remaining"]) == (0, 4 * GOLDEN)
    assert all("401" in figures["refused"][judge] for judge in ("good", "weak"))
