"""What the fit says of each rater, in figures a person can read: a share of right votes, with its interval."""

from __future__ import annotations

import math

import polars as pl

from prefstrata.noise._interval import with_interval

__all__ = ["parameters"]

_TELLING = 4.0
"""Information on a panel's ability from which its votes decide how good it is: a deviation of half a log-odd."""


def parameters(
    units: pl.DataFrame, raters: pl.DataFrame, levels: pl.DataFrame, unlike: pl.DataFrame, calibration_id: str
) -> pl.DataFrame:
    """The table ``noise.parameters``, and ``unit``, ``tie_tells``, ``discount`` and ``shared``.

    The interval holds 90 % of the posterior of ability: the information that the votes hold (the outer product of their
    scores, which leaves out what the items' states keep to themselves; Berndt et al. 1974), and the abilities of the
    panel, whose mean is an estimate.

    Args:
        units: as ``fit.units``.
        raters: what is believed of them, with what :func:`with_interval` asks for.
        levels: as ``fit.levels``.
        unlike: per dimension, the mean square of the items' difference in length, in spreads.
        calibration_id: written beside every row.
    """
    told = units.join(raters.drop("panel", "family", "ordered"), on="unit").join(
        levels.select("dimension", "close", "clear", "named"), on="dimension"
    )
    told = told.join(unlike, on="dimension")
    told = with_interval(told).with_columns(
        part=pl.col("close").exp() / (pl.col("close").exp() + pl.col("clear").exp())
    )
    tie_decided = pl.col("part") * pl.col("tie_close") + (1 - pl.col("part")) * pl.col("tie_clear")
    telling = ((pl.col("information") * 1e6).round().cast(pl.Int64).sum() / 1e6).over("panel")
    return told.select(
        "unit",
        "rater_id",
        "dimension",
        "stratum",
        "segment",
        "votes",
        reliability=_right(pl.col("ability")),
        low=_right(pl.col("ability_low")),
        high=_right(pl.col("ability_high")),
        decided=(telling >= _TELLING) & (pl.col("information") > 0),
        side_bias=_sigmoid(pl.col("side")).round(6) - 0.5,
        tie_even="tie_even",
        tie_decided=tie_decided.round(6),
        # As for a side: right more often than wrong, where even and decided items are equally common.
        tie_tells=((pl.col("tie_even") - tie_decided) / (pl.col("tie_even") + tie_decided)).clip(0.0).round(6),
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
