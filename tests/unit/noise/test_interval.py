"""The interval of an ability is that of a Student t without votes, and of a normal with many."""

from __future__ import annotations

import polars as pl
import pytest

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
