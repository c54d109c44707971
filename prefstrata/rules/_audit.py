"""How far people agree with rules: a rule that people contradict is wrong, or catches what they do not care about."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["Audited", "audit"]


@dataclass(frozen=True, slots=True)
class Audited:
    """A rule against people.

    Attributes:
        rule: ``name@version``.
        votes: pairs on which it votes.
        known: those of them whose answer people gave, on the rule's dimension or overall.
        agreed: those where the people prefer the side that keeps the rule.
        missed: known pairs on which it says nothing although its dimension was decided by people.
    """

    rule: str
    votes: int
    known: int
    agreed: int
    missed: int


def audit(votes: pl.DataFrame, answers: pl.DataFrame) -> list[Audited]:
    """Hold rules against what people said.

    Args:
        votes: what :func:`prefstrata.rules.rule_votes` found.
        answers: columns pair_id, dimension, answer (a or b), given by people.
    """
    made = []
    for (rule, dimension), mine in sorted(votes.group_by("rule", "dimension"), key=lambda each: str(each[0])):
        own = answers.filter(pl.col("dimension") == dimension)
        rest = answers.filter(pl.col("dimension") == "overall").join(own, on="pair_id", how="anti")
        known = mine.join(pl.concat([own, rest]).select("pair_id", "answer"), on="pair_id")
        agreed = known.filter(pl.col("choice") == pl.col("answer")).height
        missed = own.join(mine, on="pair_id", how="anti").height
        made.append(Audited(str(rule), mine.height, known.height, agreed, missed))
    return made
