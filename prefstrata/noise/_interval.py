"""The interval of a rater's ability: quantiles of its posterior, where the prior is a Student t."""

from __future__ import annotations

import polars as pl

from prefstrata.noise._spread import TAILS

__all__ = ["with_interval"]

_OUTSIDE = 0.05
"""Of the posterior below an interval of 90 %, and above it."""
_KNOWN = 0.85
"""Part of a rater's information that is left when what other raters and items are like must be learnt as well."""
_LEAST = 1e-3
_FAR = 4.0
_HALVINGS = 20


def with_interval(raters: pl.DataFrame) -> pl.DataFrame:
    """The raters with ``ability_low`` and ``ability_high``, in log-odds.

    A Student t is a mixture of normals around one middle. Given votes whose likelihood is near a normal, each of them
    has a normal posterior, and weighs as much as it had made the votes probable. So a rater who said little has the
    interval of the Student t, one who said much that of its votes, and an outlier is not drawn in.

    Args:
        raters: ``ability``, where the posterior is highest; ``usual`` and ``spread``, the middle and the squared scale
            of the abilities of raters like it; ``mean_variance``, of that middle; ``information`` of its votes.
    """
    told = pl.max_horizontal("information", pl.lit(_LEAST))
    off = pl.col("ability") - pl.col("usual")
    # Where the hold of the prior and the pull of the votes balance, the votes alone would have it farther off.
    hold = 5 / (4 + off**2 / pl.col("spread")) / pl.col("spread")
    found = raters.with_columns(_off=off + hold * off / told, _noise=1 / (_KNOWN * told))
    variance = {place: pl.col("spread") / precision + pl.col("mean_variance") for place, (precision, _) in _PARTS}
    found = found.with_columns(
        **{
            f"_log_{place}": -(pl.col("_off") ** 2) / (2 * (prior + pl.col("_noise")))
            - (prior + pl.col("_noise")).log() / 2
            for place, prior in variance.items()
        },
        **{
            f"_mean_{place}": pl.col("usual") + pl.col("_off") * prior / (prior + pl.col("_noise"))
            for place, prior in variance.items()
        },
        **{
            f"_deviation_{place}": (prior * pl.col("_noise") / (prior + pl.col("_noise"))).sqrt()
            for place, prior in variance.items()
        },
    )
    highest = pl.max_horizontal(f"_log_{place}" for place in variance)
    found = found.with_columns(
        (weight * (pl.col(f"_log_{place}") - highest).exp()).alias(f"_weight_{place}") for place, (_, weight) in _PARTS
    )
    ends = {"ability_low": _OUTSIDE, "ability_high": 1 - _OUTSIDE}
    for name, below in ends.items():
        found = _at_quantile(found, below).rename({"_middle": name})
    return found.select(*raters.columns, *(pl.col(name).round(6) for name in ends))


_PARTS = tuple(enumerate(TAILS))


def _at_quantile(found: pl.DataFrame, below: float) -> pl.DataFrame:
    """With ``_middle``, below which that part of the mixture is; by halving."""
    reach = [(pl.col(f"_mean_{place}"), _FAR * pl.col(f"_deviation_{place}")) for place, _ in _PARTS]
    found = found.with_columns(
        _from=pl.min_horizontal(mean - far for mean, far in reach),
        _to=pl.max_horizontal(mean + far for mean, far in reach),
    )
    middle = (pl.col("_from") + pl.col("_to")) / 2
    for _ in range(_HALVINGS):
        found = found.with_columns(_middle=middle).with_columns(_short=_part_below() < below)
        found = found.with_columns(
            _from=pl.when("_short").then("_middle").otherwise("_from"),
            _to=pl.when("_short").then("_to").otherwise("_middle"),
        )
    return found.with_columns(_middle=middle)


def _part_below() -> pl.Expr:
    """The part of the mixture below ``_middle``; the normal's by a logistic of a cubic (Page 1977), to 0.0002."""
    weights = [pl.col(f"_weight_{place}") for place, _ in _PARTS]
    z = [(pl.col("_middle") - pl.col(f"_mean_{place}")) / pl.col(f"_deviation_{place}") for place, _ in _PARTS]
    cubic = [(1.5976 * each + 0.070566 * each**3).clip(-40, 40) for each in z]
    parts = [weight / (1 + (-each).exp()) for weight, each in zip(weights, cubic, strict=True)]
    return pl.sum_horizontal(parts) / pl.sum_horizontal(weights)
