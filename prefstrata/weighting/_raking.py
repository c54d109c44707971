"""Raking: the factors nearest to 1 that bring weighted margins to declared shares, inside a floor and a cap.

Iterative proportional fitting (Deming and Stephan 1940) scales the weights of each margin's groups to their targets,
one margin after the other. Where it converges, its weights are, of all that meet the margins, those nearest to the
given ones in Kullback and Leibler's sense (Csiszár 1975). Floor and cap are one more set to project on, and with
Dykstra's correction (its multiplicative form: Benamou et al. 2015) the result stays the nearest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

__all__ = ["Margin", "Raked", "rake"]

_SWEEPS = 500
_EXACT = 1e-10
"""Groups this near to their targets, as shares of all weight, have met them."""
_STILL = 1e-12
"""Weights that a sweep moves by less, of themselves, will not meet what they have not met."""
_MOST = 1e100


@dataclass(frozen=True, slots=True)
class Margin:
    """A way to group the cells, and the share of all weight that each group should have.

    Attributes:
        groups: of each cell, its group; None for a cell of no group, which keeps what it has.
        shares: by group, from 0 to 1; a group without a share is left free.
    """

    groups: Sequence[Hashable | None]
    shares: Mapping[Hashable, float]


@dataclass(frozen=True, slots=True)
class Raked:
    """What raking came to.

    Attributes:
        factors: of each cell, what its weight is multiplied by; 1 where there is no weight.
        sweeps: sweeps over all margins.
        met: whether every margin has its shares, to a ten-billionth of all weight.
    """

    factors: tuple[float, ...]
    sweeps: int
    met: bool


def rake(weights: Sequence[float], margins: Sequence[Margin], *, floor: float = 0.0, cap: float = inf) -> Raked:
    """Factors of the cells. Where margins contradict each other or the bounds, the last margin and the bounds hold.

    The sum of all weights is meant to stay what it is, so that a cap is one against the mean; bounds that forbid a
    share leave the sum smaller.

    Args:
        weights: of each cell, from 0.
        margins: what to meet, the most important last.
        floor: least factor.
        cap: highest factor.
    """
    total = fsum(weights)
    targets = [_members(margin, weights, total) for margin in margins]
    now = list(weights)
    corrections = [1.0] * len(now)
    sweeps, met, bounded = 0, False, floor > 0 or cap < inf
    while targets and sweeps < _SWEEPS and not met:
        before, sweeps = now, sweeps + 1
        now = list(now)
        for groups in targets:
            _scale(now, groups)
        if bounded:
            now, corrections = _bound(now, corrections, weights, floor, cap)
        met = _missed(now, targets) <= _EXACT * total
        if all(abs(new - old) <= _STILL * old for new, old in zip(now, before, strict=True)):
            break
    factors = (new / old if old > 0 else 1.0 for new, old in zip(now, weights, strict=True))
    return Raked(tuple(factors), sweeps, met or not targets)


_Groups = list[tuple[list[int], float]]


def _members(margin: Margin, weights: Sequence[float], total: float) -> _Groups:
    """The cells of each group that has a share and any weight, with the weight it should have."""
    members: dict[Hashable, list[int]] = {}
    for place, group in enumerate(margin.groups):
        if group in margin.shares and weights[place] > 0:
            members.setdefault(group, []).append(place)
    return [(places, margin.shares[group] * total) for group, places in members.items()]


def _scale(now: list[float], groups: _Groups) -> None:
    for places, target in groups:
        held = fsum(map(now.__getitem__, places))
        if held > 0:
            ratio = target / held
            for place in places:
                now[place] *= ratio


def _bound(
    now: list[float], corrections: list[float], weights: Sequence[float], floor: float, cap: float
) -> tuple[list[float], list[float]]:
    """The weights inside their bounds, and what the bounds took from each, to be given back before the next time."""
    wanted = [min(value * correction, _MOST) for value, correction in zip(now, corrections, strict=True)]
    inside = [min(max(value, floor * one), cap * one) for value, one in zip(wanted, weights, strict=True)]
    taken = [value / kept if kept > 0 and value > 0 else 1.0 for value, kept in zip(wanted, inside, strict=True)]
    return inside, taken


def _missed(now: list[float], targets: list[_Groups]) -> float:
    return max(
        (abs(fsum(map(now.__getitem__, places)) - target) for groups in targets for places, target in groups),
        default=0.0,
    )
