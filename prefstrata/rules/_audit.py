"""How far people agree with rules: a rule that people contradict is wrong, or catches what they do not care about."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

__all__ = ["Audited", "audit"]

_EVEN = 0.5
_Z = 1.6448536269514722
"""For 90 %, as elsewhere."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A rule against people.

    Attributes:
        rule: its name as a rater.
        dimension: what it speaks of.
        votes: pairs on which it votes.
        known: those of them whose answer people gave, on the rule's dimension or overall.
        agreed: those where the people prefer the side that keeps the rule.
        missed: pairs it is for on which it says nothing although its dimension was decided by people. What it is not
            for, the scenarios of other policies, other tasks and risks, it does not miss.
    """

    rule: str
    dimension: str
    votes: int
    known: int
    agreed: int
    missed: int

    @property
    def agreement(self) -> float | None:
        """Share of the known pairs on which people agree with it; None without any."""
        return self.agreed / self.known if self.known else None

    @property
    def low(self) -> float | None:
        """Lower end of the 90 % interval of that (Wilson, 1927)."""
        return self._end(-1)

    @property
    def high(self) -> float | None:
        """Upper end."""
        return self._end(1)

    def _end(self, side: int) -> float | None:
        if self.agreement is None:
            return None
        share, n, z = self.agreement, self.known, _Z
        half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return (share + z * z / (2 * n) + side * half) / (1 + z * z / n)

    @property
    def verdict(self) -> str:
        """What that says, for a person."""
        if self.low is None or self.high is None:
            return "nobody judged the same pairs"
        if self.low > _EVEN:
            return "people agree"
        return "people contradict it" if self.high < _EVEN else "too few to tell"


def audit(views: pl.DataFrame, answers: pl.DataFrame) -> list[Audited]:
    """Hold rules that vote against what people said.

    Args:
        views: what :func:`prefstrata.rules.rule_views` found.
        answers: columns pair_id, dimension, answer (a or b), given by people.
    """
    made = []
    for (rule, dimension), seen in sorted(views.group_by("rule", "dimension"), key=lambda each: str(each[0])):
        mine, silent = seen.drop_nulls("choice"), seen.filter(pl.col("choice").is_null())
        if mine.is_empty():
            continue
        own = answers.filter(pl.col("dimension") == dimension)
        rest = answers.filter(pl.col("dimension") == "overall").join(own, on="pair_id", how="anti")
        known = mine.join(pl.concat([own, rest]).select("pair_id", "answer"), on="pair_id")
        agreed = known.filter(pl.col("choice") == pl.col("answer")).height
        missed = own.join(silent, on="pair_id", how="semi").height
        made.append(Audited(str(rule), str(dimension), mine.height, known.height, agreed, missed))
    return made
