"""The simulations are what they say they are: a benchmark whose truth is wrong measures nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks.noise import Simulation, simulations
from benchmarks.noise.measures import score
from benchmarks.noise.oracle import knows_everything
from benchmarks.noise.simulate import NAMES, draws

DECIDED = (pl.col("choice") != "tie") & (pl.col("truth") != "tie") & ~pl.col("settles")
RIGHT = pl.col("choice") == pl.col("truth")


@pytest.fixture(scope="module")
def drawn() -> dict[str, Simulation]:
    """All simulations, once."""
    return simulations(1)


def held_against_truth(simulation: Simulation) -> pl.DataFrame:
    """The votes with what is known of their items."""
    return simulation.votes.join(simulation.items, on="item", maintain_order="left")


def share(votes: pl.DataFrame, what: pl.Expr, *where: pl.Expr) -> float:
    """How often something is so."""
    return float(votes.filter(*where).select(what.mean()).item())


def majority(simulation: Simulation) -> pl.DataFrame:
    """The share of each choice."""
    shares = (
        (pl.col("choice") == choice).mean().alias(name) for choice, name in zip(("a", "tie", "b"), P, strict=True)
    )
    return simulation.votes.group_by("item").agg(*shares)


P = ("p_a", "p_tie", "p_b")


def test_a_seed_names_the_votes_and_a_name_alone_gives_the_same_as_all_together(drawn: dict[str, Simulation]) -> None:
    """What is drawn depends on name and seed, not on what else is drawn."""
    alone, other = simulations(1, ["ties"])["ties"], simulations(2, ["ties"])["ties"]
    for part in ("votes", "items", "raters"):
        assert_frame_equal(getattr(alone, part), getattr(drawn["ties"], part))
    assert not alone.votes.equals(other.votes)


@pytest.mark.parametrize("name", NAMES)
def test_the_frames_are_whole(drawn: dict[str, Simulation], name: str) -> None:
    """Every vote has its item and rater, nobody votes twice on an item, and a golden answer is the truth."""
    each = drawn[name]
    assert each.votes["vote"].to_list() == list(range(len(each.votes)))
    assert each.votes["item"].is_in(each.items["item"].implode()).all()
    assert set(each.votes["rater"]) == set(each.raters["rater"])
    assert each.votes.select(pl.struct("item", "rater").is_duplicated().any()).item() is False
    assert each.votes["choice"].is_in(["a", "tie", "b"]).all()
    golden = each.items.filter(pl.col("golden").is_not_null())
    assert golden["golden"].equals(golden["truth"])
    assert sorted(each.votes.filter("settles")["item"]) == sorted(golden["item"])


@pytest.mark.parametrize("name", NAMES)
def test_raters_are_as_able_as_it_says(drawn: dict[str, Simulation], name: str) -> None:
    """Over all votes, decided ones on decided pairs are right as often as the abilities promise."""
    votes = held_against_truth(drawn[name]).filter(DECIDED).join(drawn[name].raters, on="rater")
    promised, found = votes["ability"].mean(), share(votes, RIGHT)
    # Four standard errors; where raters copy, as if a pair had been voted on once.
    count = votes["item"].n_unique() if name in {"correlated", "mixed"} else len(votes)
    assert found == pytest.approx(promised, abs=4 * np.sqrt(0.25 / count))


def test_each_rater_of_the_honest_crowd_is_as_able_as_it_says(drawn: dict[str, Simulation]) -> None:
    """Rater by rater, distances are those of chance: their squares are one on average."""
    votes = held_against_truth(drawn["honest"]).filter(DECIDED).join(drawn["honest"].raters, on="rater")
    each = votes.group_by("rater").agg(right=RIGHT.mean(), votes=pl.len(), ability=pl.col("ability").first())
    variance = each["ability"] * (1 - each["ability"]) / each["votes"]
    assert float(((each["right"] - each["ability"]) ** 2 / variance).mean()) == pytest.approx(1, abs=0.6)


@pytest.mark.parametrize("name", ["honest", "correlated", "drift", "graded", "mixed"])
def test_the_oracle_is_calibrated_and_no_worse_than_counting(drawn: dict[str, Simulation], name: str) -> None:
    """Who knows the world is as sure as it is right; it would not be, had votes been drawn otherwise than written."""
    made = drawn[name].made
    assert made is not None
    assert (made.size is None) == drawn[name].votes["strength"].is_null().all(), "it knows no more than the votes say"
    best = score(knows_everything(drawn[name]), drawn[name].items)
    assert best.ece <= 0.03
    assert best.accuracy > score(majority(drawn[name]), drawn[name].items).accuracy


def test_sparse_has_three_votes_a_pair(drawn: dict[str, Simulation]) -> None:
    """And raters with three votes or fewer."""
    votes = drawn["sparse"].votes
    assert votes.group_by("item").len()["len"].unique().to_list() == [3]
    assert votes.group_by("rater").len()["len"].min() <= 3


def test_side_bias_is_for_the_side_shown_first(drawn: dict[str, Simulation]) -> None:
    """The side shown first wins two decided votes in three, and most pairs have one order."""
    votes = held_against_truth(drawn["side-bias"]).filter(DECIDED)
    first = (pl.col("choice") == "a") == pl.col("a_shown_first")
    assert share(votes, first) > 0.62
    orders = votes.group_by("item").agg(pl.col("a_shown_first").n_unique())
    assert share(orders, pl.col("a_shown_first") == 1) > 0.65


def test_below_chance_users_are_and_five_in_a_hundred_pairs_are_golden(drawn: dict[str, Simulation]) -> None:
    """Most votes are by users, who are wrong more often than right."""
    each = drawn["below-chance"]
    votes = held_against_truth(each).filter(DECIDED)
    assert share(votes, RIGHT, pl.col("stratum") == "user/online") < 0.4
    assert share(votes, RIGHT, pl.col("stratum") == "crowd/offline") > 0.6
    assert share(each.items, pl.col("golden").is_not_null()) == pytest.approx(0.05, abs=0.02)
    assert share(votes, pl.col("stratum") == "user/online") > 0.6


def test_correlated_copies_are_wrong_together(drawn: dict[str, Simulation]) -> None:
    """Two copies make the same mistake far more often than two who think alone."""
    wrong = held_against_truth(drawn["correlated"]).filter(DECIDED, ~RIGHT).select("item", "rater", "family")
    copies = wrong.filter(pl.col("family") == "model-x")
    assert copies["rater"].n_unique() == 6
    assert copies.group_by("item").len()["len"].mean() > 3.5


def test_ties_are_a_third_and_raters_differ_in_saying_so(drawn: dict[str, Simulation]) -> None:
    """Real ties, and tie rates from near none to half."""
    assert share(drawn["ties"].items, pl.col("truth") == "tie") == pytest.approx(0.35, abs=0.04)
    rates = held_against_truth(drawn["ties"]).group_by("rater").agg((pl.col("choice") == "tie").mean())["choice"]
    assert rates.min() < 0.25
    assert rates.max() > 0.5


def test_style_draws_the_driven_to_the_longer_side(drawn: dict[str, Simulation]) -> None:
    """Not the others; and longer is not better."""
    votes = held_against_truth(drawn["style"]).filter(DECIDED)
    longer = (pl.col("choice") == "a") == (pl.col("characters_a") > pl.col("characters_b"))
    driven = pl.col("rater").str.contains("driven")
    assert share(votes, longer, driven) > 0.68
    assert share(votes, longer, ~driven) == pytest.approx(0.5, abs=0.04)
    better_is_longer = (pl.col("truth") == "a") == (pl.col("characters_a") > pl.col("characters_b"))
    assert share(drawn["style"].items, better_is_longer, pl.col("truth") != "tie") == pytest.approx(0.5, abs=0.04)


def test_drifting_raters_begin_well_and_end_near_chance(drawn: dict[str, Simulation]) -> None:
    """The steady ones stay as they are."""
    votes = held_against_truth(drawn["drift"]).filter(DECIDED)
    count = len(drawn["drift"].votes)
    early, late = pl.col("vote") < count * 0.2, pl.col("vote") > count * 0.85
    drifting = pl.col("rater").str.contains("drifting")
    assert share(votes, RIGHT, drifting, early) > 0.85
    assert share(votes, RIGHT, drifting, late) < 0.6
    assert share(votes, RIGHT, ~drifting, late) == pytest.approx(share(votes, RIGHT, ~drifting, early), abs=0.06)


def test_graded_raters_are_right_more_often_when_they_say_much_better(drawn: dict[str, Simulation]) -> None:
    """Four grades, none for ties; elsewhere nobody grades."""
    votes = held_against_truth(drawn["graded"])
    assert votes.filter(pl.col("choice") == "tie")["strength"].is_null().all()
    grades = votes.filter(DECIDED).group_by("strength").agg(right=RIGHT.mean()).sort("strength")
    assert grades["strength"].to_list() == [0.25, 0.5, 0.75, 1.0]
    assert grades["right"].is_sorted()
    assert grades["right"][-1] - grades["right"][0] > 0.2
    assert drawn["honest"].votes["strength"].is_null().all()


def test_difficulty_goes_from_hopeless_to_obvious(drawn: dict[str, Simulation]) -> None:
    """Some pairs divide the crowd in halves, others nobody gets wrong."""
    right = held_against_truth(drawn["difficulty"]).filter(DECIDED).group_by("item").agg(right=RIGHT.mean())
    honest = held_against_truth(drawn["honest"]).filter(DECIDED).group_by("item").agg(right=RIGHT.mean())
    assert right["right"].std() > honest["right"].std() * 1.15


def test_mixed_has_every_stratum(drawn: dict[str, Simulation]) -> None:
    """People, judges with families, and users."""
    votes = drawn["mixed"].votes
    assert {"expert/offline", "crowd/offline", "judge/synthetic", "user/online"} == set(votes["stratum"])
    assert {"model-x", "model-y", None} == set(votes["family"])


@pytest.mark.parametrize(
    ("name", "items", "raters", "votes", "low", "high"),
    [
        ("few-each", 300, 220, 5, 0.60, 0.80),
        ("near-chance", 600, 82, 12, 0.50, 0.70),
        ("birds", 108, 39, 39, 0.55, 0.80),
        ("entailment", 800, 164, 10, 0.80, 0.92),
        ("temporal", 462, 76, 10, 0.90, 0.99),
    ],
)
def test_shapes_are_those_of_the_public_sets(  # noqa: PLR0913, PLR0917 - a row of a table
    drawn: dict[str, Simulation], name: str, items: int, raters: int, votes: int, low: float, high: float
) -> None:
    """As many items, raters and votes an item; the majority as good as there, or as bad."""
    each = drawn[name]
    assert len(each.items) == items
    assert len(each.raters) <= raters
    assert each.votes.group_by("item").len()["len"].unique().to_list() == [votes]
    assert low <= score(majority(each), each.items).accuracy <= high


@pytest.mark.parametrize(("name", "times", "made"), [("mixed", 2, 2), ("few-each", 1, 4), ("birds", 1, 10)])
def test_a_small_set_is_drawn_more_often(name: str, times: int, made: int) -> None:
    """Until there are a thousand items and 150 raters for each draw asked for, each with a seed of its own."""
    found = list(draws(name, times, first=5))
    assert [seed for seed, _ in found] == list(range(5, 5 + made))
    assert_frame_equal(found[-1][1].votes, simulations(4 + made, [name])[name].votes)
