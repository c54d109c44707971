"""What the gates found is told in lines: also of which nobody knows anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.cli import main
from prefstrata.cli._commands import run as command
from prefstrata.cli._commands._gates import gates_told
from prefstrata.pipeline import RunSummary
from prefstrata.policy import GATE_NAMES
from prefstrata.releases import Outcome, Status
from prefstrata.releases.gates import Judged
from prefstrata.sources import IngestSummary

if TYPE_CHECKING:
    from pathlib import Path


def _row(gate: str, threshold: float | None) -> dict[str, Any]:
    return {"gate": gate, "threshold": threshold, "tripped": False}


def test_a_gate_without_a_verdict_is_named() -> None:
    """Whether it had too little to look at, or measured something that nothing says the limit of."""
    results = [_row("identical", 0.1), _row("misaligned", None), _row("misaligned", None), _row("ties", 0.5)]
    first, second = gates_told({"results": results, "compared": False, "approval": None})
    assert first == "gates: 3 looked at 4 slices without a parent to compare with, 0 beyond the threshold"
    silent = [name for name in GATE_NAMES if name not in {"identical", "ties"}]
    assert "misaligned" in silent
    assert second == (
        f"no verdict by {len(silent)} gates: {', '.join(silent)} "
        "(too little to look at, nothing to compare with, or not to be had)"
    )


@pytest.mark.parametrize("compared", [True, False])
def test_gates_that_looked_for_what_is_not_there_have_a_verdict(*, compared: bool) -> None:
    """No stratum is new and no winner turned round: that there is no slice of it is what these two say."""
    results = [_row(name, 0.5) for name in GATE_NAMES if name not in {"strata", "refit"}]
    found = [str(line) for line in gates_told({"results": results, "compared": compared, "approval": None})]
    assert [line.partition(" (")[0] for line in found[1:]] == (
        [] if compared else ["no verdict by 2 gates: strata, refit"]
    )


def test_where_each_gate_has_a_verdict_none_is_named() -> None:
    """And in a project without a slice that is large enough, no gate is spoken of."""
    results = [_row(name, 0.5) for name in GATE_NAMES]
    assert len(list(gates_told({"results": results, "compared": True, "approval": None}))) == 1
    assert list(gates_told({"results": [], "compared": False, "approval": None})) == []


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.LOST_RACE])
def test_what_the_gates_said_is_told_where_nobody_knows_what_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: Status
) -> None:
    """The store does not answer, and the next run hears the same of the gates."""
    assert main(["init", str(tmp_path / "p")]) == 0
    summary = RunSummary(
        IngestSummary((), None), Outcome(status, "v000001"), judged=Judged((), compared=False, approval=None)
    )
    monkeypatch.setattr(command, "run", lambda *_, **__: summary)
    assert main(["--project", str(tmp_path / "p"), "run"]) == 4
    assert "before that, the gates had let the release pass" in capsys.readouterr().err
