"""Every statistic of agreement is the one that others compute: on published examples, and on made-up votes."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import krippendorff
import pytest
from sklearn.metrics import cohen_kappa_score

from tests.unit.noise import _reference as reference
from tests.unit.noise._votes import figure, metrics, of_counts, vote

if TYPE_CHECKING:
    import polars as pl

    from tests.unit.noise._votes import Vote

SCALE = ("a", "tie", "b")

# 4 raters on 12 subjects, 5 categories, ratings missing: the data set cac.raw4raters of the R package irrCAC, from Gwet
# (2014). Its documentation gives AC1 0.77544, Fleiss' kappa 0.76117 and percent agreement 0.8181818.
RAW_4_RATERS = (
    (3, 0, 0, 0, 0), (0, 3, 1, 0, 0), (0, 0, 4, 0, 0), (0, 0, 4, 0, 0), (0, 4, 0, 0, 0), (1, 1, 1, 1, 0),
    (0, 0, 0, 4, 0), (3, 1, 0, 0, 0), (0, 4, 0, 0, 0), (0, 0, 0, 0, 3), (2, 0, 0, 0, 0), (0, 0, 1, 0, 0),
)  # fmt: skip

# 6 raters on 15 patients, 5 diagnoses: distrib.6raters, same place, with AC1 0.4448007 and Fleiss' kappa 0.4139265.
SIX_PSYCHIATRISTS = (
    (0, 0, 0, 6, 0), (0, 3, 0, 0, 3), (0, 1, 4, 0, 1), (0, 0, 0, 0, 6), (0, 3, 0, 3, 0), (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2), (2, 0, 3, 1, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 6), (1, 0, 0, 5, 0), (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0), (1, 0, 0, 5, 0), (0, 2, 0, 3, 1),
)  # fmt: skip

# 4 raters on 15 subjects, 3 categories: cac.dist4cat, same place, with AC1 0.3518903.
THREE_CATEGORIES = (
    (3, 0, 1), (2, 1, 1), (2, 1, 1), (2, 0, 2), (3, 1, 0), (3, 1, 0), (0, 4, 0), (0, 3, 1), (0, 0, 4), (3, 1, 0),
    (0, 4, 0), (0, 3, 1), (0, 2, 2), (0, 0, 4), (3, 1, 0),
)  # fmt: skip

# 2 abstractors on 100 pregnancies, 3 categories: cont3x3abstractors, same place, with percent agreement 0.89, Cohen's
# kappa 0.7964094, AC1 0.8493305 and Krippendorff's alpha 0.7972585.
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))


def test_reference_gives_what_was_published() -> None:
    """The formulas that the tables are held against give the values printed beside the data."""
    same = reference.identity(5)
    assert reference.percent(RAW_4_RATERS, same) == pytest.approx(0.8181818, abs=5e-8)
    assert reference.gwet(RAW_4_RATERS, same) == pytest.approx(0.77544, abs=5e-6)
    assert reference.fleiss(RAW_4_RATERS, same) == pytest.approx(0.76117, abs=5e-6)
    assert reference.gwet(SIX_PSYCHIATRISTS, same) == pytest.approx(0.4448007, abs=5e-8)
    assert reference.fleiss(SIX_PSYCHIATRISTS, same) == pytest.approx(0.4139265, abs=5e-8)


def test_published_example_of_many_raters() -> None:
    """Four raters, three categories: AC1 as printed, and the rest as the reference has it."""
    found = metrics(of_counts(THREE_CATEGORIES))
    assert figure(found, "gwet_ac1")["value"] == pytest.approx(0.3518903, abs=5e-8)
    _same_as_reference(found, THREE_CATEGORIES)


def test_published_example_of_two_raters() -> None:
    """A hundred items in a table of three by three: every coefficient as printed."""
    cells = [(one, other) for one in range(3) for other in range(3) for _ in range(ABSTRACTORS[one][other])]
    votes = [
        vote(number, rater, SCALE[said])
        for number, cell in enumerate(cells)
        for rater, said in zip(("x", "y"), cell, strict=True)
    ]
    found = metrics(votes)
    assert figure(found, "percent_agreement")["value"] == pytest.approx(0.89, abs=1e-12)
    assert figure(found, "gwet_ac1")["value"] == pytest.approx(0.8493305, abs=5e-8)
    assert figure(found, "krippendorff_alpha_nominal")["value"] == pytest.approx(0.7972585, abs=5e-8)
    kappa = figure(found, "cohen_kappa", slice="rater and rater")
    assert (kappa["name"], kappa["other"], kappa["n"]) == ("x", "y", 100)
    assert kappa["value"] == pytest.approx(0.7964094, abs=5e-8)


@pytest.mark.parametrize("seed", range(6))
def test_statistics_of_random_votes(seed: int) -> None:
    """Raters of uneven diligence, items of uneven overlap, ties: each statistic as its reference has it."""
    votes = _random_votes(random.Random(seed))  # noqa: S311 - no secret
    found = metrics(votes)
    _same_as_reference(found, _counts(votes))
    _same_as_krippendorff(found, votes)
    _same_as_scikit_learn(found, votes)


def test_items_beyond_twenty_raters() -> None:
    """Where fractions are no longer whole in the unit of the sums, the ninth digit still is."""
    generator = random.Random(5)  # noqa: S311
    items = [[generator.randrange(30) for _ in SCALE] for _ in range(40)]
    _same_as_reference(metrics(of_counts(items)), items)


def test_figures_are_the_same_bytes_whatever_the_order_and_the_threads() -> None:
    """Shuffled votes on one thread and on four give equal figures, interval ends and all."""
    votes = _random_votes(random.Random(9))  # noqa: S311
    one = metrics(votes, threads=1)
    random.Random(1).shuffle(votes)  # noqa: S311
    other = metrics(votes, threads=4)
    assert one.sort(one.columns[:6]).equals(other.sort(other.columns[:6]))


@pytest.mark.slow
def test_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Of 40 samples of 400 items, the 90 % interval of percent agreement holds the truth in most, but not in all."""
    # Two raters who each find the answer, one of two, with 0.8: they agree with 0.64 + 0.04.
    # Each sample has prompts and a dimension of its own.
    votes = []
    for seed in range(40):
        generator = random.Random(seed)  # noqa: S311
        votes += [
            vote(f"{seed}/{item}", rater, "a" if generator.random() < 0.8 else "b", dimension=f"sample {seed}")
            for item in range(400)
            for rater in ("x", "y")
        ]
    found = metrics(votes)
    rows = [figure(found, "percent_agreement", slice="dimension", name=f"sample {seed}") for seed in range(40)]
    assert {row["n"] for row in rows} == {400}
    assert 30 <= sum(row["low"] <= 0.68 <= row["high"] for row in rows) <= 39


