"""What the rater model takes off: who leans to the first side, to the longer one, to strong words."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random
from statistics import fmean

import polars as pl
import pytest

from tests.unit.noise._voting import Vote, crowd_on, fitted, majority, opinion, outcomes, pair_id, vote


def test_a_habit_of_taking_the_first_side_is_seen_and_taken_off() -> None:
    """Everybody leans to the side shown first, which most often is the same: the lean is not the truth."""
    truth, random = outcomes(400), Random(3)
    votes = []
    for item, outcome in truth.items():
        first = random.random() < 0.5
        for rater in ("r1", "r2", "r3", "r4"):
            biased = random.random() < 0.35
            choice = ("a" if first else "b") if biased else opinion(random, outcome, 0.8)
            votes.append(vote(item, rater, choice, a_shown_first=first))
    found = fitted(votes)
    assert found.right(truth) >= majority(votes, truth) + 0.04
    assert all(found.rater(rater)["side_bias"] > 0.1 for rater in ("r1", "r2", "r3", "r4"))


def _with_and_without_order() -> list[Vote]:
    """Twenty who take the first side often, and on other pairs forty of their stratum whose order is unknown."""
    random, truth = Random(37), outcomes(400)
    votes = []
    for number, (item, outcome) in enumerate(truth.items()):
        for rater in random.sample(range(20 if number < 250 else 40), 4 if number < 250 else 3):
            first = random.random() < 0.5
            if number < 250:
                said = ("a" if first else "b") if random.random() < 0.4 else opinion(random, outcome, 0.8)
                votes.append(vote(item, f"seen {rater}", said, a_shown_first=first))
            else:
                votes.append(vote(item, f"unseen {rater}", opinion(random, outcome, 0.8)))
    return votes


def test_who_saw_what_first_says_nothing_of_raters_whose_order_is_unknown() -> None:
    """Two votes of three for a are worth what two for b are, whatever others of the stratum do with the first side."""
    votes = _with_and_without_order()
    found = fitted(votes)
    by_pair: dict[str, list[str]] = {}
    for row in votes:
        if row["rater_id"].startswith("unseen"):
            by_pair.setdefault(row["pair_id"], []).append(row["choice"])
    rows = found.preferences.filter(pl.col("pair_id").is_in(list(by_pair))).iter_rows(named=True)
    sure: dict[str, list[float]] = {"a": [], "b": []}
    for row in rows:
        said = by_pair[row["pair_id"]]
        for side in ("a", "b"):
            if said.count(side) == 2:
                sure[side].append(row[f"p_{side}"])
    assert fmean(sure["a"]) == pytest.approx(fmean(sure["b"]), abs=0.06)
    seen = found.parameters.filter(pl.col("rater_id").str.starts_with("seen"))
    unseen = found.parameters.filter(pl.col("rater_id").str.starts_with("unseen"))
    assert fmean(seen["side_bias"]) > 0.15
    assert abs(fmean(unseen["side_bias"])) < 0.03


def test_who_is_drawn_to_length_is_told_from_what_is_better_for_being_longer() -> None:
    """Votes for the longer side mean one of two: raters who contradict the others, or pairs on which it is better."""
    random, truth = Random(17), outcomes(500)
    longer = {pair_id(item): random.choice(["a", "b"]) for item in truth}

    def lengths(item: str) -> tuple[int, int]:
        return (200, 100) if longer[item] == "a" else (100, 200)

    drawn = []
    for item, outcome in truth.items():
        for rater in ("d1", "d2", "d3", "good 1", "good 2"):
            by_length = rater.startswith("d") and random.random() < 0.5
            choice = longer[pair_id(item)] if by_length else opinion(random, outcome, 0.85)
            drawn.append(vote(item, rater, choice))
    found = fitted(drawn, lengths=lengths)
    assert found.rater("d1")["length"] > 0.3 > abs(found.rater("good 1")["length"]) - 0.2
    assert found.right(truth) > majority(drawn, truth)
    better = {item: longer[pair_id(item)] if random.random() < 0.8 else outcome for item, outcome in truth.items()}
    honest = fitted(crowd_on(better, {f"r{n}": 0.8 for n in range(5)}), lengths=lengths)
    assert abs(honest.rater("r1")["length"]) < found.rater("d1")["length"] - 0.2
    assert honest.right(better) > 0.9


def test_a_strong_word_is_worth_more_where_it_is_said_of_the_better_side() -> None:
    """Raters say strongly what they get right: of two that contradict each other, the strong one is believed."""
    random, truth = Random(19), outcomes(400)
    votes = []
    for item, outcome in truth.items():
        for rater in ("r1", "r2", "r3", "r4"):
            choice = opinion(random, outcome, 0.7)
            strong = random.random() < (0.8 if choice == outcome else 0.2)
            votes.append(vote(item, rater, choice, strength=1.0 if strong else 0.3))
    assert fitted(votes).right(truth) > fitted([{**row, "strength": None} for row in votes]).right(truth) + 0.03
