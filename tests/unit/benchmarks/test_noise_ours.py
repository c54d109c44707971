"""The adaptor runs the noise stage as a run does, and reads back what it says."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.noise import ours, simulations
from benchmarks.noise.measures import score
from benchmarks.noise.slices import DATA, SLICES, slices


def test_our_estimate_has_every_pair_and_a_card_for_every_rater() -> None:
    """Probabilities that add up, better than chance; and raters under the names they were given."""
    simulation = simulations(1, ["mixed"])["mixed"]
    preferences, cards = ours.estimate(simulation.votes, simulation.items)
    assert sorted(preferences["item"]) == sorted(simulation.items["item"])
    assert preferences.select((pl.sum_horizontal("p_a", "p_tie", "p_b") - 1).abs().max()).item() < 5e-9
    assert set(simulation.raters.filter(pl.col("ability").is_not_null())["rater"]) <= set(cards["rater"])
    assert score(preferences, simulation.items).accuracy > 0.6


@pytest.mark.slices
@pytest.mark.skipif(not DATA.is_dir(), reason="the real slices are not beside this checkout: ../shared/data")
@pytest.mark.parametrize("name", SLICES)
def test_a_real_slice_never_holds_its_own_reference(name: str) -> None:
    """Votes on known items by known raters, a reference for many of them, and both sides called a."""
    for _, each in slices([name]):
        assert each.votes["item"].is_in(each.items["item"].implode()).all()
        assert set(each.votes["rater"]) == set(each.raters["rater"])
        truths = each.items["truth"].drop_nulls()
        assert len(truths) >= 90
        assert {"a", "b"} <= set(truths) <= {"a", "tie", "b"}


@pytest.mark.slices
@pytest.mark.skipif(not DATA.is_dir(), reason="the real slices are not beside this checkout: ../shared/data")
def test_who_is_held_out_of_a_slice_says_nothing_in_it() -> None:
    """The third person of pandalm, and two of five votes of ukpconvarg."""
    for number, each in slices(["pandalm-person"]):
        assert f"crowd:annotator{number}" not in set(each.votes["rater"])
    for _, each in slices(["ukpconvarg"]):
        assert each.votes.group_by("item").len()["len"].max() <= 3
