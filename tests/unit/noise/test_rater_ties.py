"""What the rater model makes of ties: said by raters, by who settles, or by nobody."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random
from statistics import fmean

import polars as pl
import pytest

from tests.unit.noise._voting import Fitted, Vote, crowd_on, fitted, opinion, outcomes, pair_id, settled, vote


def test_ties_are_believed_when_they_are_said_of_even_pairs() -> None:
    """A third of the pairs are even; raters see most of that."""
    random, truth = Random(13), outcomes(300)
    truth |= dict.fromkeys(list(truth)[:100], "tie")
    votes = []
    for item, outcome in truth.items():
        for rater in ("r1", "r2", "r3", "r4"):
            choice = opinion(random, outcome, 0.85) if outcome != "tie" else random.choice(["tie", "tie", "a", "b"])
            votes.append(vote(item, rater, choice))
    found = fitted(votes)
    assert found.right(truth) > 0.8
    assert found.rater("r1")["tie_even"] > 3 * found.rater("r1")["tie_decided"]


def test_where_nobody_decides_pairs_are_supposed_to_be_even() -> None:
    """Raters who never decide would say the same, so it is supposed and not found; no side leads."""
    found = fitted([vote(f"i{n}", rater, "tie") for n in range(50) for rater in ("r1", "r2")]).preferences
    assert found["p_tie"].min() == pytest.approx(0.9993, abs=1e-4)
    assert found["p_a"].equals(found["p_b"], check_names=False)


def test_without_ties_there_is_no_tie() -> None:
    """Where nobody may say tie, opposite votes are a close case and not an even one."""
    truth = outcomes(50)
    votes = [vote(item, "r1", "a") for item in truth] + [vote(item, "r2", "b") for item in truth]
    assert fitted(votes).preferences["p_tie"].max() < 1e-4


def _leads(found: Fitted, votes: list[Vote]) -> dict[str, float]:
    """How sure each pair with one vote is of that vote."""
    said: dict[str, list[str]] = {}
    for row in votes:
        said.setdefault(row["pair_id"], []).append(row["choice"])
    alone = {pair: choices[0] for pair, choices in said.items() if len(choices) == 1}
    rows = found.preferences.filter(pl.col("pair_id").is_in(list(alone))).iter_rows(named=True)
    return {row["pair_id"]: row[f"p_{alone[row['pair_id']]}"] for row in rows}


@pytest.mark.parametrize("rate", [0.0, 0.04])
def test_how_disputes_are_settled_moves_no_pair_that_nobody_disputed(rate: float) -> None:
    """Of 230 pairs with two votes those are settled that are disputed: 400 with one vote are as sure as before.

    Whether raters never say tie or seldom, and whether every second dispute ends in a tie or as what is true.
    """
    random, truth = Random(31), outcomes(630)
    votes = [
        vote(item, rater, "tie" if random.random() < rate else opinion(random, right, 0.8))
        for number, (item, right) in enumerate(truth.items())
        for rater in random.sample([f"r{n}" for n in range(8)], 1 if number < 400 else 2)
    ]
    said = {item: {row["choice"] for row in votes if row["pair_id"] == pair_id(item)} for item in truth}
    disputes = [item for item in truth if said[item] >= {"a", "b"}]
    assert len(disputes) > 50
    before = fmean(_leads(fitted(votes), votes).values())
    for ties in (True, False):
        answers = [settled(item, "tie" if ties and n % 2 else truth[item]) for n, item in enumerate(disputes)]
        after = _leads(fitted([*votes, *answers]), votes)
        assert fmean(after.values()) == pytest.approx(before, abs=0.03)


def test_ties_among_pairs_drawn_by_lot_teach_that_there_are_some() -> None:
    """Raters never say tie, but one golden pair in three is even, whether they agree on it or not: others may be."""
    truth = outcomes(300)
    votes = crowd_on(truth, {"r1": 0.8, "r2": 0.8})
    golden = [settled(item, "tie" if n % 3 == 0 else right) for n, (item, right) in enumerate(list(truth.items())[:60])]
    rest = fitted([*votes, *golden]).preferences.filter(~pl.col("pair_id").is_in([row["pair_id"] for row in golden]))
    assert rest["p_tie"].mean() > 0.05
    assert fitted(votes).preferences["p_tie"].max() < 1e-4
