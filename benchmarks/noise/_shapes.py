"""Made-up sets with the shapes of well-known public crowd sets, where one method does well and another fails.

Shapes only: how many raters and items, who does how much, and where majority and Dawid-Skene end up there. No public
vote is in here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.noise._recipe import Recipe
from benchmarks.noise._world import Group, Pairs, Raters, Sheet, assign, hire, make_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

__all__ = ["SHAPES"]

_World = tuple[Pairs, Raters, Sheet]


def _sure(
    name: str, size: int, skill: tuple[float, float], lean: tuple[float, float] = (0.0, 0.0), busy: float = 0.0
) -> Group:
    """Workers who never say tie: these sets have two classes."""
    return Group(name, size, skill=skill, ties=(0.0, 0.0), sees_ties=(0.0, 0.0), lean=lean, busy=busy)


def _few_each(rng: Generator) -> _World:
    pairs = make_pairs(rng, 300, tied=0.2, clear=(0.4, 1.4))
    raters = hire(rng, Group("worker", 220, skill=(0.55, 0.92), ties=(0.02, 0.35), sees_ties=(0.3, 0.8), busy=0.7))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 5})


def _near_chance(rng: Generator) -> _World:
    pairs = make_pairs(rng, 600, tied=0.0)
    raters = hire(
        rng,
        _sure("worker", 14, skill=(0.8, 0.92)),
        _sure("chance", 40, skill=(0.48, 0.52)),
        _sure("always-a", 20, skill=(0.5, 0.52), lean=(1.5, 4.0)),
        _sure("always-b", 8, skill=(0.5, 0.52), lean=(-4.0, -1.5)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"worker": 2, "chance": 5, "always-a": 4, "always-b": 1})


def _birds(rng: Generator) -> _World:
    pairs = make_pairs(rng, 108, tied=0.0, clear=(0.3, 1.5), a_is_better=0.44)
    raters = hire(
        rng,
        _sure("expert", 7, skill=(0.74, 0.86), lean=(-0.2, 0.4)),
        _sure("lenient", 22, skill=(0.56, 0.7), lean=(0.4, 1.6)),
        _sure("strict", 10, skill=(0.5, 0.56), lean=(-0.8, 0.4)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"expert": 7, "lenient": 22, "strict": 10})


def _entailment(rng: Generator) -> _World:
    pairs = make_pairs(rng, 800, tied=0.0, clear=(0.3, 1.4))
    raters = hire(rng, _sure("worker", 164, skill=(0.52, 0.93), lean=(-0.4, 0.9), busy=1.5))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 10})


def _temporal(rng: Generator) -> _World:
    pairs = make_pairs(rng, 462, tied=0.0, clear=(0.5, 1.6))
    raters = hire(rng, _sure("worker", 76, skill=(0.6, 0.95), busy=1.5))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 10})


SHAPES: Mapping[str, Recipe] = {
    "few-each": Recipe(
        "300 pairs, 220 workers, 5 votes a pair: too little for a matrix per worker", _few_each, order="unknown"
    ),
    "near-chance": Recipe("600 pairs, 12 votes each, five in six of them spam", _near_chance, order="unknown"),
    "birds": Recipe("39 workers on all of 108 pairs, many lenient", _birds, order="class"),
    "entailment": Recipe("164 workers, a few of whom do most, 800 pairs, 10 votes each", _entailment, order="class"),
    "temporal": Recipe("76 workers, 462 pairs, 10 votes each, easy", _temporal, order="class"),
}