def _random_votes(generator: random.Random) -> list[Vote]:
    """Up to 150 items, each judged by some of up to seven raters who know the truth more or less."""
    raters = {f"r{number}": generator.uniform(0.3, 0.95) for number in range(generator.randrange(3, 8))}
    votes = []
    for item in range(generator.randrange(60, 150)):
        truth = generator.choices(SCALE, (5, 2, 3))[0]
        for rater, ability in raters.items():
            if generator.random() < 0.7:
                choice = truth if generator.random() < ability else generator.choice(SCALE)
                votes.append(vote(item, rater, choice))
    return votes


def _counts(votes: list[Vote]) -> list[list[int]]:
    items: dict[str, Counter[str]] = {}
    for each in votes:
        items.setdefault(each["pair_id"], Counter())[each["choice"]] += 1
    return [[counted[choice] for choice in SCALE] for counted in items.values()]


def _same_as_reference(found: pl.DataFrame, items: list[list[int]] | tuple[tuple[int, ...], ...]) -> None:
    decided = [(a, b) for a, _, b in items]
    for tie_policy, counts in (("ties counted", items), ("ties left out", decided)):
        shared = [each for each in counts if sum(each) > 1]
        same = reference.identity(len(counts[0]))
        expected = {
            "percent_agreement": reference.percent(counts, same),
            "unanimous": sum(max(each) == sum(each) for each in shared) / len(shared),
            "fleiss_kappa": reference.fleiss(counts, same),
            "gwet_ac1": reference.gwet(counts, same),
        }
        if tie_policy == "ties counted":
            expected["gwet_ac2_quadratic"] = reference.gwet(counts, reference.quadratic(3))
        for metric, value in expected.items():
            row = figure(found, metric, tie_policy=tie_policy)
            assert row["value"] == pytest.approx(value, abs=1e-9), metric
            assert row["n"] == len(shared), metric


def _same_as_krippendorff(found: pl.DataFrame, votes: list[Vote]) -> None:
    for tie_policy, levels in (("ties counted", ("nominal", "ordinal", "interval")), ("ties left out", ("nominal",))):
        scale = SCALE if tie_policy == "ties counted" else ("a", "b")
        said = {(e["rater_id"], e["pair_id"]): scale.index(e["choice"]) for e in votes if e["choice"] in scale}
        raters, pairs = ({key[place] for key in said} for place in (0, 1))
        table = [[said.get((rater, pair), float("nan")) for pair in pairs] for rater in raters]
        for level in levels:
            expected = krippendorff.alpha(
                reliability_data=table, value_domain=range(len(scale)), level_of_measurement=level
            )
            row = figure(found, f"krippendorff_alpha_{level}", tie_policy=tie_policy)
            assert row["value"] == pytest.approx(expected, abs=1e-9)


def _same_as_scikit_learn(found: pl.DataFrame, votes: list[Vote]) -> None:
    raters = _by_rater(votes)
    compared = 0
    for one, other in combinations(sorted(raters), 2):
        said = [{each["pair_id"]: each["choice"] for each in raters[who]} for who in (one, other)]
        both = sorted(said[0].keys() & said[1].keys())
        if len(both) < 10:
            continue
        judged = [[SCALE.index(each[pair]) for pair in both] for each in said]
        decided = [pair for pair in zip(*judged, strict=True) if 1 not in pair]
        where = {"slice": "rater and rater", "name": one, "other": other}
        plain = figure(found, "cohen_kappa", **where)
        assert plain["n"] == len(both)
        assert plain["value"] == pytest.approx(cohen_kappa_score(*judged, labels=[0, 1, 2]), abs=1e-9)
        squared = cohen_kappa_score(*judged, labels=[0, 1, 2], weights="quadratic")
        assert figure(found, "cohen_kappa_quadratic", **where)["value"] == pytest.approx(squared, abs=1e-9)
        expected = cohen_kappa_score(*zip(*decided, strict=True), labels=[0, 2])
        without = figure(found, "cohen_kappa", **where, tie_policy="ties left out")
        assert without["value"] == pytest.approx(expected, abs=1e-9)
        compared += 1
    assert compared


def _by_rater(votes: list[Vote]) -> dict[str, list[Vote]]:
    raters: dict[str, list[Vote]] = {}
    for each in votes:
        raters.setdefault(each["rater_id"], []).append(each)
    return raters
