"""Weights by age and by difficulty: weighed before shares are met, which are those of the release."""

from __future__ import annotations

import polars as pl
import pytest

from prefstrata.weighting._filling import factors_of

_CELLS = pl.DataFrame(
    {
        "stratum": ["expert/offline", "expert/offline", "crowd/offline"],
        "task": "*",
        "risk_level": "*",
        "dimension": "*",
        "information": [1.0, 1.0, 6.0],
        "recency": [1.0, 0.5, 1.0],
        "times": [1.0, 1.0, 2.0],
    }
)


def test_declared_shares_hold_over_what_age_and_difficulty_leave() -> None:
    """Old and new judgements of a stratum keep their ratio, and together they have the stratum's share."""
    factors = factors_of(_CELLS, {"stratum": {"expert/offline": 0.5, "crowd/offline": 0.5}}, floor=0, cap=100)
    new, old, crowd = (_CELLS["information"] * _CELLS["recency"] * _CELLS["times"] * pl.Series(factors)).to_list()
    assert (new + old, crowd) == pytest.approx((6.75, 6.75))
    assert old / new == pytest.approx(0.5)


def test_without_shares_age_and_difficulty_stand_as_they_are() -> None:
    """Nothing is raked, so every cell keeps its factor of one."""
    assert factors_of(_CELLS, {}, floor=0, cap=2) == [1, 1, 1]
