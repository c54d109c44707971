"""The interval of an ability is that of a Student t without votes, and of a normal with many."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.noise import _interval
from prefstrata.noise._interval import with_interval


def interval(ability: float, information: float, **more: float) -> tuple[float, float]:
    """Of a rater among others around 1, spread by a quarter."""
    row = {"ability": ability, "usual": 1.0, "spread": 0.25, "mean_variance": 0.0, "information": information} | more
    found = with_interval(pl.DataFrame([row])).row(0, named=True)
    return found["ability_low"], found["ability_high"]


def test_who_said_nothing_has_the_interval_of_the_student_t() -> None:
    """Of four degrees of freedom: 2.132 scales to either side."""
    low, high = interval(1.0, 0.0)
    assert (low, high) == pytest.approx((1 - 2.132 * 0.5, 1 + 2.132 * 0.5), abs=0.06)


def test_who_said_much_has_the_interval_of_its_votes() -> None:
    """A thousand units of information, of which a part is held back; an outlier's is as wide, and around itself."""
    for ability in (1.0, 3.0):
        low, high = interval(ability, 1000.0)
        assert (low + high) / 2 == pytest.approx(ability, abs=0.01)
        assert high - low == pytest.approx(2 * 1.645 / (0.85 * 1000) ** 0.5, rel=0.02)


def test_more_votes_make_it_narrower_and_an_unknown_middle_wider() -> None:
    """Step by step."""
    widths = [high - low for low, high in (interval(1.0, told) for told in (0.0, 1.0, 4.0, 16.0, 64.0))]
    assert widths == sorted(widths, reverse=True)
    low, high = interval(1.0, 0.0, mean_variance=0.5)
    assert high - low > widths[0] * 1.2


def test_between_the_two_it_reaches_both_ways() -> None:
    """A rater above its panel may be as usual, and it may be an outlier that has said too little to be known as one."""
    low, high = interval(1.8, 4.0)
    assert 1.0 < low < 1.3
    assert high > 2.5


@pytest.mark.parametrize(("ability", "usual"), [(0.2, 0.5), (0.2, 0.0), (1.0, 3.0)])
def test_it_holds_an_ability_that_was_held_where_it_is(ability: float, usual: float) -> None:
    """Off the middle of what its votes tell and its panel: neither end passes it."""
    low, high = interval(ability, 3.0, usual=usual, spread=0.01)
    assert low <= ability <= high


@pytest.mark.parametrize(("votes", "right"), [(3, 3), (8, 7), (40, 22), (40, 39), (300, 20)])
def test_it_is_that_of_so_many_right_votes_under_a_student_t(votes: int, right: int) -> None:
    """Held against the posterior summed up finely, its likelihood raised to the part of it that is left."""

    def prior(ability: float) -> float:
        return (1 + (ability - 1.0) ** 2 / (4 * 0.25)) ** -2.5

    def likely(ability: float) -> float:
        return math.exp(right * ability - votes * math.log1p(math.exp(ability)))

    grid = [place / 1000 for place in range(-6_000, 9_000)]
    highest = max(grid, key=lambda ability: prior(ability) * likely(ability))
    share = 1 / (1 + math.exp(-highest))
    found = interval(highest, votes * share * (1 - share))
    masses = [prior(ability) * likely(ability) ** 0.85 for ability in grid]
    whole, run, ends = sum(masses), 0.0, []
    for ability, mass in zip(grid, masses, strict=True):
        ends += [ability] if run < 0.05 * whole <= run + mass or run < 0.95 * whole <= run + mass else []
        run += mass
    assert found == pytest.approx(ends, abs=0.03)


_RATERS = st.lists(st.tuples(st.floats(0.0, 1e4), st.floats(-50.0, 50.0), st.floats(0.0, 1000.0)), min_size=1)
"""Ability, how far it is from its panel's middle, and information of its votes."""


def _ends(raters: list[tuple[float, float, float]], shift: float = 0.0, sign: int = 1) -> list[float]:
    """Both ends of the interval of each rater, less its ability; of those shifted, or turned."""
    told = pl.DataFrame(raters, schema=["ability", "off", "information"], orient="row").select(
        ability=sign * (pl.col("ability") + shift),
        usual=sign * (pl.col("ability") + shift - pl.col("off")),
        information="information",
        spread=0.25,
        mean_variance=0.0,
    )
    found = with_interval(told)
    return [*(found["ability_low"] - found["ability"]), *(found["ability_high"] - found["ability"])]


@settings(max_examples=25, deadline=None)
@given(raters=_RATERS)
def test_an_ability_without_bounds_has_the_interval_of_any_that_is_as_far_from_its_panel(
    raters: list[tuple[float, float, float]],
) -> None:
    """Beyond thirty, where as good as no vote is wrong, an interval moves with its ability."""
    alike = [(0.0, off, information) for _, off, information in raters]
    assert _ends(raters, 30.0) == pytest.approx(_ends(alike, 30.0), abs=2e-5)


@settings(max_examples=25, deadline=None)
@given(raters=_RATERS)
def test_who_is_surely_wrong_has_the_interval_of_who_is_surely_right(raters: list[tuple[float, float, float]]) -> None:
    """Right and wrong in each other's place: finite, around the ability, and the same."""
    ends = _ends(raters)
    lows, highs = ends[: len(raters)], ends[len(raters) :]
    assert max(lows) <= 0 <= min(highs)
    assert all(map(math.isfinite, ends))
    assert _ends(raters, sign=-1) == pytest.approx([-end for end in highs + lows], abs=2e-5)


def test_many_raters_have_the_intervals_they_have_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked at in parts; none at all is no error."""
    some = pl.DataFrame(
        {"ability": [0.2, 1.4, 2.0], "usual": 1.0, "spread": 0.25, "mean_variance": 0.0, "information": 3.0}
    )
    together = with_interval(some)
    monkeypatch.setattr(_interval, "_AT_ONCE", 2)
    assert with_interval(some).equals(together)
    assert with_interval(some.clear()).columns == [*some.columns, "ability_low", "ability_high"]
