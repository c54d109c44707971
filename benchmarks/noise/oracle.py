"""The best anybody could do: the truth's probability given the votes and everything about pairs and raters but the truth.

It knows each rater's behaviour and each pair's clearness and look, which no method does; what is left is luck. The room
between a method and this one is what better modelling could win at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from benchmarks.noise import _world as world

if TYPE_CHECKING:
    from benchmarks.noise._recipe import Simulation

__all__ = ["knows_everything"]

_TRUTHS = (1, 0, -1)


def knows_everything(simulation: Simulation) -> pl.DataFrame:
    """Exact posterior ``item, p_a, p_tie, p_b`` of the world that made the votes.

    Raises:
        ValueError: the set was not made up here.
    """
    if simulation.made is None:
        raise ValueError(f"nobody knows what is true of {simulation.name}")
    pairs, raters, sheet, choice, size = simulation.made
    count = len(pairs.truth)
    logs = np.empty((count, len(_TRUTHS)))
    for place, truth in enumerate(_TRUTHS):
        if_so = pairs.supposing(truth)
        chances = world.chances(if_so, raters, sheet.item, sheet.rater, np.where(sheet.first, 1, -1), sheet.when, size)
        alone = np.log(np.maximum(chances[np.arange(len(choice)), 1 - choice], 1e-300))
        copying = np.array([group.copies for group in raters.groups])[raters.group][sheet.rater]
        logs[:, place] = np.bincount(sheet.item, weights=np.where(copying > 0, 0, alone), minlength=count)
        for number, group in enumerate(raters.groups):
            if group.copies:
                logs[:, place] += _family(if_so, raters, sheet, choice, number, chances, size)
        logs[:, place] += np.log(np.maximum(np.mean(pairs.truth == truth), 1e-300))
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    items = simulation.items["item"]
    return pl.DataFrame({"item": items, **{f"p_{name}": likely[:, at] for at, name in enumerate(world.CHOICES)}})


def _family(
    pairs: world.Pairs,
    raters: world.Raters,
    sheet: world.Sheet,
    choice: world.Whole,
    number: int,
    chances: world.Reals,
    size: world.Reals,
) -> world.Reals:
    """Log-likelihood of what a family's members said per pair: the family's own opinion is summed out."""
    member = raters.group[sheet.rater] == number
    copies = raters.groups[number].copies
    leader = int(np.flatnonzero(raters.group == number)[0])
    everything = np.arange(len(pairs.truth))
    alike = np.full(len(everything), leader)
    opinion = world.chances(
        pairs,
        raters,
        everything,
        alike,
        np.zeros(len(everything)),
        pairs.when,
        np.full((len(everything), 2), [0, np.inf]),
    )
    per_opinion = np.empty((len(everything), len(_TRUTHS)))
    for place, said in enumerate(_TRUTHS):
        own = chances[np.arange(len(choice)), 1 - choice]
        mixed = np.log(np.maximum(copies * (choice == said) + (1 - copies) * own, 1e-300))
        per_opinion[:, place] = np.bincount(sheet.item, weights=np.where(member, mixed, 0), minlength=len(everything))
    top = per_opinion.max(axis=1, keepdims=True)
    summed: world.Reals = np.log((np.exp(per_opinion - top) * opinion).sum(axis=1)) + top[:, 0]
    return summed
