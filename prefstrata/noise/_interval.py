"""The interval of a rater's ability: quantiles of its posterior, where the prior is a Student t."""

from __future__ import annotations

import math
from itertools import pairwise

import polars as pl

__all__ = ["with_interval"]

_OUTSIDE = 0.05
"""Of the posterior below an interval of 90 %, and above it."""
_KNOWN = 0.85
"""Part of a rater's information that is left when what other raters and items are like must be learnt as well."""
_FREEDOM = 4.0
_LEAST = 1e-3
_CELLS = 32
_REACH = 3.2
"""The cells end where the inverse hyperbolic sine of a half of the deviations is this: 24 deviations away."""
_SURE = 30.0
"""Log-odds beyond which as good as no vote is wrong: what the votes say around them is the same there as here."""
_AT_ONCE = 50_000
"""Raters that are looked at together: each has two numbers a cell."""
_EDGES = tuple(_REACH * (2 * place / _CELLS - 1) for place in range(_CELLS + 1))
_MIDDLES = tuple((left + right) / 2 for left, right in pairwise(_EDGES))
_MASSES = tuple(f"_mass_{place}" for place in range(_CELLS))
_BELOW = tuple(f"_below_{place}" for place in range(_CELLS))


def with_interval(raters: pl.DataFrame) -> pl.DataFrame:
    """The raters with ``ability_low`` and ``ability_high``, in log-odds.

    What a rater said makes an ability as likely as so many right and wrong votes would: as many as hold its information
    where the posterior is highest, and as many of them right as balance the hold of the prior there. That is a binomial
    and no normal, which would be too narrow for whom chance made look worse and too wide for whom it made look better:
    many of the best raters would lie above their intervals. So a rater who said little has the interval of the Student
    t, one who said much that of its votes, and an outlier is not drawn in. It holds the ability itself always.

    Args:
        raters: ``ability``, where the posterior is highest; ``usual`` and ``spread``, the middle and the squared scale
            of the abilities of raters like it; ``mean_variance``, of that middle; ``information`` of its votes.
    """
    return pl.concat([_ends(some) for some in raters.iter_slices(_AT_ONCE)] or [_ends(raters)])


def _ends(raters: pl.DataFrame) -> pl.DataFrame:
    """The posterior is summed up over cells that widen outwards, for a Student t reaches far."""
    found = _as_votes(raters).with_columns(
        # Wider cells hold more.
        (_log_posterior(math.sinh(middle) * pl.col("_unit")) + math.log(math.cosh(middle))).alias(mass)
        for mass, middle in zip(_MASSES, _MIDDLES, strict=True)
    )
    highest = pl.max_horizontal(_MASSES)
    found = found.with_columns((pl.col(mass) - highest).exp().alias(mass) for mass in _MASSES)
    found = found.with_columns(pl.col(_MASSES[0]).alias(_BELOW[0]))
    for before, mass, below in zip(_BELOW[:-1], _MASSES[1:], _BELOW[1:], strict=True):
        found = found.with_columns((pl.col(before) + pl.col(mass)).alias(below))
    return found.select(
        *raters.columns,
        # An ability that was held at chance, for votes alone prove none below it, may lie above all that they tell.
        ability_low=pl.min_horizontal(_quantile(_OUTSIDE).round(6), "ability"),
        ability_high=pl.max_horizontal(_quantile(1 - _OUTSIDE).round(6), "ability"),
    )


def _as_votes(raters: pl.DataFrame) -> pl.DataFrame:
    """With the votes that are right and those that are wrong; and with what a cell is measured in, ``_unit``."""
    right, wrong = (1 / (1 + (sign * _within()).exp()) for sign in (-1, 1))
    off = pl.col("ability") - pl.col("usual")
    pull = (_FREEDOM + 1) / (_FREEDOM + off**2 / pl.col("spread")) / pl.col("spread") * off
    told = pl.max_horizontal("information", pl.lit(_LEAST))
    # Where more than all would have to be right, or fewer than none, there are more votes in their place.
    votes = pl.max_horizontal(told / (right * wrong), pull / wrong, -pull / right)
    scale = pl.col("spread") + pl.col("mean_variance")
    return raters.with_columns(
        _scale=scale,
        _rights=_KNOWN * (votes * right + pull),
        _wrongs=_KNOWN * (votes * wrong - pull),
        _unit=2 / (_KNOWN * told + 1 / scale).sqrt(),
    )


def _within() -> pl.Expr:
    return pl.col("ability").clip(-_SURE, _SURE)


def _log_posterior(away: pl.Expr) -> pl.Expr:
    """Up to a constant, so far away from where it is highest."""
    off = pl.col("ability") + away - pl.col("usual")
    prior = -(_FREEDOM + 1) / 2 * (1 + off**2 / (_FREEDOM * pl.col("_scale"))).log()
    ability = _within() + away
    # Each apart: of a large ability, one less its probability is nothing.
    return prior - pl.col("_rights") * _softly(-ability) - pl.col("_wrongs") * _softly(ability)


def _softly(x: pl.Expr) -> pl.Expr:
    """The logarithm of one and an exponential, which may be beyond what a number can be."""
    return pl.max_horizontal(x, pl.lit(0.0)) + (-x.abs()).exp().log1p()


def _quantile(part: float) -> pl.Expr:
    """The ability below which that part of the posterior lies: cells on the way are passed wholly, in part or not."""
    whole = pl.col(_BELOW[-1])
    passed = [
        # A cell with nothing in it, and nothing before it, is 0 / 0.
        (1 + (part * whole - pl.col(below)) / pl.col(mass)).clip(0, 1).fill_nan(1)
        * (math.sinh(right) - math.sinh(left))
        for mass, below, (left, right) in zip(_MASSES, _BELOW, pairwise(_EDGES), strict=True)
    ]
    return pl.col("ability") + (math.sinh(_EDGES[0]) + pl.sum_horizontal(passed)) * pl.col("_unit")
