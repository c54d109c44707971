"""What is believed of raters, and the step that improves it: small sums in, small tables out.

A decided vote for a is logistic: its log-odds are ability times the item's state (1 where a is clearly better, 0.4
where it is closely so, 0 where the sides are even, and the same below zero for b), plus side for the side shown
first, plus the pulls of style. A tie has a probability of its own in each state. Abilities and side biases of a
panel's raters are spread around its mean as a Student t with four degrees of freedom (heavy tails: spammers are not
like the rest), style slopes as a normal; and abilities around a line in the slope of length, for who is drawn to length
is often less able. What raters whose display order is never known give to a, which has the first side's place there,
has a mean and a spread of its own: a panel's side bias says nothing of it. Means, spreads and lines are estimated too
(empirical Bayes; Gelman et al., Bayesian Data Analysis, 5.4 and 17.2), so a rater with three votes looks like its panel
and one with three thousand like itself.

Everything is rounded to millionths after each step, and every sum over rows is one of whole numbers: the same votes
give the same tables in whatever order they come and however many threads there are. A processor whose logarithms and
exponentials differ in the last bit may round a millionth otherwise.
"""

from __future__ import annotations

import polars as pl

from prefstrata.noise._spread import spread_and_mean
from prefstrata.noise._sums import total

__all__ = ["COPYING", "SHARED", "beliefs_at_first", "improved"]

COPYING = 0.5
"""How much a further vote of a family is believed to repeat the first before anything is known."""
SHARED = 0.3
"""The same between families of models."""
_FREEDOM = 4.0
_STATES = ("even", "close", "clear")
_TIES = {"even": 0.5, "close": 0.1, "clear": 0.05}
_TIES_WEIGHT = 20
_MEAN_PULL = 1.0
"""Variance of a panel's mean ability around what its policy declares."""
_LEAST_MEAN = 0.05
"""Without anchors a panel is held to be better than chance as a whole: votes alone cannot say otherwise."""
_SPREADS = {"side": 0.03, "unseen": 0.03, "length": 0.02}
_SPREAD_WEIGHT = 4
_SIDES = ("side", "unseen")
_STYLE_VARIANCE = 0.1
_SIDE_VARIANCE = 0.25
_SLANT_VARIANCE = 0.04
"""Variance of what a log-odd of style is believed to take from ability, or to add, before anything is known. Small,
for what chance does to a rater's slope it does to its ability too."""
_LONGEST = 1.0
_LEAST = 1e-3


