"""The sentences that sum a release up."""

from __future__ import annotations

from prefstrata.releases._summary import summarise
from tests.unit.releases._manifests import manifest


def test_the_summary_counts_what_can_be_trained_on() -> None:
    """Backflow is told, and not counted among what to train on."""
    assert summarise(manifest(records=1_000)) == (
        "4,000 records to train on (1,000 golden, 1,000 expert, 1,000 main, 1,000 weak), 1,000 waiting for people."
    )


def test_the_summary_names_what_goes_against_the_policy_the_highest_dimension_first() -> None:
    """A count of what is right may not hide which dimension lost."""

    def row(upper: str, lower: str, follows: float) -> dict[str, object]:
        low, high = max(0.0, follows - 0.2), min(1.0, follows + 0.2)
        cell = {"scenario": "general", "risk_level": "low", "declared": True}
        return {**cell, "upper": upper, "lower": lower, "follows": follows, "low": low, "high": high}

    ordering = [
        row("safety", "tone", 0.9),
        row("safety", "help", 0.16),
        row("help", "tone", 0.1),
        row("help", "x", 0.5),
    ]
    styles = [{"scenario": "*", "style": "longer", "share": 0.587}]
    told = summarise(manifest(teaching={"ordering": ordering, "styles": styles}, findings=[]))
    assert told.endswith(
        "Where two dimensions conflict and the data surely lets one of them win, it is the policy's in 1 of 3 cases;"
        " in general at low risk, help wins over safety in 84 %, and 1 more."
        " By weight, the longer of two sides of unlike length is chosen in 59 %."
    )
    right = summarise(manifest(teaching={"ordering": ordering[:1], "styles": []}, findings=[]))
    assert right.endswith("it is the policy's in 1 of 1 case.")
