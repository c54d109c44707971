"""What a strong word is worth: how often a panel's raters say it of the better side, and how often of the worse."""

from __future__ import annotations

import polars as pl

__all__ = ["grades_found", "no_grades"]

_STATES = ("a_clear", "a_close", "even", "b_close", "b_clear")
_BELIEVED = 10
"""Votes in each state that are believed to be of all strengths alike, beside those found."""


def no_grades() -> pl.DataFrame:
    """``fit.grades`` before anything was learnt: a strong word is worth what a weak one is."""
    schema = {"panel": pl.Int64, "side": pl.Int64, "grade": pl.Int64, **dict.fromkeys(_STATES, pl.Float64)}
    return pl.DataFrame(schema=schema)


def grades_found(strengths: pl.DataFrame) -> pl.DataFrame:
    """``fit.grades``: for each side of a vote, how probable its strength is in each state of the item.

    Args:
        strengths: as ``fit/strengths``.
    """
    relations = ("right_clear", "right_close", "even", "wrong_close", "wrong_clear")
    every = (
        strengths.select("panel")
        .unique()
        .join(pl.DataFrame({"grade": [0, 1, 2]}, schema={"grade": pl.Int64}), how="cross")
    )
    told = every.join(strengths, on=["panel", "grade"], how="left").with_columns(
        (pl.col(name).fill_null(0).cast(pl.Float64) / 1e6 + _BELIEVED / 3) for name in relations
    )
    told = told.with_columns(
        (pl.col(name) / pl.col(name).sum().over("panel", order_by="grade")).log().round(6) for name in relations
    )
    for_a = told.select("panel", "grade", side=pl.lit(1, pl.Int64), **dict(zip(_STATES, relations, strict=True)))
    for_b = told.select("panel", "grade", side=pl.lit(-1, pl.Int64), **dict(zip(_STATES, relations[::-1], strict=True)))
    return pl.concat([for_a, for_b.select(for_a.columns)]).sort("panel", "side", "grade")
