"""Limits: no user and no day of a cohort holds more than a share of a version's weight.

What a user or a day holds is scaled down, never what others gave. All that are over a limit come to the same weight,
the limit's share of what is left (water filling), and users and days are brought down in turn until both limits hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LIMITS", "limited"]

LIMITS: dict[str, tuple[str, ...]] = {"user": ("rater_id",), "cohort_day": ("cohort", "day")}
"""What can be limited, and the columns that tell one from another."""

_AIM = 0.985
"""Part of a limit that is aimed at: what a record keeps is rounded down by up to a hundredth, and with it the whole."""
_TURNS = 100
_NEAR = 1e-9
_NOTHING = 1e-6
"""Part of all weight that is what rounding leaves."""


def limited(days: pl.DataFrame, others: float, limits: Mapping[str, float]) -> pl.DataFrame:
    """What is kept of what each user gave on each day, where it is not all.

    A limit that cannot hold is left alone: where nobody else holds weight and the holders are too few, scaling would
    take everything from everybody.

    Args:
        days: rows of rater_id, cohort, day and weight.
        others: the weight that no user holds.
        limits: by a key of `LIMITS`, the share of all weight that one may hold.

    Returns:
        Rows of rater_id, cohort, day and kept, from 0 to below 1.
    """
    # Sorted, so that everything comes out the same in whatever order the rows came.
    now = days.sort("rater_id", "cohort", "day").with_columns(kept=pl.lit(1.0))
    others = others if others > _NOTHING * (others + float(now["weight"].sum())) else 0.0
    for _ in range(_TURNS):
        before = now["kept"]
        for name, most in limits.items():
            now = _lowered(now, others, LIMITS[name], most * _AIM)
        if ((before - now["kept"]) <= _NEAR * before).all():
            break
    return now.filter(pl.col("kept") < 1).select("rater_id", "cohort", "day", "kept")


def _held(now: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """What each holds, the most first. Sums are fixed point: the same on any number of threads."""
    weight = (pl.col("weight") * pl.col("kept") * 1e9).round().cast(pl.Int64)
    return (
        now.group_by(columns)
        .agg(held=weight.sum() / 1e9)
        .filter(pl.col("held") > 0)
        .sort(["held", *columns], descending=[True, *(False for _ in columns)])
    )


def _lowered(now: pl.DataFrame, others: float, columns: Sequence[str], most: float) -> pl.DataFrame:
    """The rows with every holder at or below the share."""
    held = _held(now, columns)
    level = _level(held["held"].to_list(), others, most)
    if level is None:
        return now
    scales = held.select(*columns, scale=pl.min_horizontal(pl.lit(1.0), level / pl.col("held")))
    joined = now.join(scales, on=list(columns), how="left", maintain_order="left")
    return joined.with_columns(kept=pl.col("kept") * pl.col("scale").fill_null(1.0)).drop("scale")


def _level(held: Sequence[float], others: float, most: float) -> float | None:
    """What none of the holders, sorted from the most, may exceed; None where none has to give, or all would."""
    rest = others + sum(held)
    for over, weight in enumerate(held):
        # With the first `over` of them at the level, level = most * (rest + over * level).
        free = 1 - over * most
        if free > 0 and weight * free <= most * rest:
            return most * rest / free if over else None
        rest -= weight
    return most * others / (1 - len(held) * most) if others > 0 and held else None
