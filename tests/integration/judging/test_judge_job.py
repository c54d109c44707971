"""The judges as a job of Dagster: only where there are judges, never part of a release, with the command's figures."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import dagster as dg

from tests.integration.judging.test_judge_command import CONFIG, GENERAL, GOLDEN, OPEN, put, records
from tools.judge_server import Profile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tools.judge_server import JudgeServer

from tests._command import command


def test_the_job_judges_and_the_release_does_not(
    server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One asset more, in a job of its own; its metadata say what was asked, spent and delivered."""
    server.set(
        judges={"good-1": Profile(skill=1.0, tie=0.0).model_dump(), "weak-1": Profile(position=5.0).model_dump()}
    )
    (tmp_path / "inbox").mkdir()
    (tmp_path / "prefstrata.yaml").write_text(CONFIG.format(url=server.base_url, run=1), "utf-8")
    (tmp_path / "policy.yaml").write_text(GENERAL, "utf-8")
    put(tmp_path / "inbox" / "experts.jsonl", records(0, GOLDEN, "dr"))
    put(tmp_path / "inbox" / "crowd.jsonl", records(100, OPEN, "w1"))
    assert command("run", "--quiet", cwd=tmp_path).code == 0
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(tmp_path))
    defs: dg.Definitions = importlib.reload(importlib.import_module("dagster_project.definitions")).defs
    key = dg.AssetKey(["judging", "verdicts"])
    assert key not in defs.resolve_job_def("release").asset_layer.executable_asset_keys
    with dg.DagsterInstance.ephemeral() as instance:
        done = defs.resolve_job_def("judge").execute_in_process(instance=instance)
        assert done.success
        [event] = done.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["verdicts delivered"].value == 2 * (GOLDEN + OPEN) + 5
    assert metadata["requests"].value == server.ledger()["paid"]
    assert str(metadata["spent in this run"].value).startswith("$0.")
