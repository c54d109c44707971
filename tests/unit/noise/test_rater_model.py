"""What the rater model believes of pairs and raters whose truth is known."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random

import pytest

from tests.unit.noise._voting import at, crowd_on, fitted, majority, opinion, outcomes, pair_id, settled, vote


def test_probabilities_add_up_and_agree_with_unanimous_votes() -> None:
    """What everybody says is believed, and a third of nothing stays nothing."""
    truth = outcomes(60)
    found = fitted(crowd_on(truth, {"r1": 1.0, "r2": 1.0, "r3": 0.9}))
    sums = found.preferences.select(
        total=found.preferences["p_a"] + found.preferences["p_tie"] + found.preferences["p_b"]
    )
    assert sums["total"].to_list() == pytest.approx([1.0] * 60, abs=2e-6)
    assert found.right(truth) >= 0.98


def test_good_raters_outvote_many_that_guess() -> None:
    """Two who are nearly always right against five who toss a coin: the majority is not the truth."""
    truth = outcomes(300)
    votes = crowd_on(truth, {"good 1": 0.95, "good 2": 0.95, **{f"guess {n}": 0.5 for n in range(5)}})
    found = fitted(votes)
    assert found.right(truth) >= majority(votes, truth) + 0.1
    assert found.rater("good 1")["reliability"] > 0.85
    assert found.rater("guess 1")["high"] < 0.7


def test_who_ranks_lists_is_believed_as_who_compares_pairs() -> None:
    """A pair of a ranked list is a part of a judgement: what is heard of it is no less sure for that."""
    truth = outcomes(300)
    crowd = crowd_on(truth, {f"r{n}": 0.87 for n in range(3)})
    pairs = fitted(crowd).rater("r1")["reliability"]
    for size in (4, 20):
        found = fitted([row | {"share": 2 / size} for row in crowd])
        assert found.right(truth) >= 0.93
        assert found.rater("r1")["reliability"] == pytest.approx(pairs, abs=0.05)


def test_pairs_are_claimed_no_surer_because_lists_are_ranked_beside_them() -> None:
    """Of pairs of ranked lists less is claimed than is known: that says nothing of how sure other votes are."""
    truth = outcomes(240)
    items = list(truth)
    golden = [settled(item, truth[item]) for item in (*items[:60], *items[120:180])]
    crowd = crowd_on(truth, {f"r{n}": 0.87 for n in range(3)})
    parts = {pair_id(item) for item in items[:120]}
    ranked = [
        row | {"rater_id": f"ranks {row['rater_id']}", "share": 0.1} if row["pair_id"] in parts else row
        for row in crowd
    ]
    assert fitted([*ranked, *golden]).fit.reliability.temperature > 0.8


def test_a_rater_with_few_votes_looks_like_its_stratum() -> None:
    """Three votes that happen to be wrong do not make a rater a bad one; three hundred do."""
    truth = outcomes(300)
    votes = crowd_on(truth, {f"r{n}": 0.85 for n in range(4)} | {"bad": 0.3})
    wrong = {"a": "b", "b": "a"}
    votes += [vote(item, "new", wrong[outcome]) for item, outcome in list(truth.items())[:3]]
    found = fitted(votes)
    assert found.rater("new")["reliability"] > 0.6
    # No better: that it is worse, only golden pairs say.
    assert found.rater("bad")["reliability"] == pytest.approx(0.5, abs=0.01)
    assert found.rater("new")["high"] - found.rater("new")["low"] > 0.2


def test_a_stratum_below_chance_is_found_by_what_people_settled_alone() -> None:
    """Users who are wrong two times in three, against a few workers: five settled pairs in a hundred turn it round."""
    truth = outcomes(600)
    users = crowd_on(truth, {f"user:{n}": 0.3 for n in range(4)}, stratum="user/online")
    workers = crowd_on(truth, {"w1": 0.7, "w2": 0.7})
    anchors = [settled(item, outcome) for item, outcome in list(truth.items())[:60]]
    rest = dict(list(truth.items())[60:])
    with_anchors = fitted([*users, *workers, *anchors])
    assert with_anchors.right(rest) > 0.75
    assert with_anchors.rater("user:0")["reliability"] < 0.45
    without = fitted([*users, *workers])
    assert all(without.rater(f"user:{n}")["reliability"] >= 0.45 for n in range(4))


def test_what_the_votes_cannot_tell_is_said() -> None:
    """One vote a pair says nothing of who gave it: the stratum stands as the policy declares it."""
    truth = outcomes(200)
    random = Random(5)
    alone = [
        vote(item, f"r{number % 5}", opinion(random, outcome, 0.9))
        for number, (item, outcome) in enumerate(truth.items())
    ]
    found = fitted(alone)
    assert found.parameters["decided"].to_list() == [False] * 5
    assert fitted(crowd_on(truth, {"r1": 0.9, "r2": 0.9, "r3": 0.9})).parameters["decided"].to_list() == [True] * 3


def test_copies_are_not_further_votes() -> None:
    """Five prompts of one model that say the same, wrong as often as right, do not outvote two people."""
    truth, random = outcomes(400), Random(9)
    votes = crowd_on(truth, {"p1": 0.8, "p2": 0.8, "p3": 0.8})
    copies = {f"judge:{n}": "model" for n in range(5)}
    for item, outcome in truth.items():
        said = opinion(random, outcome, 0.6)
        votes += [vote(item, rater, said, stratum="judge/offline") for rater in copies]
    found = fitted(votes, families=copies)
    assert found.right(truth) > 0.8
    assert found.rater("judge:0")["copying"] > 0.5
    assert found.rater("p1")["copying"] is None  # never seen beside itself


def test_a_rater_who_changes_is_two() -> None:
    """Good until a day of its own, a coin after it: what it said before still counts."""
    random, truth = Random(23), outcomes(400)
    votes = []
    for second, (item, outcome) in enumerate(truth.items()):
        for rater, before, after in (("steady", 0.85, 0.85), ("other", 0.85, 0.85), ("tired", 0.95, 0.4)):
            right = before if second < 200 else after
            votes.append(vote(item, rater, opinion(random, outcome, right), decided_at=at(second)))
    found = fitted(votes).parameters
    tired = found.filter(rater_id="tired").sort("segment")
    assert tired["segment"].to_list() == [0, 1]
    assert tired["reliability"][0] > 0.8
    assert tired["reliability"][1] < 0.65
    assert found.filter(rater_id="steady").height == 1


def test_calibration_is_measured_on_what_was_held_out() -> None:
    """A hundred settled pairs, and what the votes alone said of them: no surer than right."""
    truth = outcomes(400)
    votes = crowd_on(truth, {f"r{n}": 0.75 for n in range(5)})
    anchors = [settled(item, outcome) for item, outcome in list(truth.items())[:100]]
    found = fitted([*votes, *anchors])
    assert found.reliability["items"].sum() == found.fit.reliability.items == 100
    assert found.fit.reliability.error is not None
    assert found.fit.reliability.error < 0.15
    assert 0.5 <= found.fit.reliability.temperature <= 4
    assert fitted(votes).fit.reliability.temperature == 1.0


def test_what_people_settled_stands() -> None:
    """Five votes for a do not move a pair that was settled for b."""
    votes = [vote("x", f"r{n}", "a") for n in range(5)] + [settled("x", "b")]
    assert fitted([*votes, *crowd_on(outcomes(30), {"r0": 0.9, "r1": 0.9})]).leading("x") == "b"
