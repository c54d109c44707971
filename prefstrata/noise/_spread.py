"""How unlike a panel's raters are in ability: the spread under which what each of them showed is most probable.

Expectation-maximisation would find it too, but not in twenty steps where raters have few votes: then each step moves
the spread by little. So it is read off the marginal likelihood, on a grid (empirical Bayes; Gelman et al., Bayesian
Data Analysis, 5.4): what a rater showed lies around its ability with the variance that its votes leave, and its ability
around the panel's mean as a Student t, here a mixture of normals. Believed before is a scaled inverse chi-square, which
is what so many raters of known ability would have told: it stays away from nothing, and leaves a panel of good raters
and spammers as wide as it is.
"""

from __future__ import annotations

import math

import polars as pl

from prefstrata.noise._sums import total

__all__ = ["spread_and_mean"]

_GRID = tuple(round(math.exp(math.log(0.01) + step * math.log(300) / 23), 6) for step in range(24))
_TAILS = ((0.1, 0.05), (0.266, 0.19), (0.549, 0.19), (0.839, 0.19), (1.22, 0.19), (1.945, 0.19))
"""Precisions of the normals that a Student t with four degrees of freedom is a mixture of, and their weights."""
_USUAL = 0.25
_USUAL_WEIGHT = 8.0
"""The spread that is believed in before, and in how many raters' worth. Four hundred raters with ten votes each tell of
it no more than a few whose ability is known would: with less weight, chance makes it half or twice what it is."""
_USUAL_LEAST = 0.05
_USUAL_PART = 0.5
"""Of a panel near chance less is believed, this part of its mean squared: few raters are worse than chance, so there
they are alike."""
_LEAST_INFORMATION = 1e-3
_MOST = 4000
"""Raters of a panel that are looked at: the spread of so many is known."""
_NOISE_KNOWN = 0.15
"""How far off what votes leave open of an ability may be, as a part of it: what is held back of it for intervals too.
Where raters have few votes, their spread is what is left of how unlike they look once that is taken away. So no number
of raters tells more than this allows: believed to the last digit, a little too much taken away has them all alike."""
_FURTHEST = 16.0
"""Times chance, squared, that a rater is at most taken to be off: a few of whom much is known are not the panel."""
_NEVER = 1e-300
_HALF_WAY = 0.5
"""How far a panel's mean goes from where it stood towards what its raters showed. That is told from far away where
votes are few, and overshoots: all the way, the means of such panels would swing to and fro for ever."""


