"""The fit itself: it comes to rest, on a sample too, in any order and from the least there can be."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random

import pytest

from prefstrata.noise import FitSettings
from tests.unit.noise._voting import Vote, crowd_on, fitted, opinion, outcomes, pair_id, settled, vote


@pytest.mark.parametrize("votes", [[], [settled("x", "a")], [vote("x", "r", "tie")]])
def test_little_is_no_trouble(votes: list[Vote]) -> None:
    """No votes at all, none but what settles, a single tie."""
    found = fitted(votes)
    assert found.preferences.height == len(votes)


def test_order_and_threads_change_nothing() -> None:
    """The same votes in another order, on one thread and on three, give the same tables to the last bit."""
    truth = outcomes(120)
    votes = [{**row, "vote_id": f"{n:032}"} for n, row in enumerate(crowd_on(truth, {f"r{n}": 0.7 for n in range(6)}))]
    one = fitted(votes, threads=1)
    shuffled = votes.copy()
    Random(1).shuffle(shuffled)
    other = fitted(shuffled, threads=3)
    assert one.preferences.equals(other.preferences)
    assert one.parameters.equals(other.parameters)


def test_a_fit_on_a_sample_ends_on_all_votes() -> None:
    """With more votes than the sample takes, most steps see a part, and the estimates still are of everything."""
    truth = outcomes(400)
    votes = crowd_on(truth, {f"r{n}": 0.8 for n in range(5)})
    sampled = fitted(votes, settings=FitSettings(sample=500))
    assert sampled.preferences.height == 400
    assert sampled.right(truth) == pytest.approx(fitted(votes).right(truth), abs=0.01)


def test_a_dimension_that_the_sample_missed_is_estimated_all_the_same() -> None:
    """Nine votes on a dimension beside two thousand on another: whatever part was looked at, no pair is lost."""
    truth = outcomes(400)
    votes = crowd_on(truth, {f"r{n}": 0.8 for n in range(5)})
    rare = [vote(f"rare {n}", rater, "a", dimension="safety") for n in range(3) for rater in ("r1", "r2", "r3")]
    found = fitted([*votes, *rare], settings=FitSettings(sample=50)).preferences
    assert found.filter(dimension="safety").height == 3
    assert found.filter(dimension="safety")["p_a"].min() > 0.8


def test_slopes_of_style_come_to_rest() -> None:
    """Raters with many votes, all drawn to length: what is said of them does not hang on when the fit stopped."""
    random, truth = Random(29), outcomes(1500)
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
    truth = outcomes(2000)
    votes = crowd_on(truth, {f"rule {number}": 1.0 for number in range(raters)})
    found = fitted([*votes, *(settled(item, outcome) for item, outcome in truth.items())]).parameters
    assert all(0.95 < value < 1 for value in found["reliability"].to_list())
    assert all(low <= value <= high for low, value, high in found.select("low", "reliability", "high").iter_rows())
