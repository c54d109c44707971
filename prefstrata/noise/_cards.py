"""What the fit says of each rater, in figures a person can read: a share of right votes, with its interval."""

from __future__ import annotations

import math

import polars as pl

__all__ = ["parameters"]

_Z = 1.6448536269514722
"""Half the width of a 90 % interval of a normal, in standard deviations."""
_KNOWN = 0.9
"""Part of a rater's information that is left when what other raters and items are like must be learnt as well."""
_TELLING = 4.0
"""Information on a panel's ability from which its votes decide how good it is: a deviation of half a log-odd."""


def parameters(
    units: pl.DataFrame, raters: pl.DataFrame, levels: pl.DataFrame, unlike: pl.DataFrame, calibration_id: str
) -> pl.DataFrame:
    """The table ``noise.parameters``, and ``unit``, ``discount`` and ``shared``.

    The interval is as wide as the posterior's, normal in log-odds: the information that the votes hold (the outer
    product of their scores, which leaves out what the items' states keep to themselves; Berndt et al. 1974), the hold
    of the panel, and that the panel's mean is an estimate. It lies half way between even around the log-odds and even
    around the reliability: raters are about as far below their panel's mean as above it in what they get right, and an
    interval that is even in log-odds is short where the good ones are; an able rater's votes tell the other way.

    Args:
        units: as ``fit.units``.
        raters: what is believed of them, with ``hold_interval``, ``information`` and ``mean_variance``.
        levels: as ``fit.levels``.
        unlike: per dimension, the mean square of the items' difference in length, in spreads.
        calibration_id: written beside every row.
    """
    told = units.join(raters.drop("panel", "family"), on="unit").join(
        levels.select("dimension", "close", "clear", "named"), on="dimension"
    )
    told = told.join(unlike, on="dimension")
    known = _KNOWN * pl.col("information") + pl.col("hold_interval")
    deviation = (1 / known + (pl.col("hold_interval") / known) ** 2 * pl.col("mean_variance")).sqrt()
    told = told.with_columns(
        part=pl.col("close").exp() / (pl.col("close").exp() + pl.col("clear").exp()), deviation=deviation
    )
    ends = [_right(pl.col("ability") + sign * _Z * pl.col("deviation")) for sign in (-1, 1)]
    half, right = (ends[1] - ends[0]) / 2, _right(pl.col("ability"))
    telling = ((pl.col("information") * 1e6).round().cast(pl.Int64).sum() / 1e6).over("panel")
    return told.select(
        "unit",
        "rater_id",
        "dimension",
        "stratum",
        "segment",
        "votes",
        reliability=right,
        low=((ends[0] + right - half) / 2).clip(0.0, 1.0).round(6),
        high=((ends[1] + right + half) / 2).clip(0.0, 1.0).round(6),
        decided=telling >= _TELLING,
        side_bias=_sigmoid(pl.col("side")).round(6) - 0.5,
        tie_even="tie_even",
        tie_decided=(pl.col("part") * pl.col("tie_close") + (1 - pl.col("part")) * pl.col("tie_clear")).round(6),
        length="length",
        markdown="markdown",
        firmness="firmness",
        copying=pl.when("beside").then("discount"),
        discount="discount",
        shared="shared",
        calibration_id=pl.lit(calibration_id),
    ).sort("stratum", "dimension", "rater_id", "segment")


def _right(ability: pl.Expr) -> pl.Expr:
    """The probability that a decided vote on a decided item is right, over close and clear items, orders and lengths.

    Where a is always named first it may be a class, and then the order is as common as the class: a rater who leans to
    the rarer one is the worse for it. Else both orders count alike. Over lengths by the probit-like shrinkage of a
    logistic over a normal (MacKay 1992).
    """
    shrunk = 1 / (1 + math.pi / 8 * pl.col("length") ** 2 * pl.col("unlike")).sqrt()
    side = pl.col("side") * shrunk
    states = [
        (pl.col(level).exp() * (size * sign * pl.col("named")).exp(), size * ability * shrunk + sign * side)
        for level, size in (("close", 0.4), ("clear", 1.0))
        for sign in (1, -1)
    ]
    whole = pl.sum_horizontal(weight for weight, _ in states)
    return (pl.sum_horizontal(weight * _sigmoid(log_odds) for weight, log_odds in states) / whole).round(6)


def _sigmoid(log_odds: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-log_odds).exp())