def beliefs_at_first(units: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Raters and panels before anything was learnt.

    Args:
        units: as ``fit.units``.

    Returns:
        A row per unit with the columns of ``fit.raters`` and its ``family``; a row per panel, its means and spreads.
    """
    panels = (
        units.group_by("panel")
        .agg(pl.col("declared").first())
        .sort("panel")
        .with_columns(
            ability_prior=_logit(pl.col("declared").clip(0.52, 0.97)) * 1.15,
            ability_spread=pl.lit(1.5),
            mean_variance=pl.lit(_MEAN_PULL),
            side_mean=pl.lit(0.0),
            side_spread=pl.lit(0.1),
            unseen_mean=pl.lit(0.0),
            unseen_spread=pl.lit(0.1),
            length_mean=pl.lit(0.0),
            length_spread=pl.lit(0.05),
            slant=pl.lit(0.0),
            markdown=pl.lit(0.0),
            firmness=pl.lit(0.0),
            **{f"tie_{state}": pl.lit(rate) for state, rate in (("even", 0.6), ("close", 0.12), ("clear", 0.08))},
            **{f"firm_{state}": pl.lit(10.0) for state in _STATES},
        )
        # Starting lower than declared leaves the votes room to say who is a spammer; from nothing nobody learns.
        .with_columns(ability_mean=pl.col("ability_prior").clip(0.4, 1.0))
    )
    raters = units.select("unit", "panel", "family", "model", "ordered").join(panels, on="panel").sort("unit")
    raters = raters.select(
        "unit",
        "panel",
        "family",
        "ordered",
        "markdown",
        "firmness",
        *(f"tie_{state}" for state in _STATES),
        ability="ability_mean",
        side="side_mean",
        length="length_mean",
        beside=pl.lit(value=False),
        discount=pl.lit(COPYING),
        shared=pl.when("model").then(SHARED).otherwise(0.0),
    )
    return raters, panels


def improved(
    raters: pl.DataFrame, panels: pl.DataFrame, steps: pl.DataFrame, *, anchored: frozenset[int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One step: Newton's for every rater within its panel, then the panels' means and spreads around the raters.

    Args:
        raters: a row per unit.
        panels: a row per panel.
        steps: as ``fit/steps``; a unit that is not in it met nothing.
        anchored: panels with votes on what people settled; only they may turn out worse than chance.
    """
    sums = [name for name in steps.columns if name != "unit"]
    kept = raters.drop("usual", "spread", "information", "mean_variance", strict=False)
    told = kept.join(steps.with_columns(pl.col(sums).cast(pl.Float64) / 1e6), on="unit", how="left").join(
        panels.select(
            "panel",
            "ability_mean",
            "side_mean",
            "unseen_mean",
            "length_mean",
            "ability_spread",
            "side_spread",
            "unseen_spread",
            "length_spread",
            "slant",
        ),
        on="panel",
    )
    told = told.with_columns(
        pl.when("ordered").then(f"side_{part}").otherwise(f"unseen_{part}").alias(f"side_{part}")
        for part in ("mean", "spread")
    )
    told = told.with_columns(pl.col(sums).fill_null(0.0)).with_columns(
        showed=pl.col("ability") + pl.col("slope_ability") / pl.max_horizontal("information", pl.lit(_LEAST)),
        usual=pl.col("ability_mean") + pl.col("slant") * (pl.col("length") - pl.col("length_mean")),
    )
    stepped = _held(_stepped(told), anchored)
    panels = _tie_rates(panels, stepped)
    panels = _spreads(panels, stepped, anchored)
    return _settled(_held(_carried(stepped, panels), anchored), panels), panels.sort("panel")


def _held(told: pl.DataFrame, anchored: frozenset[int]) -> pl.DataFrame:
    """No rater is worse than chance, but where what people settled may say so."""
    free = pl.col("panel").is_in(sorted(anchored))
    return told.with_columns(ability=pl.when(free).then("ability").otherwise(pl.max_horizontal("ability", pl.lit(0.0))))


def _carried(told: pl.DataFrame, panels: pl.DataFrame) -> pl.DataFrame:
    """Raters moved with their panel's mean, as far as it holds them: else it would be a step ahead of them for ever."""
    moved = panels.select("panel", new_mean="ability_mean")
    carried = (pl.col("v00") * pl.col("hold_ability")).clip(0, 1) * (pl.col("new_mean") - pl.col("ability_mean"))
    return told.join(moved, on="panel").with_columns(ability=(pl.col("ability") + carried).round(6)).drop("new_mean")


def _stepped(told: pl.DataFrame) -> pl.DataFrame:
    """A Newton step of every unit; ``v…`` are the variances that the curvature leaves."""
    off_ability, off_side = pl.col("ability") - pl.col("usual"), pl.col("side") - pl.col("side_mean")
    told = told.with_columns(
        heavy_ability=(_FREEDOM + 1) / (_FREEDOM + off_ability**2 / pl.col("ability_spread")),
        heavy_side=(_FREEDOM + 1) / (_FREEDOM + off_side**2 / pl.col("side_spread")),
    ).with_columns(
        hold_ability=pl.col("heavy_ability") / pl.col("ability_spread"),
        hold_side=pl.col("heavy_side") / pl.col("side_spread"),
        hold_length=1 / pl.col("length_spread"),
    )
    told = told.with_columns(
        g0=pl.col("slope_ability") - pl.col("hold_ability") * off_ability,
        g1=pl.col("slope_side") - pl.col("hold_side") * off_side,
        g2=pl.col("slope_length")
        - pl.col("hold_length") * (pl.col("length") - pl.col("length_mean"))
        + pl.col("slant") * pl.col("hold_ability") * off_ability,
        a=pl.col("bend_ability") + pl.col("hold_ability"),
        b=pl.col("bend_ability_side"),
        c=pl.col("bend_ability_length") - pl.col("slant") * pl.col("hold_ability"),
        d=pl.col("bend_side") + pl.col("hold_side"),
        e=pl.col("bend_side_length"),
        f=pl.col("bend_length") + pl.col("hold_length") + pl.col("slant") ** 2 * pl.col("hold_ability"),
    )
    a, b, c, d, e, f = (pl.col(name) for name in "abcdef")
    # The inverse of a symmetric matrix of three, by its cofactors.
    told = told.with_columns(det=a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)).with_columns(
        v00=(d * f - e * e) / pl.col("det"),
        v01=(c * e - b * f) / pl.col("det"),
        v02=(b * e - c * d) / pl.col("det"),
        v11=(a * f - c * c) / pl.col("det"),
        v12=(b * c - a * e) / pl.col("det"),
        v22=(a * d - b * b) / pl.col("det"),
    )
    moves = {"ability": ("v00", "v01", "v02"), "side": ("v01", "v11", "v12"), "length": ("v02", "v12", "v22")}
    return told.with_columns(
        (
            pl.col(name)
            + (pl.col(row[0]) * pl.col("g0") + pl.col(row[1]) * pl.col("g1") + pl.col(row[2]) * pl.col("g2")).clip(
                -_LONGEST, _LONGEST
            )
        ).round(6)
        for name, row in moves.items()
    )


