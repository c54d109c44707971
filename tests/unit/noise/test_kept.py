"""A fit that is kept reads the votes of now, and changes nothing it has no new votes on."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from prefstrata.noise import kept_state, read_by_fit
from tests.unit.noise._voting import DECLARED, at, opinion, pair_id, settled, vote, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.engine import DuckDBEngine

_ITEMS = 80


def _votes(*, strengths: bool = True) -> list[dict[str, object]]:
    random = Random(7)  # noqa: S311 - a simulation
    truth = {f"i{item}": random.choice("ab") for item in range(_ITEMS)}
    given = [
        vote(
            item,
            f"crowd:{rater}",
            opinion(random, of, 0.6 + rater / 20) if random.random() < 0.9 else "tie",
            a_shown_first=random.random() < 0.5,
            strength=random.choice((0.2, 0.5, 0.9)) if strengths else None,
            decided_at=at(60 * place + rater),
        )
        for place, (item, of) in enumerate(truth.items())
        for rater in range(6)
        if random.random() < 0.6
    ]
    return [*given, *(settled(item, of) for item, of in list(truth.items())[:8])]


@pytest.fixture
def fitted() -> Iterator[DuckDBEngine]:
    """A warehouse with votes, and the model fitted to them."""
    with warehouse(_votes()) as engine:
        yield engine


def _tables(engine: DuckDBEngine) -> list[pl.DataFrame]:
    return [
        engine.read("noise.preferences").sort("pair_id", "dimension"),
        engine.read("noise.parameters").sort("rater_id", "dimension", "stratum", "segment"),
        engine.read("noise.reliability").sort("bin"),
    ]


def test_the_same_votes_read_by_their_own_fit_are_the_same_to_the_last_digit(fitted: DuckDBEngine) -> None:
    """What is kept is everything: preferences, parameters and calibration come out as the fit had them."""
    before = _tables(fitted)
    state = kept_state(fitted)
    assert state is not None
    read_by_fit(fitted, state, "c")
    for one, other in zip(before, _tables(fitted), strict=True):
        assert_frame_equal(one, other, check_exact=True)


def test_new_votes_change_only_what_they_are_on(fitted: DuckDBEngine) -> None:
    """A pair without a new vote keeps its estimate exactly; a new rater looks like its stratum."""
    before = _tables(fitted)[0]
    state = kept_state(fitted)
    assert state is not None
    fresh = [
        vote("i20", "crowd:0", "a", a_shown_first=True),
        vote("i21", "crowd:new", "a", a_shown_first=True),
        vote("new", "crowd:1", "b", a_shown_first=False),
        vote("new", "judge:m", "b", stratum="judge/offline", dimension="tone"),
        vote("new", "expert:e", "b", stratum="expert/offline", dimension="tone"),
    ]
    with warehouse([*_votes(), *fresh], fit=False) as engine:
        read_by_fit(engine, state, "kept")
        preferences, parameters, _ = _tables(engine)
    touched = {pair_id(item) for item in ("i20", "i21", "new")}
    same = [frame.filter(~pl.col("pair_id").is_in(touched)).drop("calibration_id") for frame in (before, preferences)]
    assert_frame_equal(*same, check_exact=True)
    assert same[0].height == _ITEMS - 2
    moved = [frame.filter(pl.col("pair_id") == pair_id("i21"))["p_a"].item() for frame in (before, preferences)]
    assert moved[1] > moved[0]
    cards = {row["rater_id"]: row for row in parameters.iter_rows(named=True)}
    abilities = [row["reliability"] for name, row in cards.items() if name.startswith("crowd:") and name != "crowd:new"]
    assert min(abilities) < cards["crowd:new"]["reliability"] < max(abilities)
    widths = {name: row["high"] - row["low"] for name, row in cards.items()}
    assert widths["crowd:new"] > widths["crowd:0"]
    # Strata that the fit has not met are what the policy declares of them.
    assert cards["judge:m"]["reliability"] == pytest.approx(DECLARED["judge/offline"], abs=0.06)
    assert cards["expert:e"]["reliability"] == pytest.approx(DECLARED["expert/offline"], abs=0.06)
    assert set(preferences["calibration_id"]) == {"kept"}


def test_a_new_rater_has_the_side_bias_of_those_whose_order_is_as_known_as_its_own() -> None:
    """Who saw the sides and takes the first is no measure of a new rater of whom nobody knows what it saw first."""
    random = Random(3)  # noqa: S311 - a simulation
    votes = []
    for item in range(200):
        first, truth = random.random() < 0.5, random.choice("ab")
        for rater in range(4):
            said = ("a" if first else "b") if random.random() < 0.5 else opinion(random, truth, 0.8)
            votes.append(vote(f"i{item}", f"seen:{rater}", said, a_shown_first=first))
            votes.append(vote(f"i{item}", f"unseen:{rater}", opinion(random, truth, 0.8)))
    fresh = [vote("i0", "seen:new", "a", a_shown_first=True), vote("i0", "unseen:new", "a")]
    with warehouse(votes) as engine:
        state = kept_state(engine)
    assert state is not None
    with warehouse([*votes, *fresh], fit=False) as engine:
        read_by_fit(engine, state, "kept")
        bias = dict(engine.read("noise.parameters").select("rater_id", "side_bias").iter_rows())
    assert bias["seen:new"] > 0.12
    assert abs(bias["unseen:new"]) < 0.04


def test_nothing_is_kept_before_the_first_fit() -> None:
    """A new warehouse says so."""
    with warehouse(_votes(), fit=False) as engine:
        assert kept_state(engine) is None


def test_a_fit_without_changes_or_strengths_is_kept_too() -> None:
    """Empty parts have their columns all the same."""
    with warehouse(_votes(strengths=False)) as engine:
        before = _tables(engine)
        state = kept_state(engine)
        assert state is not None
        read_by_fit(engine, state, "c")
        assert_frame_equal(before[0], _tables(engine)[0], check_exact=True)
