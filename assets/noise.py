"""Noise: how far labels can be trusted, and who gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import rows, stage_assets
from assets._plots import Interval, bars, intervals

if TYPE_CHECKING:
    import dagster as dg

    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]

_FIGURES = {
    "agreement": ("vote", "ties left out", "agreement with everybody else on the same pair"),
    "percent_agreement": ("pair", "ties left out", "two raters of a pair who say the same"),
    "baseline_longer": ("vote", "ties left out", "votes for the longer response"),
    "first_rate": ("vote", "ties left out", "votes for the side shown first"),
    "tie_rate": ("vote", "ties counted", "ties"),
}
_CHANCE = {"agreement": 0.5, "percent_agreement": 0.5, "baseline_longer": 0.5, "first_rate": 0.5}


def _metrics(session: Session) -> dict[str, Any]:
    plots: dict[str, dg.MarkdownMetadataValue] = {}
    found = session.engine.read("noise.metrics").filter(slice="stratum").drop_nulls(["value", "low"]).sort("name")
    for metric, (unit, tie_policy, title) in _FIGURES.items():
        figures = [
            Interval(row["name"], row["value"], row["low"], row["high"], row["n"])
            for row in found.filter(metric=metric, unit=unit, tie_policy=tie_policy).iter_rows(named=True)
        ]
        plots[metric] = intervals(f"{title}, per stratum (90 % interval)", figures, at_chance=_CHANCE.get(metric))
    return plots


def _preferences(session: Session) -> dict[str, Any]:
    lead = "least(floor(greatest(p_a, p_tie, p_b) * 10), 9) / 10 as lead"
    counted = rows(session, f"select {lead}, count(*) as pairs from noise.preferences group by all order by all")  # noqa: S608 - no outside text
    sizes = {f"{row['lead']:.1f} to {row['lead'] + 0.1:.1f}": row["pairs"] for row in counted}
    return {"how sure": bars("pairs and dimensions by the probability of the leading outcome", sizes)}


ASSETS = stage_assets("noise", {"noise.metrics": _metrics, "noise.preferences": _preferences})
