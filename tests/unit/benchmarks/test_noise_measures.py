"""The measures say what their names promise, on numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from benchmarks.noise._methods import Result
from benchmarks.noise._report import averages, report
from benchmarks.noise.measures import Scores, coverage, expected_calibration_error, score

ITEMS = pl.DataFrame({"item": ["i", "j", "k", "l"], "truth": ["a", "b", "tie", "a"], "golden": [None, None, None, "a"]})


def estimate(*rows: tuple[str, float, float, float]) -> pl.DataFrame:
    """An estimate: item, p_a, p_tie, p_b."""
    return pl.DataFrame(rows, schema=["item", "p_a", "p_tie", "p_b"], orient="row")


def test_scores_are_those_worked_out_by_hand() -> None:
    """Three items count; the golden one does not."""
    found = score(estimate(("i", 0.8, 0.1, 0.1), ("j", 0.6, 0.1, 0.3), ("k", 0.2, 0.5, 0.3), ("l", 0, 0, 1)), ITEMS)
    assert found.items == 3
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.decided == pytest.approx(1 / 2)
    assert found.brier == pytest.approx((0.06 + (0.36 + 0.01 + 0.49) + (0.04 + 0.25 + 0.09)) / 3)
    assert found.log_loss == pytest.approx(-(np.log(0.8) + np.log(0.3) + np.log(0.5)) / 3)
    assert found.ece == pytest.approx((0.2 + 0.6 + 0.5) / 3)


def test_leaders_share_an_item_whatever_their_order() -> None:
    """Two that lead are half right each; an item nobody estimated is a third right; rounding makes no leader."""
    even = score(estimate(("i", 0.5, 0, 0.5), ("j", 0.4 + 1e-12, 0.2, 0.4)), ITEMS)
    assert even.accuracy == pytest.approx((1 / 2 + 1 / 2 + 1 / 3) / 3)
    assert even.decided == pytest.approx(1 / 2)


def test_a_sure_mistake_costs_much_but_not_everything() -> None:
    """Else one vote's certainty would decide the mean."""
    assert score(estimate(("i", 0, 0, 1), ("j", 0, 0, 1), ("k", 0, 1, 0)), ITEMS).log_loss == pytest.approx(
        -np.log(1e-6) / 3
    )


def test_items_without_a_truth_are_left_out() -> None:
    """Real slices have a reference for some items only."""
    items = ITEMS.with_columns(truth=pl.when(pl.col("item") == "i").then("truth"))
    assert score(estimate(("i", 1, 0, 0)), items).items == 1


def test_calibration_error_is_zero_when_sure_as_often_as_right_and_a_half_when_always_sure() -> None:
    """Over items, not over bins; and nothing at all when there are none."""
    right = np.tile([1.0, 1.0, 1.0, 0.0], 250)
    assert expected_calibration_error(np.full(1000, 0.75), right) == pytest.approx(0)
    assert expected_calibration_error(np.ones(1000), np.tile([1.0, 0.0], 500)) == pytest.approx(0.5)
    assert np.isnan(expected_calibration_error(np.array([]), np.array([])))


def test_calibration_error_sees_what_an_average_hides() -> None:
    """Too sure on one half and not sure enough on the other is an error of both."""
    said = np.repeat([0.6, 0.9], 500)
    right = np.concatenate([np.tile([1, 1, 1, 1, 0], 100), np.tile([1, 1, 1, 0, 1, 0, 1, 1, 0, 1], 50)]).astype(float)
    assert expected_calibration_error(said, right) == pytest.approx(0.2)


def test_calibration_error_does_not_depend_on_the_order_of_items() -> None:
    """Equally sure items share what they have of being right, where a bin's edge falls among them too."""
    rng = np.random.default_rng(1)
    said, right = np.repeat([0.5, 0.7, 0.9], [7, 11, 5]), rng.integers(0, 2, 23).astype(float)
    order = rng.permutation(23)
    found = expected_calibration_error(said[order], right[order])
    assert found == pytest.approx(expected_calibration_error(said, right), abs=1e-12)


