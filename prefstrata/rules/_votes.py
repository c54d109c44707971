"""What rules say of pairs: the side that keeps a rule is better than the side that breaks it."""

from __future__ import annotations

import polars as pl

__all__ = ["rule_votes"]


def rule_votes(pairs: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """The votes of rules, where exactly one side breaks one.

    Args:
        pairs: columns pair_id, a, b (ids of the texts).
        broken: what :func:`broken_rules` found about those texts.

    Returns:
        pair_id, rule, dimension, choice (a or b), sorted. A rule that both sides keep or both break says nothing:
        it is not a tie, which would be a judgement.
    """
    sides = broken.select("id", "rule", "dimension", "broken")
    one = pairs.join(sides, left_on="a", right_on="id")
    both = one.join(sides.select("id", "rule", "broken"), left_on=["b", "rule"], right_on=["id", "rule"], suffix="_b")
    return (
        both.filter(pl.col("broken") != pl.col("broken_b"))
        .select("pair_id", "rule", "dimension", choice=pl.when("broken").then(pl.lit("b")).otherwise(pl.lit("a")))
        .sort("pair_id", "rule")
    )