def spread_and_mean(told: pl.DataFrame, panels: pl.DataFrame, pull: float) -> pl.DataFrame:
    """``panel, ability_spread, found_mean, mean_variance``, a row per panel of which anything is known.

    Args:
        told: a row per unit: ``panel, unit, ability, showed`` (the ability its votes alone would have it at),
            ``information`` (on it), ``heavy_ability`` and ``hold_ability`` (the hold of the panel).
        panels: ``panel, ability_mean, ability_prior, ability_spread``.
        pull: variance of a panel's mean around its prior.
    """
    seen = (
        told.filter(pl.col("information") > _LEAST_INFORMATION)
        .filter(pl.col("unit").rank("ordinal").over("panel") <= _MOST)
        .join(panels.select("panel", "ability_mean", "ability_prior"), on="panel")
        .select(
            "panel",
            "showed",
            "ability_prior",
            noise=1 / pl.col("information"),
            # Here, for the grid has every row once a spread.
            fall=-((pl.col("showed") - pl.col("ability_mean")) ** 2),
        )
    )
    spreads = pl.DataFrame({"spread": _GRID})
    telling = seen.group_by("panel").agg(telling=_telling())
    likely = (
        seen.select("panel", "noise", "fall")
        .join(spreads, how="cross")
        .with_columns(pl.max_horizontal(_density(), pl.lit(_NEVER)).log().alias("log"))
        .group_by("panel", "spread")
        .agg(total(pl.col("log")).alias("log"))
        .join(telling, on="panel")
        .join(panels.select("panel", usual=_usual()), on="panel")
        .with_columns(
            log=pl.col("log") * pl.col("telling")
            - _USUAL_WEIGHT / 2 * (pl.col("spread").log() + pl.col("usual") / pl.col("spread"))
        )
        .with_columns(weight=(pl.col("log") - pl.col("log").max().over("panel")).exp())
        .group_by("panel")
        .agg(
            (total(pl.col("weight") * pl.col("spread").log()) / total(pl.col("weight")))
            .exp()
            .round(6)
            .alias("ability_spread")
        )
    )
    held = (
        seen.join(likely, on="panel")
        .with_columns(spread="ability_spread")
        .with_columns(hold=_density(by_precision=True) / pl.max_horizontal(_density(), pl.lit(_NEVER)))
        .group_by("panel")
        .agg(
            pl.col("ability_prior").first(),
            total(pl.col("hold")).alias("hold"),
            total(pl.col("hold") * pl.col("showed")).alias("pulled"),
        )
    )
    full = (pl.col("pulled") + pl.col("ability_prior") / pull) / (pl.col("hold") + 1 / pull)
    weight = 1 - (1 - pl.col("part")) ** 3
    return (
        likely.join(held, on="panel")
        .join(_believed(told, panels, pull), on="panel")
        .join(panels.select("panel", stood="ability_mean"), on="panel")
        .select(
            "panel",
            "ability_spread",
            found_mean=(
                pl.col("believed_mean") * weight
                + (pl.col("stood") + _HALF_WAY * (full - pl.col("stood"))) * (1 - weight)
            ).round(6),
            mean_variance=(1 / (pl.col("hold") + 1 / pull)).round(6),
        )
        .sort("panel")
    )


def _believed(told: pl.DataFrame, panels: pl.DataFrame, pull: float) -> pl.DataFrame:
    """Mean of the abilities as they are believed, and the part of it that votes have told of, 0 to 1.

    That is what expectation-maximisation would do. Where raters have many votes it is as fast as any, and steady.
    """
    spread = pl.col("ability_spread")
    return (
        told.select("panel", "ability", "information", "heavy_ability", "hold_ability")
        .join(panels.select("panel", "ability_prior", "ability_spread"), on="panel")
        .group_by("panel")
        .agg(
            pl.len().alias("raters"),
            pl.col("ability_prior", "ability_spread").first(),
            total(pl.col("information") / (pl.col("information") + pl.col("hold_ability"))).alias("part"),
            total(pl.col("heavy_ability")).alias("heavy"),
            total(pl.col("heavy_ability") * pl.col("ability")).alias("sum"),
        )
        .select(
            "panel",
            part=pl.col("part") / pl.col("raters"),
            believed_mean=(pl.col("sum") / spread + pl.col("ability_prior") / pull)
            / (pl.col("heavy") / spread + 1 / pull),
        )
    )


def _telling() -> pl.Expr:
    """What a panel tells of its spread, as a part of what it would if it were known what votes leave open.

    Known only to `_NOISE_KNOWN`, that tells as much as 2 / `_NOISE_KNOWN`² raters who showed it exactly; more where
    raters are more unlike than it explains, for then less of what they showed is it.
    """
    times = (-pl.col("fall") / pl.col("noise")).clip(upper_bound=_FURTHEST)
    unlike = (total(times) / pl.len()).clip(lower_bound=1.0)
    return (2 / _NOISE_KNOWN**2 * unlike**2 / pl.len()).clip(upper_bound=1.0)


def _usual() -> pl.Expr:
    """The spread that is believed in before, of a panel with that mean ability."""
    return (_USUAL_PART * pl.col("ability_mean") ** 2).clip(_USUAL_LEAST, _USUAL)


def _density(*, by_precision: bool = False) -> pl.Expr:
    """How probable what a rater showed is, its ability summed out; each part by its precision, where that is asked."""
    parts = []
    for precision, weight in _TAILS:
        variance = pl.col("spread") / precision + pl.col("noise")
        part = weight * (pl.col("fall") / (2 * variance)).exp() / variance.sqrt()
        parts.append(part / variance if by_precision else part)
    return pl.sum_horizontal(parts)
