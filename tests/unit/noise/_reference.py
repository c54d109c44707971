"""Fleiss' kappa and Gwet's AC1 and AC2 item by item, as Gwet (2014) defines them for any number of raters on an item.

Written from the definitions, for no other purpose than to be compared with; ``test_reference.py`` holds it against
published examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def quadratic(categories: int) -> list[list[float]]:
    """Weights that fall with the square of the distance, 1 on the diagonal and 0 between the ends."""
    return [[1 - ((k - l) / (categories - 1)) ** 2 for l in range(categories)] for k in range(categories)]  # noqa: E741


def identity(categories: int) -> list[list[float]]:
    """Only the same is agreement."""
    return [[float(k == l) for l in range(categories)] for k in range(categories)]  # noqa: E741


def percent(items: Sequence[Sequence[int]], weights: list[list[float]]) -> float:
    """The mean over items with two raters or more of how far two of the item's raters agree."""
    shares = []
    for counts in items:
        raters = sum(counts)
        if raters < 2:
            continue
        weighted = [sum(w * count for w, count in zip(row, counts, strict=True)) for row in weights]
        agreed = sum(count * (star - 1) for count, star in zip(counts, weighted, strict=True))
        shares.append(agreed / (raters * (raters - 1)))
    return sum(shares) / len(shares)


def _prevalence(items: Sequence[Sequence[int]]) -> list[float]:
    rated = [counts for counts in items if sum(counts)]
    return [sum(counts[k] / sum(counts) for counts in rated) / len(rated) for k in range(len(rated[0]))]


def fleiss(items: Sequence[Sequence[int]], weights: list[list[float]]) -> float:
    """Fleiss' kappa."""
    share = _prevalence(items)
    chance = sum(weights[k][l] * p * q for k, p in enumerate(share) for l, q in enumerate(share))  # noqa: E741
    return (percent(items, weights) - chance) / (1 - chance)


def gwet(items: Sequence[Sequence[int]], weights: list[list[float]]) -> float:
    """AC1 with identity weights, AC2 with others."""
    share = _prevalence(items)
    categories = len(share)
    chance = sum(map(sum, weights)) / (categories * (categories - 1)) * sum(p * (1 - p) for p in share)
    return (percent(items, weights) - chance) / (1 - chance)