def test_calibrated_estimates_have_a_small_error_in_bins_of_equal_mass() -> None:
    """Draws that are right as often as they say."""
    rng = np.random.default_rng(2)
    said = rng.uniform(0.4, 1, 20_000)
    assert expected_calibration_error(said, (rng.random(20_000) < said).astype(float)) < 0.012


def test_coverage_is_the_share_of_intervals_that_hold_the_ability() -> None:
    """Of raters with an interval and a known ability; the ends belong to it."""
    cards = pl.DataFrame(
        {"rater": ["r", "s", "t", "u"], "ability_low": [0.5, 0.6, 0.1, None], "ability_high": [0.7, 0.8, 0.2, None]}
    )
    raters = pl.DataFrame({"rater": ["r", "s", "t", "u", "v"], "ability": [0.7, 0.65, 0.5, 0.5, 0.5]})
    assert coverage(cards, raters) == pytest.approx(2 / 3)
    assert coverage(cards, raters.with_columns(ability=pl.lit(None, pl.Float64))) is None
    assert coverage(cards.select("rater"), raters) is None


def result(name: str, method: str, accuracy: float, ece: float = 0.01, covered: float | None = 0.9) -> Result:
    """A result with those figures."""
    scores = Scores(100, accuracy, accuracy, ece, 0.1, 0.2, np.full(100, accuracy + ece), np.full(100, accuracy))
    return Result(name, 1, method, scores, covered if method == "prefstrata" else None)


def verdicts(ours: Result) -> tuple[bool, str]:
    """What is said when ours stands beside a majority of 0.80 and a Dawid-Skene of 0.82."""
    out = StringIO()
    beside = [result(ours.set, "majority", 0.80), result(ours.set, "dawid-skene", 0.82)]
    kept = report(Console(file=out, width=200), [*beside, ours], frozenset({"matters"}), frozenset({"matters", "made"}))
    return kept, out.getvalue()


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        (result("made", "prefstrata", 0.816), ""),
        (result("made", "prefstrata", 0.81), "at most 0.5 points below"),
        (result("matters", "prefstrata", 0.82), "above both where the extra structure matters"),
        (result("matters", "prefstrata", 0.83), ""),
        (result("made", "prefstrata", 0.83, ece=0.06), "ECE at most 0.05"),
        (result("made", "prefstrata", 0.83, covered=0.97), "90 % intervals"),
        (result("made", "prefstrata", 0.83, covered=None), "90 % intervals"),
        (result("real", "prefstrata", 0.83, ece=0.2, covered=None), ""),
    ],
)
def test_the_verdict_names_what_is_missed_and_where(ours: Result, missed: str) -> None:
    """Each target alone; of a real slice only accuracy is demanded."""
    kept, text = verdicts(ours)
    lines = [line for line in text.splitlines() if line.startswith("MISSED")]
    assert kept == (not missed)
    assert len(lines) == bool(missed)
    assert all(missed in line and f"not in {ours.set}" in line for line in lines)


def test_the_chance_of_a_coverage_is_that_of_its_raters_and_of_its_draws() -> None:
    """Of a hundred raters alike in four draws it is 2.5 points; of draws that differ by more, as they do."""
    alike = [replace(result("s", "prefstrata", 0.8, covered=0.9), seed=seed, raters=100) for seed in range(4)]
    chance = averages(alike)["chance"].item()
    assert chance == pytest.approx(1.645 * (0.9 * 0.1 / 400) ** 0.5)
    apart = [replace(each, coverage=held) for each, held in zip(alike, (0.8, 1.0, 0.8, 1.0), strict=True)]
    assert averages(apart)["chance"].item() == pytest.approx(1.645 * 0.1 * (4 / 3) ** 0.5 / 2)
    assert averages([result("s", "majority", 0.8)])["chance"].item() is None
