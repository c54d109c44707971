"""Chance that is the same on every machine.

Only ``random()`` of the standard generator is promised to stay as it is between versions of Python, so everything else
is made from it here, and without functions of the mathematical library, whose last bit differs between platforms.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Draw:
    """A stream of draws, named by its key: the same key gives the same draws, whatever else was drawn before."""

    def __init__(self, *key: object) -> None:
        """Start the stream of ``key``."""
        self.unit = random.Random("/".join(map(str, key))).random  # noqa: S311 - a simulation, no secret

    def chance(self, probability: float) -> bool:
        """Whether an event of this probability happened."""
        return self.unit() < probability

    def below(self, end: int) -> int:
        """A whole number from 0 to ``end`` - 1."""
        return int(self.unit() * end)

    def pick(self, things: Sequence[T]) -> T:
        """One of ``things``, each as likely as the other."""
        return things[self.below(len(things))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One key of ``weights``, as likely as its weight; the weights add up to 1."""
        roll = self.unit()
        things = list(weights)
        for thing in things[:-1]:
            roll -= weights[thing]
            if roll < 0:
                return thing
        return things[-1]

    def sample(self, things: Sequence[T], count: int) -> list[T]:
        """``count`` different ones of ``things`` (all of them when there are fewer), in random order."""
        pool = list(things)
        for place in range(min(count, len(pool))):
            other = place + self.below(len(pool) - place)
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:count]

    def bell(self) -> float:
        """A number around 0 with standard deviation 1, from -6 to 6 (Irwin-Hall with twelve terms)."""
        return sum(self.unit() for _ in range(12)) - 6.0
