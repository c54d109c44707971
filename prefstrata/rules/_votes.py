"""What rules say of pairs: the side that keeps a rule is better than the side that breaks it."""

from __future__ import annotations

import polars as pl

__all__ = ["rule_views"]


def rule_views(pairs: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """What rules say of the pairs whose texts they are for.

    Args:
        pairs: columns pair_id, a, b (ids of the texts).
        broken: what :func:`broken_rules` found about those texts.

    Returns:
        pair_id, rule, dimension, choice, sorted: a or b where exactly one side breaks the rule. Of a pair that keeps or
        breaks it on both sides it says nothing, null: that is no tie, which would be a judgement.
    """
    sides = broken.select("id", "rule", "dimension", "broken")
    one = pairs.join(sides, left_on="a", right_on="id")
    both = one.join(sides.select("id", "rule", "broken"), left_on=["b", "rule"], right_on=["id", "rule"], suffix="_b")
    kept = pl.when("broken").then(pl.lit("b")).otherwise(pl.lit("a"))
    choice = pl.when(pl.col("broken") != pl.col("broken_b")).then(kept)
    return both.select("pair_id", "rule", "dimension", choice=choice).sort("pair_id", "rule")
