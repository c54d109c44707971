"""The simulations of this benchmark: ``simulations(seed)`` draws them; the same seed gives the same frames."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from benchmarks.noise._catalogue import CATALOGUE
from benchmarks.noise._recipe import SETTLER, Simulation, draw
from benchmarks.noise._shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["NAMES", "SETTLER", "Simulation", "draws", "simulations"]

_ALL = {**CATALOGUE, **SHAPES}

NAMES = tuple(_ALL)
"""The names of all simulations, in the order of the table."""

_ITEMS, _RATERS = 1000, 150
"""Items and raters that there are to be for each draw asked for: with fewer, chance alone moves ECE by as much as its
target, and coverage by the width of its range."""


def simulations(seed: int, names: Collection[str] = NAMES) -> dict[str, Simulation]:
    """Draw the simulations of those names, each from a stream of chance of its own."""
    return {name: draw(name, _ALL[name], seed) for name in NAMES if name in names}


def draws(name: str, times: int, first: int = 1) -> Iterator[tuple[int, Simulation]]:
    """A simulation and the seeds it was drawn with: so often, and on until it is large enough to be measured.

    Args:
        name: of the simulation.
        times: the fewest draws, and how many times a thousand items and 150 raters there are to be in them.
        first: the first seed; the others follow it.
    """
    items = raters = 0
    for made in count():
        if made >= times and items >= times * _ITEMS and raters >= times * _RATERS:
            return
        drawn = simulations(first + made, [name])[name]
        items, raters = items + len(drawn.items), raters + len(drawn.raters)
        yield first + made, drawn
