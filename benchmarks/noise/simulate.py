"""The simulations of this benchmark: ``simulations(seed)`` draws them; the same seed gives the same frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.noise._catalogue import CATALOGUE
from benchmarks.noise._recipe import SETTLER, Simulation, draw
from benchmarks.noise._shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["NAMES", "SETTLER", "Simulation", "simulations"]

_ALL = {**CATALOGUE, **SHAPES}

NAMES = tuple(_ALL)
"""The names of all simulations, in the order of the table."""


def simulations(seed: int, names: Collection[str] = NAMES) -> dict[str, Simulation]:
    """Draw the simulations of those names, each from a stream of chance of its own."""
    return {name: draw(name, _ALL[name], seed) for name in NAMES if name in names}
