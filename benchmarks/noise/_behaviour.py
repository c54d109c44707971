"""What raters say about pairs, how likely each answer was, and how good they truly are.

A rater looks at a pair and feels a margin for a: skill times truth times clearness, plus side times order, plus style
times look, plus lean, plus standard logistic noise. With a probability of its own it says tie, else the sign of the
margin; how far the margin lies from zero is how strongly it says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.noise._world import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.noise._world import Pairs, Raters, Reals, Whole

__all__ = ["chances", "families", "say", "true_ability"]


def say(rng: np.random.Generator, pairs: Pairs, raters: Raters, sheet: Sheet) -> tuple[Whole, Reals]:
    """What the raters say: the choice as +1, 0 or -1, and the size of the margin they felt."""
    choice, felt = _alone(rng, pairs, raters, sheet)
    for members, copies, asked in families(pairs, raters):
        said, meant = _alone(rng, pairs, raters, asked)
        repeats = members[sheet.rater] & (rng.random(len(choice)) < copies)
        choice = np.where(repeats, said[sheet.item], choice)
        felt = np.where(repeats, meant[sheet.item], felt)
    return choice, np.abs(felt)


def families(pairs: Pairs, raters: Raters) -> Iterator[tuple[np.ndarray, float, Sheet]]:
    """The groups of near-copies: which raters are members, how often they repeat the family, and what it is asked.

    A family has one opinion on every pair, in the way of its first member and whatever is shown first.
    """
    count = len(pairs.truth)
    for number, group in enumerate(raters.groups):
        if group.copies:
            members = raters.group == number
            leader = int(np.flatnonzero(members)[0])
            nothing_first = np.zeros(count, np.int64)
            yield members, group.copies, Sheet(np.arange(count), np.full(count, leader), nothing_first, pairs.when)


def chances(pairs: Pairs, raters: Raters, sheet: Sheet, size: Reals | None = None) -> Reals:
    """The probability of a, tie and b, a row per vote, of raters who think alone.

    Args:
        pairs: what is asked about.
        raters: who is asked.
        sheet: who is asked about what.
        size: two columns, from and to, of a decided vote's margin, without sign; None where only the choice is known.
    """
    margin = _margin(pairs, raters, sheet)[:, np.newaxis]
    ties = _ties(pairs, raters, sheet)
    between = np.array([0, np.inf]) if size is None else size
    for_a = np.diff(_sigmoid(between - margin), axis=1)[:, 0]
    for_b = np.diff(_sigmoid(between + margin), axis=1)[:, 0]
    found: Reals = np.stack([(1 - ties) * for_a, ties, (1 - ties) * for_b], axis=1)
    return found


def true_ability(pairs: Pairs, raters: Raters, sheet: Sheet) -> Reals:
    """The probability that a rater's decided vote on a decided pair is right, over all pairs, orders and its own times.

    A rater who changes has the average over when it voted. It is the expectation, not what came of this draw: a rater
    with three votes has an ability too, and an interval must hold that.
    """
    count = len(raters.group)
    decided = np.flatnonzero(pairs.truth)
    given = np.bincount(sheet.rater, minlength=count)
    before = np.bincount(sheet.rater, weights=sheet.when < raters.change[sheet.rater], minlength=count)
    parts = before / np.maximum(1, given)
    alone = np.array([_right(pairs, raters, decided, rater, part) for rater, part in enumerate(parts)])
    ability = alone.copy()
    for members, copies, asked in families(pairs, raters):
        leader = asked.rater[0]
        # A tie is no decided vote, so whoever says it less often has the larger part of the decided ones.
        repeated = copies * (1 - raters.ties[leader])
        own = (1 - copies) * (1 - raters.ties[members])
        family = _right(pairs, raters, decided, leader, 1.0, orders=(0,))
        ability[members] = (repeated * family + own * alone[members]) / (repeated + own)
    return ability


def _right(  # noqa: PLR0913, PLR0917 - a rater's whole situation
    pairs: Pairs, raters: Raters, decided: Whole, rater: int, before: float, orders: tuple[int, ...] = (1, -1)
) -> float:
    """How likely a decided vote of the rater is right, the part before its change and the rest, in those orders."""
    total = 0.0
    count = len(decided)
    for when, part in ((-np.inf, before), (np.inf, 1 - before)):
        for order in orders if part else ():
            sheet = Sheet(decided, np.full(count, rater), np.full(count, order), np.full(count, when))
            right = _sigmoid(pairs.truth[decided] * _margin(pairs, raters, sheet))
            total += part / len(orders) * float(np.mean(right))
    return total


def _alone(rng: np.random.Generator, pairs: Pairs, raters: Raters, sheet: Sheet) -> tuple[Whole, Reals]:
    """The choices, and the margins with their signs."""
    felt = _margin(pairs, raters, sheet) + rng.logistic(size=len(sheet.item))
    ties = rng.random(len(felt)) < _ties(pairs, raters, sheet)
    return np.where(ties, 0, np.where(felt > 0, 1, -1)), felt


def _margin(pairs: Pairs, raters: Raters, sheet: Sheet) -> Reals:
    item, rater = sheet.item, sheet.rater
    skill = np.where(sheet.when < raters.change[rater], raters.skill[rater], raters.after[rater])
    margin: Reals = (
        np.log(skill / (1 - skill)) * pairs.truth[item] * pairs.clear[item]
        + raters.side[rater] * sheet.order
        + raters.style[rater] * pairs.look[item]
        + raters.lean[rater]
    )
    return margin


def _ties(pairs: Pairs, raters: Raters, sheet: Sheet) -> Reals:
    ties: Reals = np.where(pairs.truth[sheet.item] == 0, raters.sees_ties[sheet.rater], raters.ties[sheet.rater])
    return ties


def _sigmoid(values: Reals) -> Reals:
    found: Reals = 1 / (1 + np.exp(-values))
    return found
