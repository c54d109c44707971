"""The two tables of weighting that no statement makes: the factor of each cell, and what is kept where limits bind."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.weighting._limits import limited
from prefstrata.weighting._raking import Margin, rake

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from prefstrata.engine import Engine, Warehouse

__all__ = ["COMPUTED", "Computed", "factors_of"]

_MARGINS = ("dimension", "task", "risk_level", "stratum")
"""In the order in which they are met: where shares contradict each other, those of the strata hold."""
_REST = "*"
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Computed:
    """How a table is filled.

    Attributes:
        reads: the tables it is made from.
        fill: fills it on an engine and returns its rows.
    """

    reads: tuple[str, ...]
    fill: Callable[[Warehouse], int]


def factors_of(
    cells: pl.DataFrame, shares: Mapping[str, Mapping[str, float]], *, floor: float, cap: float
) -> list[float]:
    """What raking multiplies each cell of one governing scenario by, rounded to nine digits.

    Age and difficulty are weighed before: the declared shares are those of the released weight.

    Args:
        cells: a row per cell: information, recency, times, stratum, task, risk_level, dimension.
        shares: by margin and value, the share of the weight that is declared for it.
        floor: least factor.
        cap: highest factor.
    """
    weights = (cells["information"] * cells["recency"] * cells["times"]).to_list()
    margins = [_margin(cells[name].to_list(), weights, shares[name]) for name in _MARGINS if shares.get(name)]
    raked = rake(weights, [each for each in margins if each.shares], floor=floor, cap=cap)
    return [round(factor, _DIGITS) for factor in raked.factors]


def _margin(values: list[str], weights: list[float], declared: Mapping[str, float]) -> Margin:
    """The declared shares as shares of the whole. What nobody can fill is no claim: all others divide it.

    What has no share of its own is one group, and its part is what all declared shares leave, filled or not: who falls
    silent must not hand what was meant for it to whatever nobody declared.
    """
    filled = {value for value, each in zip(values, weights, strict=True) if each > 0}
    shares: dict[Hashable, float] = {value: share for value, share in declared.items() if value in filled}
    if filled - declared.keys():
        # Shares are sums of decimals: 0.1 + 0.2 + 0.3 + 0.4 is all of it.
        shares[_REST] = round(max(0.0, 1 - fsum(declared.values())), _DIGITS)
    told = fsum(shares.values())
    groups = [value if value in declared else _REST for value in values]
    return Margin(groups, {value: share / told for value, share in shares.items()} if told > 0 else {})


def _fill_factors(engine: Engine) -> int:
    cells = engine.read("weighting.cells").sort("cell")
    bounds = {row["scenario"]: row for row in engine.read("policy.scenarios").iter_rows(named=True)}
    declared: dict[str, dict[str, dict[str, float]]] = {}
    for scenario, margin, value, share in engine.read("policy.margins").sort("scenario", "margin", "value").iter_rows():
        declared.setdefault(scenario, {}).setdefault(margin, {})[value] = share
    held = {(row["scenario"], row["stratum"]): row["cap"] for row in engine.read("noise.holds").iter_rows(named=True)}
    found = [pl.DataFrame(schema={"cell": pl.String, "raked": pl.Float64, "factor": pl.Float64})]
    for (scenario,), own in cells.group_by("scenario", maintain_order=True):
        bound = bounds[str(scenario)]
        factors = factors_of(own, declared.get(str(scenario), {}), floor=bound["floor"], cap=bound["cap"])
        # Where a noise check failed, a stratum is not weighted up, whatever share is declared for it.
        most = [held.get((scenario, stratum), bound["cap"]) for stratum in own["stratum"]]
        raked = pl.Series([min(factor, cap) for factor, cap in zip(factors, most, strict=True)], dtype=pl.Float64)
        found.append(own.select("cell", raked=raked, factor=(raked * own["recency"] * own["times"]).round(_DIGITS)))
    return engine.load("weighting.factors", pl.concat(found))


def _fill_limited(engine: Engine) -> int:
    days = engine.read("weighting.user_days")
    limits = dict(engine.read("policy.limits").sort("holder", descending=True).iter_rows())
    cells = engine.read("weighting.cells").join(engine.read("weighting.factors"), on="cell").sort("cell")
    whole = fsum((cells["information"] * cells["factor"]).to_list())
    others = whole - fsum(days["weight"].sort().to_list())
    return engine.load("weighting.limited", limited(days, others, limits))


COMPUTED: Mapping[str, Computed] = {
    "weighting.factors": Computed(
        ("weighting.cells", "policy.margins", "policy.scenarios", "noise.holds"), _fill_factors
    ),
    "weighting.limited": Computed(
        ("weighting.user_days", "weighting.cells", "weighting.factors", "policy.limits"), _fill_limited
    ),
}
"""By full name, every table that Python fills."""
