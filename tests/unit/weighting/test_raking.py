"""Raking: the nearest weights that have the declared margins, inside floor and cap."""

from __future__ import annotations

from math import fsum, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.weighting import Margin, rake
from tests.unit.weighting._reference import nearest

_SHAPE = (4, 3, 2)
_CELLS = [(i, j, k) for i in range(_SHAPE[0]) for j in range(_SHAPE[1]) for k in range(_SHAPE[2])]
_WEIGHT = st.floats(0.01, 10)


def _margins(table: list[float]) -> list[Margin]:
    """All three margins of a table over the cells: whatever the table, together they can be met."""
    whole = fsum(table)
    margins = []
    for axis in range(len(_SHAPE)):
        groups = [cell[axis] for cell in _CELLS]
        shares = {
            group: fsum(x for x, own in zip(table, groups, strict=True) if own == group) / whole
            for group in set(groups)
        }
        margins.append(Margin(groups, shares))
    return margins


def _share(weights: list[float], factors: tuple[float, ...], margin: Margin, group: object) -> float:
    weighed = [weight * factor for weight, factor in zip(weights, factors, strict=True)]
    return fsum(w for w, own in zip(weighed, margin.groups, strict=True) if own == group) / fsum(weighed)


_TABLES = st.lists(_WEIGHT, min_size=len(_CELLS), max_size=len(_CELLS))


@settings(deadline=None, max_examples=40)
@given(weights=_TABLES, target=_TABLES)
def test_agrees_with_the_reference_where_margins_are_feasible(weights: list[float], target: list[float]) -> None:
    """Factors are those of a convex solver to a millionth, and every margin has its shares to a millionth."""
    margins = _margins(target)
    raked = rake(weights, margins)
    assert raked.met
    for found, expected in zip(raked.factors, nearest(weights, margins), strict=True):
        assert isclose(found, expected, rel_tol=1e-6, abs_tol=1e-6)
    for margin in margins:
        for group, share in margin.shares.items():
            assert isclose(_share(weights, raked.factors, margin, group), share, abs_tol=1e-6)


@settings(deadline=None, max_examples=40)
@given(weights=_TABLES, target=_TABLES, cap=st.floats(1, 4), floor=st.floats(0, 0.9))
def test_floor_and_cap_hold_whatever_the_margins(
    weights: list[float], target: list[float], cap: float, floor: float
) -> None:
    """No factor leaves its bounds; where raking says that the margins were met, they were."""
    margins = _margins(target)
    raked = rake(weights, margins, floor=floor, cap=cap)
    assert all(floor * (1 - 1e-12) <= factor <= cap * (1 + 1e-12) for factor in raked.factors)
    if raked.met:
        for margin in margins:
            for group, share in margin.shares.items():
                assert isclose(_share(weights, raked.factors, margin, group), share, abs_tol=1e-9)


@settings(deadline=None, max_examples=30)
@given(weights=_TABLES, factors=st.lists(st.floats(0.5, 2), min_size=len(_CELLS), max_size=len(_CELLS)))
def test_bounds_that_leave_a_way_are_no_reason_to_miss(weights: list[float], factors: list[float]) -> None:
    """Margins that some factors between the bounds meet are met inside the bounds."""
    whole = fsum(w * f for w, f in zip(weights, factors, strict=True)) / fsum(weights)
    aimed = [weight * factor / whole for weight, factor in zip(weights, factors, strict=True)]
    bounds = (0.9 * min(factors) / whole, 1.1 * max(factors) / whole)
    raked = rake(weights, _margins(aimed), floor=bounds[0], cap=bounds[1])
    for margin in _margins(aimed):
        for group, share in margin.shares.items():
            assert isclose(_share(weights, raked.factors, margin, group), share, abs_tol=1e-6)


@settings(deadline=None, max_examples=30)
@given(weights=_TABLES, target=_TABLES, order=st.permutations(range(len(_CELLS))))
def test_the_order_of_the_cells_changes_nothing_but_roundings(
    weights: list[float], target: list[float], order: list[int]
) -> None:
    """A cell's factor does not depend on where it stands."""
    margins = _margins(target)
    turned = [Margin([margin.groups[place] for place in order], margin.shares) for margin in margins]
    one, other = rake(weights, margins), rake([weights[place] for place in order], turned)
    for place, factor in zip(order, other.factors, strict=True):
        assert isclose(factor, one.factors[place], rel_tol=1e-9)


def test_a_cap_leaves_the_sum_smaller_and_the_others_where_they_were() -> None:
    """0.9 of the weight is declared for a tenth of it: the cap of 4 gives 0.4, and the rest keeps its 0.1."""
    margin = Margin(["expert", "crowd"], {"expert": 0.9, "crowd": 0.1})
    raked = rake([0.1, 0.9], [margin], cap=4)
    assert raked.factors == pytest.approx((4, 1 / 9))
    assert not raked.met


def test_margins_that_contradict_each_other_end_and_the_last_one_holds() -> None:
    """Where all of a stratum is one task, both cannot have a share of their own."""
    strata = Margin(["expert", "crowd"], {"expert": 0.5, "crowd": 0.5})
    raked = rake([1, 1], [Margin(["code", "chat"], {"code": 0.8, "chat": 0.2}), strata])
    assert raked.factors == pytest.approx((1, 1))
    assert not raked.met
    assert raked.sweeps < 500


def test_nothing_to_weigh_and_nothing_to_meet_change_nothing() -> None:
    """Cells without weight keep the factor 1, as do all where no share is declared; a share of 0 takes a group out."""
    assert rake([], []).factors == ()
    assert rake([0.5, 0.0], []).factors == (1, 1)
    assert rake([0.0, 0.0], [Margin(["a", "b"], {"a": 0.5, "b": 0.5})]).factors == (1, 1)
    assert rake([1.0, 1.0], [Margin(["a", "b"], {"a": 0.0, "b": 1.0})]).factors == pytest.approx((0, 2))