def _tie_rates(panels: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Each panel's tie rate by state, and how alike its raters are in it (moments of the beta-binomial)."""
    for state in _STATES:
        n, ties = pl.col(state), pl.col(f"tied_{state}")
        seen = told.select("panel", state, pl.col(f"tied_{state}"))
        mean = seen.group_by("panel").agg(total(n).alias("n"), total(ties).alias("t"))
        mean = mean.select("panel", rate=((pl.col("t") + _TIES_WEIGHT * _TIES[state]) / (pl.col("n") + _TIES_WEIGHT)))
        spread = (
            seen.filter(n > 1)
            .join(mean, on="panel")
            .group_by("panel")
            .agg(
                total((ties / n - pl.col("rate")) ** 2 * n / (pl.col("rate") * (1 - pl.col("rate")))).alias("found"),
                total(n - 1).alias("room"),
                pl.len().alias("raters"),
            )
            .select(
                "panel",
                alike=(
                    (
                        ((pl.col("found") - pl.col("raters")) / pl.max_horizontal(pl.col("room"), 1e-6))
                        * pl.col("raters")
                        + 0.5
                    )
                    / (pl.col("raters") + 5)
                ).clip(0.005, 0.9),
            )
        )
        panels = (
            panels.join(mean, on="panel", how="left")
            .join(spread, on="panel", how="left")
            .with_columns(
                pl.col("rate").fill_null(_TIES[state]).round(6).alias(f"tie_{state}"),
                ((1 - pl.col("alike")) / pl.col("alike")).fill_null(10.0).round(6).alias(f"firm_{state}"),
            )
            .drop("rate", "alike")
        )
    return panels


def _spreads(panels: pl.DataFrame, told: pl.DataFrame, anchored: frozenset[int]) -> pl.DataFrame:
    """Means and spreads of the panels, and the slopes of style that a panel's raters share."""
    told_of = pl.max_horizontal("information", pl.lit(_LEAST))
    # A Student t with four degrees of freedom has twice the variance of its spread.
    weight = (
        pl.when(pl.col("information") > _LEAST).then(1 / (1 / told_of + 2 * pl.col("ability_spread"))).otherwise(0.0)
    )
    x, y = pl.col("length") - pl.col("length_mean"), pl.col("showed") - pl.col("ability_mean")
    sums = told.group_by("panel").agg(
        pl.len().alias("raters"),
        pl.len().alias("n_length"),
        total(pl.sum_horizontal(_STATES)).alias("n_met"),
        *(total(_of(name, pl.lit(1.0))).alias(f"n_{name}") for name in _SIDES),
        *(total(_of(name, pl.col("heavy_side"))).alias(f"h_{name}") for name in _SIDES),
        *(total(_of(name, pl.col("heavy_side") * pl.col("side"))).alias(f"s_{name}") for name in _SIDES),
        total(pl.col("length")).alias("s_length"),
        total(weight).alias("h_slant"),
        total(weight * x).alias("h_x"),
        total(weight * y).alias("h_y"),
        total(weight * x * x).alias("h_xx"),
        total(weight * x * y).alias("h_xy"),
        *(
            total(pl.col(f"{part}_{name}")).alias(f"{part}_{name}")
            for part in ("slope", "bend")
            for name in ("markdown", "firmness")
        ),
    )
    panels = panels.join(sums, on="panel")
    slanted = pl.col("usual") - pl.col("ability_mean")
    panels = panels.drop("ability_spread", "mean_variance").join(
        spread_and_mean(told.with_columns(pl.col("ability", "showed") - slanted), panels, _MEAN_PULL)
        .join(panels.select("panel", before="ability_spread"), on="panel", how="right")
        .select(
            "panel",
            "found_mean",
            ability_spread=pl.col("ability_spread").fill_null(pl.col("before")),
            mean_variance=pl.col("mean_variance").fill_null(_MEAN_PULL),
        ),
        on="panel",
    )
    # Raters who are always right show nothing more in the end: their mean stays. What met nothing has its prior.
    mean = pl.coalesce("found_mean", pl.when(pl.col("n_met") > 0).then("ability_mean"), "ability_prior")
    free = pl.col("panel").is_in(sorted(anchored))
    panels = panels.with_columns(
        *(
            (
                (pl.col(f"s_{name}") / pl.col(f"{name}_spread"))
                / (pl.col(f"h_{name}") / pl.col(f"{name}_spread") + 1 / _SIDE_VARIANCE)
            )
            .round(6)
            .alias(f"{name}_mean")
            for name in _SIDES
        ),
        ability_mean=pl.when(free).then(mean).otherwise(pl.max_horizontal(mean, pl.lit(_LEAST_MEAN))).round(6),
        length_mean=(
            (pl.col("s_length") / pl.col("length_spread"))
            / (pl.col("raters") / pl.col("length_spread") + 1 / _STYLE_VARIANCE)
        ).round(6),
        slant=_slant().round(6),
        markdown=(pl.col("markdown") + _shift("markdown")).round(6),
        firmness=(pl.col("firmness") + _shift("firmness")).round(6),
    )
    around = told.select(
        "panel",
        "side",
        "ordered",
        "length",
        "heavy_side",
        "v11",
        "v22",
    ).join(
        panels.select("panel", mean_side="side_mean", mean_unseen="unseen_mean", mean_length="length_mean"),
        on="panel",
    )
    found = around.group_by("panel").agg(
        *(
            total(
                _of(name, pl.col("heavy_side") * ((pl.col("side") - pl.col(f"mean_{name}")) ** 2 + pl.col("v11")))
            ).alias(f"d_{name}")
            for name in _SIDES
        ),
        total((pl.col("length") - pl.col("mean_length")) ** 2 + pl.col("v22")).alias("d_length"),
    )
    return (
        panels.join(found, on="panel")
        .with_columns(
            *(
                ((pl.col(f"d_{name}") + _SPREAD_WEIGHT * usual) / (pl.col(f"n_{name}") + _SPREAD_WEIGHT))
                .round(6)
                .alias(f"{name}_spread")
                for name, usual in _SPREADS.items()
            ),
        )
        .drop("raters", pl.selectors.starts_with("n_", "h_", "s_", "d_", "slope_", "bend_", "found_"))
    )


def _of(name: str, figure: pl.Expr) -> pl.Expr:
    """The figure of raters whose side bias is of that kind, 0 of the others."""
    return pl.when(pl.col("ordered") == (name == "side")).then(figure).otherwise(0.0)


def _slant() -> pl.Expr:
    """How ability falls or rises with the slope of length among a panel's raters: a regression, drawn to 0."""
    n = pl.max_horizontal("h_slant", pl.lit(_LEAST))
    both = pl.col("h_xy") - pl.col("h_x") * pl.col("h_y") / n
    alone = pl.col("h_xx") - pl.col("h_x") ** 2 / n
    return both / (alone + 1 / _SLANT_VARIANCE)


def _shift(name: str) -> pl.Expr:
    """Newton's step for what all raters of a panel share."""
    slope = pl.col(f"slope_{name}") - pl.col(name) / _STYLE_VARIANCE
    return (slope / (pl.col(f"bend_{name}") + 1 / _STYLE_VARIANCE)).clip(-0.5, 0.5).round(6)


def _settled(told: pl.DataFrame, panels: pl.DataFrame) -> pl.DataFrame:
    """The raters with what they share with their panel: style, and ties as far as they said few themselves."""
    shared = panels.select(
        "panel",
        "mean_variance",
        spread="ability_spread",
        new_mean="ability_mean",
        new_length="length_mean",
        new_slant="slant",
        new_markdown="markdown",
        new_firmness="firmness",
        **{f"rate_{state}": f"tie_{state}" for state in _STATES},
        **{f"firm_{state}": f"firm_{state}" for state in _STATES},
    )
    return (
        told.join(shared, on="panel")
        .sort("unit")
        .select(
            "unit",
            "panel",
            "family",
            "ordered",
            "ability",
            "side",
            "length",
            pl.col("new_markdown").alias("markdown"),
            pl.col("new_firmness").alias("firmness"),
            *(
                (
                    (pl.col(f"tied_{state}") + pl.col(f"firm_{state}") * pl.col(f"rate_{state}"))
                    / (pl.col(state) + pl.col(f"firm_{state}"))
                )
                .clip(1e-4, 1 - 1e-4)
                .round(6)
                .alias(f"tie_{state}")
                for state in _STATES
            ),
            "beside",
            "discount",
            "shared",
            (pl.col("new_mean") + pl.col("new_slant") * (pl.col("length") - pl.col("new_length")))
            .round(6)
            .alias("usual"),
            "spread",
            "information",
            "mean_variance",
        )
    )


def _logit(probability: pl.Expr) -> pl.Expr:
    return (probability / (1 - probability)).log().round(6)
