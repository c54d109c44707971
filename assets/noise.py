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
    "agreement": "agreement with everybody else on the same pair, per stratum (90 % interval)",
    "first_rate": "votes for the side shown first, per stratum (90 % interval)",
    "tie_rate": "ties, per stratum (90 % interval)",
}
_CHANCE = {"agreement": 0.5, "first_rate": 0.5}


def _metrics(session: Session) -> dict[str, Any]:
    plots: dict[str, dg.MarkdownMetadataValue] = {}
    found = session.engine.read("noise.metrics").sort("metric", "slice")
    for metric, title in _FIGURES.items():
        figures = [
            Interval(row["slice"].removeprefix("stratum="), row["value"], row["low"], row["high"], row["n"])
            for row in found.iter_rows(named=True)
            if row["metric"] == metric and row["value"] is not None
        ]
        plots[metric] = intervals(title, figures, at_chance=_CHANCE.get(metric))
    return plots


def _preferences(session: Session) -> dict[str, Any]:
    lead = "least(floor(greatest(p_a, p_tie, p_b) * 10), 9) / 10 as lead"
    counted = rows(session, f"select {lead}, count(*) as pairs from noise.preferences group by all order by all")  # noqa: S608 - no outside text
    sizes = {f"{row['lead']:.1f} to {row['lead'] + 0.1:.1f}": row["pairs"] for row in counted}
    return {"how sure": bars("pairs and dimensions by the probability of the leading outcome", sizes)}


ASSETS = stage_assets("noise", {"noise.metrics": _metrics, "noise.preferences": _preferences})
