"""What items are like before anybody votes: how many are even, close or clear, and whether style goes with quality."""

from __future__ import annotations

import polars as pl

__all__ = ["levels_at_first", "levels_found"]

_LEVELS = ("even", "close", "clear")
_STYLES = ("length", "markdown", "firmness", "named")
_WEIGHTS = {"even": 1.0, "close": 2.0, "clear": 4.0}
"""Items of each level that are believed in beside those found."""
_STATES = {"even": 1, "close": 2, "clear": 2}
"""States of a level: a decided one has one for each side."""
_NEVER = 1e-9
_TIE = 0.55
"""How often a tie is said on an even item, as long as nothing was learnt."""
_RARE = 0.08
"""The fewest even items that are supposed where ties are not rare: raters who always say tie meet less often than
chance has it, and where nothing is supposed, nothing is found."""
_BESIDE = 200
"""Pairs of votes on one item that what is supposed of ties weighs as much as."""
_STYLE_VARIANCE = {"length": 0.1, "markdown": 0.1, "firmness": 0.1, "named": 0.25}
"""Of what a style is believed to say of quality, and of how much commoner one class is than the other, in log-odds."""
_LONGEST = 0.5


def levels_at_first(tied: pl.DataFrame) -> pl.DataFrame:
    """``fit.levels`` before anything was learnt: as many even items as make two votes on one item both ties so often.

    Were ties said at random, two would meet as often as their rate squared. Expectation-maximisation gets there too,
    but by little steps: it is still on its way when raters have long stopped to move.

    Args:
        tied: as ``fit/tied``.
    """
    rate = pl.col("ties") / pl.max_horizontal("votes", pl.lit(1))
    meant = ((rate - 0.1) / 0.5).clip(0.03, 0.6)
    usual = meant * _TIE**2 + (1 - meant) * 0.1**2
    both = (pl.col("tied_beside") + _BESIDE * usual) / (pl.col("beside") + _BESIDE)
    # The rate of ties on items that are not even, from the first two moments, if it is that on the even ones.
    careless = ((_TIE * rate - both) / (_TIE - rate).clip(0.05)).clip(0.0, 0.4)
    supposed = ((rate - careless) / (_TIE - careless)).clip(rate.clip(0.03, _RARE), 0.6)
    counted = tied.select("dimension", even=pl.when("tied").then(supposed).otherwise(_NEVER))
    counted = counted.with_columns(close=(1 - pl.col("even")) / 3, clear=(1 - pl.col("even")) * 2 / 3)
    return _logarithms(counted.with_columns(pl.lit(0.0).alias(name) for name in _STYLES))


def levels_found(
    levels: pl.DataFrame, occupied: pl.DataFrame, tied: frozenset[str], named: frozenset[str], *, leaning: bool
) -> pl.DataFrame:
    """``fit.levels`` as the posteriors have them.

    Args:
        levels: as they were.
        occupied: as ``fit/occupancy``.
        tied: the dimensions on which anybody ever said tie.
        named: the dimensions on whose every item a may be the name of a class.
        leaning: whether style may be taken for a sign of quality yet. In the first steps it is not: raters are asked
            first, and what they do not explain by being drawn to a style is then believed of the items.
    """
    styles = [_step(name) for name in _STYLES] if leaning else []
    # A dimension may have no item in the sample: what was believed of it stays.
    told = levels.rename({name: f"log_{name}" for name in _LEVELS}).join(occupied, on="dimension", how="left")
    told = told.with_columns(pl.exclude("dimension").fill_null(0)).with_columns(
        items=pl.sum_horizontal(f"expected_{name}" for name in _LEVELS) / 1e6
    )
    counted = told.with_columns(*(_count(name).alias(name) for name in _LEVELS), *styles)
    whole = pl.sum_horizontal(_LEVELS)
    counted = counted.with_columns(
        pl.when(pl.col("items") > 0).then(pl.col(name) / whole).otherwise(_before(name)).alias(name) for name in _LEVELS
    )
    even = pl.when(pl.col("dimension").is_in(sorted(tied))).then("even").otherwise(_NEVER)
    classes = pl.when(pl.col("dimension").is_in(sorted(named))).then("named").otherwise(0.0)
    return _logarithms(counted.with_columns(even=even, named=classes).select("dimension", *_LEVELS, *_STYLES))


def _before(name: str) -> pl.Expr:
    return pl.col(f"log_{name}").exp() * _STATES[name]


def _count(name: str) -> pl.Expr:
    """Items of a level, as found against expected: a lean to style makes decided states likelier in every item."""
    expected = pl.max_horizontal(pl.col(f"expected_{name}") / 1e6, pl.lit(_NEVER))
    return pl.col(name) / 1e6 * (pl.col("items") * _before(name) / expected) + _WEIGHTS[name]


def _step(name: str) -> pl.Expr:
    slope = pl.col(f"slope_{name}") / 1e6 - pl.col(name) / _STYLE_VARIANCE[name]
    bend = pl.col(f"bend_{name}") / 1e6 + 1 / _STYLE_VARIANCE[name]
    return (pl.col(name) + (slope / bend).clip(-_LONGEST, _LONGEST)).round(6).alias(name)


def _logarithms(counted: pl.DataFrame) -> pl.DataFrame:
    return counted.with_columns((pl.col(name) / count).log().round(6) for name, count in _STATES.items()).sort(
        "dimension"
    )
