"""What the rater model believes of pairs and raters whose truth is known."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random
from statistics import fmean
from typing import Any

import polars as pl
import pytest

from prefstrata.noise import FitSettings
from tests.unit.noise._voting import Fitted, at, fitted, opinion, pair_id, settled, vote

Vote = dict[str, Any]


def _truth(items: int) -> dict[str, str]:
    random = Random(7)
    return {f"item {number}": random.choice(["a", "b"]) for number in range(items)}


def _crowd(truth: dict[str, str], rights: dict[str, float], **more: Any) -> list[Vote]:  # noqa: ANN401
    """Every rater on every item, right so often."""
    random = Random(11)
    return [
        vote(item, rater, opinion(random, outcome, right), **more)
        for item, outcome in truth.items()
        for rater, right in rights.items()
    ]


def _majority(votes: list[Vote], truth: dict[str, str]) -> float:
    leads: dict[str, int] = {}
    for row in votes:
        leads[row["pair_id"]] = leads.get(row["pair_id"], 0) + {"a": 1, "tie": 0, "b": -1}[row["choice"]]
    right = [1.0 if (leads[pair_id(item)] > 0) == (outcome == "a") else 0.0 for item, outcome in truth.items()]
    return sum(right) / len(right)


def test_probabilities_add_up_and_agree_with_unanimous_votes() -> None:
    """What everybody says is believed, and a third of nothing stays nothing."""
    truth = _truth(60)
    found = fitted(_crowd(truth, {"r1": 1.0, "r2": 1.0, "r3": 0.9}))
    sums = found.preferences.select(
        total=found.preferences["p_a"] + found.preferences["p_tie"] + found.preferences["p_b"]
    )
    assert sums["total"].to_list() == pytest.approx([1.0] * 60, abs=2e-6)
    assert found.right(truth) >= 0.98


def test_good_raters_outvote_many_that_guess() -> None:
    """Two who are nearly always right against five who toss a coin: the majority is not the truth."""
    truth = _truth(300)
    votes = _crowd(truth, {"good 1": 0.95, "good 2": 0.95, **{f"guess {n}": 0.5 for n in range(5)}})
    found = fitted(votes)
    assert found.right(truth) >= _majority(votes, truth) + 0.1
    assert found.rater("good 1")["reliability"] > 0.85
    assert found.rater("guess 1")["high"] < 0.7


def test_who_ranks_lists_is_believed_as_who_compares_pairs() -> None:
    """A pair of a ranked list is a part of a judgement: what is heard of it is no less sure for that."""
    truth = _truth(300)
    crowd = _crowd(truth, {f"r{n}": 0.87 for n in range(3)})
    pairs = fitted(crowd).rater("r1")["reliability"]
    for size in (4, 20):
        found = fitted([row | {"share": 2 / size} for row in crowd])
        assert found.right(truth) >= 0.93
        assert found.rater("r1")["reliability"] == pytest.approx(pairs, abs=0.05)


def test_pairs_are_claimed_no_surer_because_lists_are_ranked_beside_them() -> None:
    """Of pairs of ranked lists less is claimed than is known: that says nothing of how sure other votes are."""
    truth = _truth(240)
    items = list(truth)
    golden = [settled(item, truth[item]) for item in (*items[:60], *items[120:180])]
    crowd = _crowd(truth, {f"r{n}": 0.87 for n in range(3)})
    parts = {pair_id(item) for item in items[:120]}
    ranked = [
        row | {"rater_id": f"ranks {row['rater_id']}", "share": 0.1} if row["pair_id"] in parts else row
        for row in crowd
    ]
    assert fitted([*ranked, *golden]).fit.reliability.temperature > 0.8


def test_a_rater_with_few_votes_looks_like_its_stratum() -> None:
    """Three votes that happen to be wrong do not make a rater a bad one; three hundred do."""
    truth = _truth(300)
    votes = _crowd(truth, {f"r{n}": 0.85 for n in range(4)} | {"bad": 0.3})
    wrong = {"a": "b", "b": "a"}
    votes += [vote(item, "new", wrong[outcome]) for item, outcome in list(truth.items())[:3]]
    found = fitted(votes)
    assert found.rater("new")["reliability"] > 0.6
    # No better: that it is worse, only golden pairs say.
    assert found.rater("bad")["reliability"] == pytest.approx(0.5, abs=0.01)
    assert found.rater("new")["high"] - found.rater("new")["low"] > 0.2


def test_a_habit_of_taking_the_first_side_is_seen_and_taken_off() -> None:
    """Everybody leans to the side shown first, which most often is the same: the lean is not the truth."""
    truth, random = _truth(400), Random(3)
    votes = []
    for item, outcome in truth.items():
        first = random.random() < 0.5
        for rater in ("r1", "r2", "r3", "r4"):
            biased = random.random() < 0.35
            choice = ("a" if first else "b") if biased else opinion(random, outcome, 0.8)
            votes.append(vote(item, rater, choice, a_shown_first=first))
    found = fitted(votes)
    assert found.right(truth) >= _majority(votes, truth) + 0.04
    assert all(found.rater(rater)["side_bias"] > 0.1 for rater in ("r1", "r2", "r3", "r4"))


def _with_and_without_order() -> list[Vote]:
    """Twenty who take the first side often, and on other pairs forty of their stratum whose order is unknown."""
    random, truth = Random(37), _truth(400)
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


def test_a_stratum_below_chance_is_found_by_what_people_settled_alone() -> None:
    """Users who are wrong two times in three, against a few workers: five settled pairs in a hundred turn it round."""
    truth = _truth(600)
    users = _crowd(truth, {f"user:{n}": 0.3 for n in range(4)}, stratum="user/online")
    workers = _crowd(truth, {"w1": 0.7, "w2": 0.7})
    anchors = [settled(item, outcome) for item, outcome in list(truth.items())[:60]]
    rest = dict(list(truth.items())[60:])
    with_anchors = fitted([*users, *workers, *anchors])
    assert with_anchors.right(rest) > 0.75
    assert with_anchors.rater("user:0")["reliability"] < 0.45
    without = fitted([*users, *workers])
    assert all(without.rater(f"user:{n}")["reliability"] >= 0.45 for n in range(4))


def test_what_the_votes_cannot_tell_is_said() -> None:
    """One vote a pair says nothing of who gave it: the stratum stands as the policy declares it."""
    truth = _truth(200)
    random = Random(5)
    alone = [
        vote(item, f"r{number % 5}", opinion(random, outcome, 0.9))
        for number, (item, outcome) in enumerate(truth.items())
    ]
    found = fitted(alone)
    assert found.parameters["decided"].to_list() == [False] * 5
    assert fitted(_crowd(truth, {"r1": 0.9, "r2": 0.9, "r3": 0.9})).parameters["decided"].to_list() == [True] * 3


def test_copies_are_not_further_votes() -> None:
    """Five prompts of one model that say the same, wrong as often as right, do not outvote two people."""
    truth, random = _truth(400), Random(9)
    votes = _crowd(truth, {"p1": 0.8, "p2": 0.8, "p3": 0.8})
    copies = {f"judge:{n}": "model" for n in range(5)}
    for item, outcome in truth.items():
        said = opinion(random, outcome, 0.6)
        votes += [vote(item, rater, said, stratum="judge/offline") for rater in copies]
    found = fitted(votes, families=copies)
    assert found.right(truth) > 0.8
    assert found.rater("judge:0")["copying"] > 0.5
    assert found.rater("p1")["copying"] is None  # never seen beside itself


def test_ties_are_believed_when_they_are_said_of_even_pairs() -> None:
    """A third of the pairs are even; raters see most of that."""
    random, truth = Random(13), _truth(300)
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
    truth = _truth(50)
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
    random, truth = Random(31), _truth(630)
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
    truth = _truth(300)
    votes = _crowd(truth, {"r1": 0.8, "r2": 0.8})
    golden = [settled(item, "tie" if n % 3 == 0 else right) for n, (item, right) in enumerate(list(truth.items())[:60])]
    rest = fitted([*votes, *golden]).preferences.filter(~pl.col("pair_id").is_in([row["pair_id"] for row in golden]))
    assert rest["p_tie"].mean() > 0.05
    assert fitted(votes).preferences["p_tie"].max() < 1e-4


def test_who_is_drawn_to_length_is_told_from_what_is_better_for_being_longer() -> None:
    """Votes for the longer side mean one of two: raters who contradict the others, or pairs on which it is better."""
    random, truth = Random(17), _truth(500)
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
    assert found.right(truth) > _majority(drawn, truth)
    better = {item: longer[pair_id(item)] if random.random() < 0.8 else outcome for item, outcome in truth.items()}
    honest = fitted(_crowd(better, {f"r{n}": 0.8 for n in range(5)}), lengths=lengths)
    assert abs(honest.rater("r1")["length"]) < found.rater("d1")["length"] - 0.2
    assert honest.right(better) > 0.9


def test_a_strong_word_is_worth_more_where_it_is_said_of_the_better_side() -> None:
    """Raters say strongly what they get right: of two that contradict each other, the strong one is believed."""
    random, truth = Random(19), _truth(400)
    votes = []
    for item, outcome in truth.items():
        for rater in ("r1", "r2", "r3", "r4"):
            choice = opinion(random, outcome, 0.7)
            strong = random.random() < (0.8 if choice == outcome else 0.2)
            votes.append(vote(item, rater, choice, strength=1.0 if strong else 0.3))
    assert fitted(votes).right(truth) > fitted([{**row, "strength": None} for row in votes]).right(truth) + 0.03


def test_a_rater_who_changes_is_two() -> None:
    """Good until a day of its own, a coin after it: what it said before still counts."""
    random, truth = Random(23), _truth(400)
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
    truth = _truth(400)
    votes = _crowd(truth, {f"r{n}": 0.75 for n in range(5)})
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
    assert fitted([*votes, *_crowd(_truth(30), {"r0": 0.9, "r1": 0.9})]).leading("x") == "b"


@pytest.mark.parametrize("votes", [[], [settled("x", "a")], [vote("x", "r", "tie")]])
def test_little_is_no_trouble(votes: list[Vote]) -> None:
    """No votes at all, none but what settles, a single tie."""
    found = fitted(votes)
    assert found.preferences.height == len(votes)


def test_order_and_threads_change_nothing() -> None:
    """The same votes in another order, on one thread and on three, give the same tables to the last bit."""
    truth = _truth(120)
    votes = [{**row, "vote_id": f"{n:032}"} for n, row in enumerate(_crowd(truth, {f"r{n}": 0.7 for n in range(6)}))]
    one = fitted(votes, threads=1)
    shuffled = votes.copy()
    Random(1).shuffle(shuffled)
    other = fitted(shuffled, threads=3)
    assert one.preferences.equals(other.preferences)
    assert one.parameters.equals(other.parameters)


def test_a_fit_on_a_sample_ends_on_all_votes() -> None:
    """With more votes than the sample takes, most steps see a part, and the estimates still are of everything."""
    truth = _truth(400)
    votes = _crowd(truth, {f"r{n}": 0.8 for n in range(5)})
    sampled = fitted(votes, settings=FitSettings(sample=500))
    assert sampled.preferences.height == 400
    assert sampled.right(truth) == pytest.approx(fitted(votes).right(truth), abs=0.01)


def test_a_dimension_that_the_sample_missed_is_estimated_all_the_same() -> None:
    """Nine votes on a dimension beside two thousand on another: whatever part was looked at, no pair is lost."""
    truth = _truth(400)
    votes = _crowd(truth, {f"r{n}": 0.8 for n in range(5)})
    rare = [vote(f"rare {n}", rater, "a", dimension="safety") for n in range(3) for rater in ("r1", "r2", "r3")]
    found = fitted([*votes, *rare], settings=FitSettings(sample=50)).preferences
    assert found.filter(dimension="safety").height == 3
    assert found.filter(dimension="safety")["p_a"].min() > 0.8


def test_slopes_of_style_come_to_rest() -> None:
    """Raters with many votes, all drawn to length: what is said of them does not hang on when the fit stopped."""
    random, truth = Random(29), _truth(1500)
    longer = {pair_id(item): random.choice(["a", "b"]) for item in truth}
    votes = []
    for item, outcome in truth.items():
        for rater in ("r1", "r2", "r3"):
            drawn = random.random() < 0.3
            votes.append(vote(item, rater, longer[pair_id(item)] if drawn else opinion(random, outcome, 0.85)))

    def slopes(iterations: int) -> list[float]:
        sides = {"a": (200, 100), "b": (100, 200)}
        settings = FitSettings(iterations=iterations, still=0)
        return fitted(votes, lengths=lambda item: sides[longer[item]], settings=settings).parameters["length"].to_list()

    assert slopes(24) == pytest.approx(slopes(25), abs=0.03)


@pytest.mark.parametrize("right", [0.8, 0.9, 1.0])
@pytest.mark.parametrize(("raters", "each"), [(300, 3), (150, 6)])
def test_raters_of_few_votes_come_to_rest_at_what_they_are(raters: int, each: int, right: float) -> None:
    """The mean of such a stratum is told by all of them together, from two votes on a pair; it does not swing."""
    random = Random(5)
    crowd = [f"r{number}" for number in range(raters)] * each
    random.shuffle(crowd)
    votes = [
        vote(f"item {number}", rater, opinion(random, "a" if number % 2 else "b", right))
        for number in range(len(crowd) // 2)
        for rater in {crowd[2 * number], crowd[2 * number + 1]}
    ]
    found = fitted(votes)
    assert found.fit.steps <= FitSettings().iterations / 2
    assert found.parameters["reliability"].mean() == pytest.approx(right, abs=0.05)


@pytest.mark.parametrize("raters", [1, 2])
def test_who_is_never_wrong_in_thousands_of_votes_is_no_trouble(raters: int) -> None:
    """A rule, or a judge, that says what people settled every time: it is very reliable, and that is a number."""
    truth = _truth(2000)
    votes = _crowd(truth, {f"rule {number}": 1.0 for number in range(raters)})
    found = fitted([*votes, *(settled(item, outcome) for item, outcome in truth.items())]).parameters
    assert all(0.95 < value < 1 for value in found["reliability"].to_list())
    assert all(low <= value <= high for low, value, high in found.select("low", "reliability", "high").iter_rows())
