"""Noise: how far labels can be trusted, and who gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import rows, stage_assets
from assets._plots import Interval, bars, calibration, intervals
from prefstrata.noise import FITTED

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
_MOST = 12
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


def _parameters(session: Session) -> dict[str, Any]:
    """Of each panel (a stratum on a dimension) its mean rater, and between which two nine in ten of its raters lie."""
    mean = "sum(reliability * votes) / sum(votes) as value, sum(votes)::bigint as n"
    ends = "quantile_cont(reliability, 0.05) as low, quantile_cont(reliability, 0.95) as high"
    panel = "concat(stratum, ' ', dimension) as name"
    found = rows(session, f"select {panel}, {mean}, {ends} from noise.parameters group by all order by n desc, name")  # noqa: S608 - no outside text
    title = "reliability per stratum and dimension (mean by votes; 90 % of its raters)"
    return {"reliability": intervals(title, [Interval(**row) for row in found[:_MOST]], at_chance=0.5)}


def _reliability(session: Session) -> dict[str, Any]:
    bins = session.engine.read("noise.reliability").sort("bin")
    title = "settled pairs held out of the fit: claimed against right"
    return {
        "settled pairs held out": bins["items"].sum(),
        "calibration": calibration(title, list(zip(bins["claimed"], bins["right"], strict=True))),
    }


def _raters(session: Session) -> dict[str, Any]:
    """The surely least reliable of those who stand out in the release's report."""
    cards = session.engine.query("manifest/raters").sort("reliability_high", "rater_id", "dimension")
    figures = [
        Interval(
            f"{row['dimension']} {row['rater_id']}",
            row["reliability"],
            row["reliability_low"],
            row["reliability_high"],
            row["votes"],
        )
        for row in cards.head(_MOST).iter_rows(named=True)
    ]
    return {"least reliable": intervals("least reliable raters (90 % interval)", figures, at_chance=0.5)}


ASSETS = stage_assets(
    "noise",
    {
        "noise.metrics": _metrics,
        "noise.parameters": _parameters,
        "noise.preferences": _preferences,
        "noise.raters": _raters,
        "noise.reliability": _reliability,
    },
    together={"rater_model": FITTED},
)
