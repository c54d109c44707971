"""The share of what nobody sent is divided among all who are there."""

from __future__ import annotations

import polars as pl
import pytest

from prefstrata.weighting._filling import factors_of

_SHARES = {"expert/offline": 0.5, "crowd/offline": 0.4, "judge/synthetic": 0.1}


def _weights(margin: str, told: dict[str, float], shares: dict[str, float]) -> dict[str, float]:
    """Part of the weight of each value of one margin, with no bounds in the way."""
    blank = dict.fromkeys(("stratum", "task", "risk_level", "dimension"), "*")
    young = {"recency": 1.0, "times": 1.0}
    cells = pl.DataFrame([{**blank, **young, margin: value, "information": each} for value, each in told.items()])
    factors = factors_of(cells, {margin: shares}, floor=0, cap=1000)
    weights = {value: each * factor for (value, each), factor in zip(told.items(), factors, strict=True)}
    return {value: weight / sum(weights.values()) for value, weight in weights.items()}


def test_a_stratum_that_falls_silent_hands_nothing_to_what_has_no_share() -> None:
    """Where the declared shares are all of it, what has none weighs nothing, whoever is there."""
    there = {"expert/offline": 30.0, "crowd/offline": 35.0, "user/offline": 1.0}
    every = _weights("stratum", {**there, "judge/synthetic": 5.0}, _SHARES)
    silent = _weights("stratum", there, _SHARES)
    assert every == pytest.approx({**_SHARES, "user/offline": 0})
    assert silent == pytest.approx({"expert/offline": 5 / 9, "crowd/offline": 4 / 9, "user/offline": 0})


def test_what_has_no_share_takes_its_part_of_what_is_free() -> None:
    """Declared and undeclared alike grow by what an absent task would have had."""
    found = _weights("task", {"cook": 30.0, "shell": 35.0, "other": 20.0}, {"cook": 0.3, "shell": 0.2, "nobody": 0.3})
    assert found == pytest.approx({"cook": 3 / 7, "shell": 2 / 7, "other": 2 / 7})


def test_where_nothing_is_claimed_by_anybody_who_is_there_all_keep_what_they_have() -> None:
    """A policy that speaks of others alone says nothing of these."""
    assert _weights("task", {"one": 1.0, "two": 3.0}, {"nobody": 1.0}) == pytest.approx({"one": 0.25, "two": 0.75})
