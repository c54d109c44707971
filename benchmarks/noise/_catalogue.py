"""The simulations by name: one thing each that goes wrong with raters, and one where it all comes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.noise._recipe import Recipe
from benchmarks.noise._world import Group, Pairs, Raters, Sheet, assign, hire, make_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

__all__ = ["CATALOGUE"]

_World = tuple[Pairs, Raters, Sheet]


def _honest(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000)
    raters = hire(rng, Group("worker", 60))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 5})


def _sparse(rng: Generator) -> _World:
    pairs = make_pairs(rng, 1500)
    raters = hire(rng, Group("worker", 400, busy=0.8))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 3})


def _spammers(rng: Generator) -> _World:
    pairs = make_pairs(rng, 1500)
    raters = hire(
        rng,
        Group("worker", 40, skill=(0.7, 0.92)),
        Group("chance", 20, skill=(0.5, 0.5), ties=(0.1, 0.4), sees_ties=(0.1, 0.4)),
        Group("first", 12, skill=(0.5, 0.5), side=(4, 6), ties=(0, 0.02), sees_ties=(0, 0.02)),
        Group("tie", 8, skill=(0.5, 0.5), ties=(0.9, 0.98), sees_ties=(0.9, 0.98)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"worker": 3, "chance": 2, "first": 1, "tie": 1})


def _side_bias(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000)
    raters = hire(rng, Group("worker", 50, skill=(0.7, 0.88), side=(0.6, 2.2)))
    # Most pairs are shown to everybody in the one order they were stored in.
    return pairs, raters, assign(rng, pairs, raters, {"worker": 5}, same_order=0.7)


def _below_chance(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000)
    raters = hire(
        rng,
        Group("user", 120, "user/online", skill=(0.22, 0.4)),
        Group("worker", 40, skill=(0.62, 0.78)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"user": 4, "worker": 2})


def _correlated(rng: Generator) -> _World:
    pairs = make_pairs(rng, 1500)
    raters = hire(
        rng,
        Group("copy", 6, "judge/offline", skill=(0.62, 0.66), copies=0.9, family="model-x"),
        Group("other", 2, "judge/offline", skill=(0.66, 0.72), family="model-y"),
        Group("worker", 30, skill=(0.7, 0.85)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"copy": 6, "other": 1, "worker": 3})


def _ties(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000, tied=0.35)
    raters = hire(rng, Group("worker", 60, skill=(0.7, 0.92), ties=(0.02, 0.45), sees_ties=(0.3, 0.9)))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 5})


def _style(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000)
    raters = hire(rng, Group("driven", 40, skill=(0.6, 0.75), style=(1.0, 2.2)), Group("worker", 20, skill=(0.7, 0.85)))
    return pairs, raters, assign(rng, pairs, raters, {"driven": 4, "worker": 1})


def _drift(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000)
    raters = hire(
        rng,
        Group("drifting", 40, skill=(0.85, 0.95), after=(0.4, 0.55), change=(0.2, 0.8)),
        Group("steady", 20, skill=(0.75, 0.88)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"drifting": 4, "steady": 2}, spread=0.1)


def _graded(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000)
    raters = hire(rng, Group("worker", 60, skill=(0.65, 0.85)))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 3})


def _difficulty(rng: Generator) -> _World:
    pairs = make_pairs(rng, 2000, clear=(0.0, 2.0))
    raters = hire(rng, Group("worker", 60, skill=(0.6, 0.9)))
    return pairs, raters, assign(rng, pairs, raters, {"worker": 5})


def _mixed(rng: Generator) -> _World:
    pairs = make_pairs(rng, 3000, tied=0.12, clear=(0.4, 1.6), longer_is_better=0.15)
    raters = hire(
        rng,
        Group("senior", 5, "expert/offline", skill=(0.88, 0.96)),
        Group("worker", 80, skill=(0.55, 0.9), ties=(0.02, 0.3), busy=1.0, side=(-0.2, 0.6)),
        Group(
            "copy",
            4,
            "judge/synthetic",
            skill=(0.64, 0.72),
            copies=0.7,
            family="model-x",
            side=(0.2, 0.8),
            style=(0.4, 1.0),
        ),
        Group("other", 2, "judge/synthetic", skill=(0.66, 0.78), family="model-y", side=(-0.4, 0.4), style=(0.2, 0.6)),
        Group("visitor", 500, "user/online", skill=(0.45, 0.65), ties=(0, 0.05), sees_ties=(0, 0.1), side=(0.4, 1.2)),
    )
    asked = {"senior": 0.05, "worker": 2, "copy": 3, "other": 1, "visitor": 2}
    sheet = assign(rng, pairs, raters, asked, same_order=0.3)
    return pairs, raters, sheet


def _visitors(rng: Generator) -> _World:
    pairs = make_pairs(rng, 12_000, tied=0.12, clear=(0.4, 1.6))
    raters = hire(
        rng,
        Group("worker", 100, skill=(0.55, 0.9), ties=(0.02, 0.3), busy=1.0),
        Group("visitor", 2000, "user/online", skill=(0.45, 0.65), ties=(0, 0.05), sees_ties=(0, 0.1), side=(0.4, 1.2)),
    )
    return pairs, raters, assign(rng, pairs, raters, {"worker": 2, "visitor": 5}, same_order=0.3)


CATALOGUE: Mapping[str, Recipe] = {
    "honest": Recipe("60 honest workers, 5 votes a pair", _honest),
    "sparse": Recipe("400 workers, 3 votes a pair, some workers with two or three votes in all", _sparse),
    "spammers": Recipe("half of the workers guess, take the first side or say tie", _spammers),
    "side-bias": Recipe(
        "everybody leans to the side shown first, and most pairs have one order", _side_bias, matters=True
    ),
    "below-chance": Recipe(
        "two votes in three by users who are wrong more often than right; 5 % golden",
        _below_chance,
        matters=True,
        golden=0.05,
    ),
    "correlated": Recipe(
        "six near-copies of one judge beside three people and another judge", _correlated, matters=True
    ),
    "ties": Recipe("a third of the pairs are ties; workers differ in how readily they say so", _ties),
    "style": Recipe("two thirds of the raters are drawn to the longer side", _style, matters=True),
    "drift": Recipe(
        "two thirds of the raters are good at first and near chance after a day of their own", _drift, matters=True
    ),
    "graded": Recipe("raters say how much better, on scales of their own; 3 votes a pair", _graded, graded=True),
    "difficulty": Recipe("pairs from hopeless to obvious", _difficulty),
    "mixed": Recipe(
        "a few experts, workers, judges with copies, and visitors at once; 5 % golden",
        _mixed,
        matters=True,
        golden=0.05,
    ),
    "visitors": Recipe(
        "2,000 visitors near chance with 30 votes each, beside 100 workers; 5 % golden", _visitors, golden=0.05
    ),
}
