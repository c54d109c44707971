"""How far the estimates are to be taken at their word: held-out golden items, and a temperature that puts it right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Reliability", "calibrated", "temperature_of"]

_OUTCOMES = {"p_a": 1, "p_tie": 0, "p_b": -1}
_BINS = 10
_LEAST = 50
"""Fewer held-out items than this change nothing: their own noise would be learnt."""
_CAUTION = 10.0
"""Weight of the belief that the model is right as it is, in items."""
_TINY = 1e-6


@dataclass(frozen=True)
class Reliability:
    """What golden items held out of the fit said of the estimates.

    Attributes:
        temperature: above 1 the model was too sure; 1 where too few golden items say anything. Items
            that anchor nobody are left out.
        items: held-out items.
        error: expected calibration error after tempering, of the leading outcome, 0 to 1; None without items.
        bins: a row per bin of ``noise.reliability``, less the calibration.
    """

    temperature: float
    items: int
    error: float | None
    bins: pl.DataFrame


def temperature_of(held_out: Sequence[pl.DataFrame]) -> float:
    """The temperature under which the held-out items are most probable, by golden section on its logarithm.

    Of pairs of ranked lists less is claimed than is known, each being a part of a judgement. Were that made good here,
    too much would be claimed of all others: so they say how sure votes are only where few others do.
    """
    items = _joined(held_out).filter("telling")
    whole = items.filter("whole")
    if whole.height >= _LEAST:
        items = whole
    if items.height < _LEAST:
        return 1.0
    low, high = math.log(0.5), math.log(4.0)
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(30):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _surprise(items, left) <= _surprise(items, right):
            high = right
        else:
            low = left
    return round(math.exp((low + high) / 2), 3)


def calibrated(temperature: float, held_out: Sequence[pl.DataFrame]) -> Reliability:
    """The reliability of tempered estimates, in bins of equal size by how sure they are."""
    items = _joined(held_out)
    if not items.height:
        return Reliability(temperature, 0, None, _binned(items))
    bins = _binned(_tempered(items, math.log(temperature)))
    missed = bins.select(((pl.col("claimed") - pl.col("right")).abs() * pl.col("items")).sum()).item()
    return Reliability(temperature, items.height, round(float(missed) / items.height, 6), bins)


def _joined(held_out: Sequence[pl.DataFrame]) -> pl.DataFrame:
    facts = {"item": pl.Int64, "truth": pl.Int64, "telling": pl.Boolean, "whole": pl.Boolean}
    schema = facts | dict.fromkeys(_OUTCOMES, pl.Float64)
    frames = [frame.select(pl.col(name).cast(type_) for name, type_ in schema.items()) for frame in held_out]
    return pl.concat(frames or [pl.DataFrame(schema=schema)]).sort("item")


def _tempered(items: pl.DataFrame, log_temperature: float) -> pl.DataFrame:
    power = 1 / math.exp(log_temperature)
    raised = {name: pl.max_horizontal(pl.col(name), pl.lit(_TINY)) ** power for name in ("p_a", "p_b")}
    # As it is published: where nobody says tie, none is believed in.
    raised["p_tie"] = pl.when(pl.col("p_tie") > 0).then(pl.col("p_tie") ** power).otherwise(0.0)
    return items.with_columns(**raised).with_columns(pl.col(name) / pl.sum_horizontal(*_OUTCOMES) for name in _OUTCOMES)


def _surprise(items: pl.DataFrame, log_temperature: float) -> float:
    told = _tempered(items, log_temperature)
    of_truth = pl.sum_horizontal(
        pl.when(pl.col("truth") == outcome).then(pl.col(name)).otherwise(0.0) for name, outcome in _OUTCOMES.items()
    )
    total = (
        float(told.select((pl.max_horizontal(of_truth, pl.lit(_TINY)).log() * 1e6).round().cast(pl.Int64).sum()).item())
        / 1e6
    )
    return -total + _CAUTION * log_temperature**2


def _binned(items: pl.DataFrame) -> pl.DataFrame:
    """Bins by how sure, equal in size; columns ``bin, items, claimed, right``."""
    claimed = pl.max_horizontal(*_OUTCOMES)
    outcome = pl.when(pl.col("p_a") == claimed).then(1).when(pl.col("p_b") == claimed).then(-1).otherwise(0)
    ranked = items.select("item", claimed=claimed.round(9), right=(outcome == pl.col("truth")).cast(pl.Int64)).sort(
        "claimed", "item"
    )
    return (
        ranked.with_columns(bin=pl.int_range(pl.len()) * _BINS // pl.len())
        .group_by("bin")
        .agg(
            items=pl.len().cast(pl.Int64),
            claimed=(pl.col("claimed") * 1e9).round().cast(pl.Int64).sum() / 1e9 / pl.len(),
            right=pl.col("right").sum() / pl.len(),
        )
        .sort("bin")
        .cast({"bin": pl.Int64})
    )
