"""What a noise check says in Dagster and in an alert: of what is so, and no more."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from checks import FAILED, MEANING, SLICES
from checks._noise import noise_told
from dagster_project.failures import alert_about

FIGURE = {
    "measure": "first_wins",
    "slice": "stratum",
    "name": "crowd/offline",
    "figure": 0.52,
    "low": 0.4,
    "high": 0.6,
    "threshold": 0.65,
    "beyond": "both",
    "n": 180,
    "unit": "share",
    "passed": True,
    "meaning": "Of the decided votes, 52.0 % are for the first side: raters do not read.",
    "action": "Pairs go to re-annotation.",
}
FAILING = FIGURE | {"figure": 1.0, "low": 0.98, "high": 1.0, "passed": False}


def test_a_check_that_passed_alarms_nobody() -> None:
    """It says what came nearest, between which limits, and what it means, and no action that did not happen."""
    said = noise_told("N2", [FIGURE], [])
    assert said[MEANING] == (
        "No figure fails. Nearest to its threshold of 35.0 to 65.0 % is first_wins on stratum crowd/offline: 52.0 %. "
        f"What it means where it fails: {FIGURE['meaning']}"
    )
    assert (said["threshold"], said["limit"]) == (0.65, "35.0 to 65.0 %")
    assert said["figures"].records[0].data["threshold"] == "35.0 to 65.0 %"
    assert said[FAILED] == 0
    assert not {"action", SLICES} & said.keys()


def test_a_check_that_failed_says_what_follows() -> None:
    """The sentence of the figure, and what is done about it."""
    said = noise_told("N2", [FAILING, FIGURE], [FAILING])
    assert (said[MEANING], said["action"], said[FAILED]) == (FAILING["meaning"], FAILING["action"], 1)
    [where] = said[SLICES].records
    assert where.data == {"slice": "stratum crowd/offline", "measure": "first_wins", "figure": "100.0 %"}


@pytest.mark.parametrize(
    ("noise", "said"),
    [("N7", "no scenario has pairs of two tasks"), ("N3", "no judgements that this check could compare")],
)
def test_where_nothing_is_measured_the_reason_is_the_true_one(noise: str, said: str) -> None:
    """Pairs of one task are pairs, and no task among them dominates another."""
    told = noise_told(noise, [], [])
    assert said in told[MEANING]
    assert told[FAILED] == 0


def _alert(metadata: dict[str, Any]) -> str:
    @dg.asset
    def looked_at() -> None: ...

    @dg.asset_check(asset=looked_at)
    def n2() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, metadata=metadata)

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([looked_at, n2], instance=instance)
        run = instance.get_run_by_id(result.run_id)
        assert run
        alert = alert_about(instance, run, "quickstart")
    assert alert
    return "\n".join(alert.lines)


def test_an_alert_counts_figures_as_figures() -> None:
    """A figure beyond its threshold is no bad row; where it is comes with how large it is."""
    said = _alert(noise_told("N2", [FAILING], [FAILING]))
    assert "warning: looked_at n2: 1 failed figure\n" in said
    assert "where: slice=stratum crowd/offline, measure=first_wins: 100.0 %" in said
    assert "bad rows" not in said
