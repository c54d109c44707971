"""Raters with known skill and known faults, and how they come to a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from examples.generator._draw import Draw

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CROWD", "EXPERTS", "JUDGES", "SCORERS", "Choice", "Rater", "Scorer", "flip", "verdict"]

Choice = Literal["left", "right", "tie"]


@dataclass(frozen=True, slots=True)
class Rater:
    """Somebody who compares two responses.

    Attributes:
        name: what the files call the rater.
        accuracy: how often a look that ends in a side ends in the better one.
        level: seniority or version, where the files have one.
        undecided: how often a look at two responses of different quality ends in a tie.
        equal: how often a look at two equally good responses ends in a tie.
        first: how often the side shown first is taken without a look.
        careless: how often the verdict is random.
        length: how much more often right when the better response is the longer one, and less often when it is not.
    """

    name: str
    accuracy: float
    level: str = ""
    undecided: float = 0.05
    equal: float = 0.6
    first: float = 0.0
    careless: float = 0.0
    length: float = 0.0

    @property
    def expected(self) -> float:
        """How often a decided verdict of this rater is right, over pairs in random order and of balanced lengths."""
        looked = (1 - self.first - self.careless) * (1 - self.undecided)
        blind = self.first + self.careless * 2 / 3
        return (looked * self.accuracy + blind / 2) / (looked + blind)


@dataclass(frozen=True, slots=True)
class Scorer:
    """Somebody who scores single responses: kind or strict, steady or not."""

    name: str
    leniency: float
    spread: float
    slope: float = 1.0

    def score(self, draw: Draw, quality: float) -> float:
        """A score from 0 to 1 for a response whose true quality is ``quality``."""
        value = 0.5 + self.slope * (quality - 0.5) + self.leniency + self.spread * draw.bell()
        return min(1.0, max(0.0, value))


def verdict(draw: Draw, rater: Rater, gap: int, longer: int) -> Choice:
    """What ``rater`` says.

    Args:
        draw: where chance comes from.
        rater: who looks.
        gap: how much better the side shown first is; 0 for equally good.
        longer: how much longer the side shown first is.
    """
    roll = draw.unit()
    if roll < rater.first:
        return "left"
    if roll < rater.first + rater.careless:
        return draw.pick(("left", "right", "tie"))
    pull = rater.length * (1 if longer > 0 else -1)
    if gap == 0:
        if draw.chance(rater.equal):
            return "tie"
        return "left" if draw.chance(0.5 + pull) else "right"
    if draw.chance(rater.undecided):
        return "tie"
    right = draw.chance(rater.accuracy + (pull if gap > 0 else -pull))
    return "left" if (gap > 0) == right else "right"


def flip(choice: Choice) -> Choice:
    """The same verdict when the sides change places."""
    return {"left": "right", "right": "left", "tie": "tie"}[choice]  # type: ignore[return-value]


EXPERTS: tuple[Rater, ...] = (
    Rater("senior-1", 0.97, "senior"),
    Rater("senior-2", 0.95, "senior"),
    Rater("senior-3", 0.94, "senior"),
    Rater("resident-1", 0.93, "resident"),
    Rater("resident-2", 0.91, "resident"),
)


def _crowd() -> tuple[Rater, ...]:
    draw = Draw("crowd")
    steady = [
        Rater(f"w-{number:03}", 0.72 + 0.04 * draw.below(5), undecided=0.10, equal=0.5, length=0.05)
        for number in range(1, 36)
    ]
    spammers = [Rater(f"w-{number:03}", 0.5, careless=1.0) for number in range(36, 40)]
    always_first = Rater("w-040", 0.75, undecided=0.05, first=0.6)
    return (*steady, *spammers, always_first)


CROWD: Sequence[Rater] = _crowd()

JUDGES: tuple[Rater, ...] = (
    Rater("lumen", 0.86, "lumen-2@prompt-4", undecided=0.04, equal=0.35, first=0.06, length=0.05),
    Rater("quill", 0.76, "quill-small@prompt-4", undecided=0.06, equal=0.25, first=0.22, length=0.12),
)

SCORERS: tuple[Scorer, ...] = (
    Scorer("r-amber", leniency=0.12, spread=0.10),
    Scorer("r-basalt", leniency=-0.15, spread=0.10),
    Scorer("r-coral", leniency=0.0, spread=0.08),
    Scorer("r-dune", leniency=0.05, spread=0.16),
    Scorer("r-ember", leniency=-0.05, spread=0.12, slope=0.6),
    Scorer("r-fjord", leniency=0.20, spread=0.14, slope=0.5),
)
