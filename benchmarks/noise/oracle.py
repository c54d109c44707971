"""The best anybody could do: the probability of the truth, given the votes and all about pairs and raters but that.

It knows each rater's behaviour and each pair's clearness and look, which no method does; what is left is luck. The room
between a method and this one is what better modelling could win at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from benchmarks.noise._behaviour import chances, families
from benchmarks.noise._world import CHOICES

if TYPE_CHECKING:
    from benchmarks.noise._recipe import Simulation
    from benchmarks.noise._world import Reals, Whole

__all__ = ["knows_everything"]

_TRUTHS = (1, 0, -1)
_NEVER = 1e-300
"""For the logarithm of what cannot be."""


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
        own = chances(if_so, raters, sheet, size)[np.arange(len(choice)), 1 - choice]
        alone = np.ones(len(choice), np.bool_)
        logs[:, place] = _log(np.mean(pairs.truth == truth))
        for members, copies, asked in families(if_so, raters):
            member = members[sheet.rater]
            alone &= ~member
            logs[:, place] += _family(chances(if_so, raters, asked), sheet.item, choice, member, copies, own)
        logs[:, place] += np.bincount(sheet.item, weights=np.where(alone, _log(own), 0), minlength=count)
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    found = {f"p_{name}": likely[:, place] for place, name in enumerate(CHOICES)}
    return simulation.items.select("item").with_columns(**{name: pl.Series(values) for name, values in found.items()})


def _family(  # noqa: PLR0913, PLR0917 - everything about a family's votes
    opinion: Reals, item: Whole, choice: Whole, member: np.ndarray, copies: float, own: Reals
) -> Reals:
    """Log-likelihood of what a family's members said, per pair: the family's own opinion is summed out.

    Args:
        opinion: probability of the family's opinion, a row per pair.
        item: the pair, one per vote.
        choice: what was said, +1, 0 or -1.
        member: whether by a member.
        copies: how often a member repeats the family.
        own: probability of what was said, had the rater thought alone.
    """
    given = np.empty_like(opinion)
    for place, said in enumerate(_TRUTHS):
        logs = np.where(member, _log(copies * (choice == said) + (1 - copies) * own), 0)
        given[:, place] = np.bincount(item, weights=logs, minlength=len(opinion))
    top = given.max(axis=1, keepdims=True)
    summed: Reals = np.log((np.exp(given - top) * opinion).sum(axis=1)) + top[:, 0]
    return summed


def _log(values: Reals | np.floating) -> Reals:
    logs: Reals = np.log(np.maximum(values, _NEVER))
    return logs
