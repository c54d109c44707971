"""Canaries: what they learn is what the labels say, and a version that teaches worse is told from one that does not."""

from __future__ import annotations

import polars as pl
import pytest

from examples.generator._items import items
from examples.generator._truth import pair_truth
from prefstrata.releases.gates._asking import Canaries, paired
from prefstrata.releases.gates._canary import differences, train

_GOOD = [f"The answer to case {n} is clear and short." for n in range(20)]
_BAD = [f"Well, case {n}, who can tell, dear me, who can tell." for n in range(20)]


def _right(p: list[float], weight: list[float]) -> float:
    """How often a canary prefers what is good in texts it has not seen, when it learned that with p."""
    model = train(differences(_GOOD[:15], _BAD[:15]), p, weight)
    return sum(model.right(differences(_GOOD[15:], _BAD[15:]))) / 5


def test_a_canary_learns_what_the_labels_say() -> None:
    """Probabilities above a half teach one way, below it the other way, and whichever side stands first."""
    assert _right([1.0] * 15, [1.0] * 15) == 1
    assert _right([0.7] * 15, [1.0] * 15) == 1
    assert _right([0.3] * 15, [1.0] * 15) == 0
    turned = train(differences(_BAD[:15], _GOOD[:15]), [0.1] * 15, [1.0] * 15)
    assert turned.right(differences(_GOOD[15:], _BAD[15:])) == [1.0] * 5


def test_even_labels_teach_nothing() -> None:
    """What is as probable either way leaves every score equal."""
    model = train(differences(_GOOD, _BAD), [0.5] * 20, [1.0] * 20)
    assert model.right(differences(_GOOD, _BAD)) == [0.5] * 20


def test_weight_decides_between_labels() -> None:
    """The same pairs labelled both ways: the heavier label is learned, and one of weight 0 is not there."""
    assert _right([1.0] * 10 + [0.0] * 5, [1.0] * 10 + [0.0] * 5) == 1
    both = differences(_GOOD[:10] + _GOOD[:10], _BAD[:10] + _BAD[:10])
    for heavy, expected in ((3.0, 1.0), (0.3, 0.0)):
        model = train(both, [1.0] * 10 + [0.0] * 10, [heavy] * 10 + [1.0] * 10)
        assert model.right(differences(_GOOD[10:], _BAD[10:])) == [expected] * 10


def test_the_interval_is_that_of_a_difference() -> None:
    """It holds nothing where nothing differs, shrinks with what is asked, and lies around the difference."""
    low, high = paired([0.0] * 100, 100)
    assert low == pytest.approx(-high)
    assert 0 < high < 0.05
    few, many = paired([1.0, 0.0, 0.0, 0.0] * 10, 40), paired([1.0, 0.0, 0.0, 0.0] * 100, 400)
    assert few[0] < many[0] < 0.25 < many[1] < few[1]
    # The same pairs on fewer prompts say less.
    assert paired([1.0, 0.0] * 50, 20)[0] < paired([1.0, 0.0] * 50, 100)[0]


def _frames(*, poisoned: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lessons of a parent with true labels, to which two sources add: one the truth, one what is asked for."""
    found = pair_truth(items(5, 0, 260)).filter((pl.col("dimension") == "overall") & (pl.col("truth") != "tie"))
    texts = found.select(
        pl.int_range(pl.len()).cast(pl.String).str.zfill(6).alias("pair_id"),
        pl.int_range(pl.len()).floordiv(2).cast(pl.String).alias("prompt_id"),
        pl.col("response_1").alias("text_a"),
        pl.col("response_2").alias("text_b"),
        pl.when(pl.col("truth") == "first").then(0.9).otherwise(0.1).alias("true"),
        pl.int_range(pl.len()).mod(4).alias("part"),
    )
    said = pl.col("true") if not poisoned else 1 - pl.col("true")
    lessons = texts.filter(pl.col("part") < 3).select(
        "pair_id",
        "prompt_id",
        "text_a",
        "text_b",
        pl.when(pl.col("part") == 2).then(said).otherwise("true").alias("p"),
        pl.when(pl.col("part") == 2).then(3.0).otherwise(1.0).alias("weight"),
        pl.when(pl.col("part") == 0).then("true").alias("p_before"),
        pl.when(pl.col("part") == 0).then(1.0).alias("weight_before"),
        pl.when(pl.col("part") == 1)
        .then(["good"])
        .when(pl.col("part") == 2)
        .then(["late"])
        .otherwise([])
        .alias("sources"),
    )
    first = pl.col("true") > 0.5
    questions = texts.filter(pl.col("part") == 3).select(
        pl.lit("golden").alias("set_name"),
        "pair_id",
        pl.lit("overall").alias("dimension"),
        "prompt_id",
        pl.lit("*").alias("scenario"),
        pl.lit("t").alias("task"),
        pl.when(first).then("text_a").otherwise("text_b").alias("better"),
        pl.when(first).then("text_b").otherwise("text_a").alias("worse"),
    )
    return lessons, questions


def test_a_source_that_teaches_the_opposite_is_found_and_named() -> None:
    """The version's canary is wrong more often, beyond the interval, and does best without what that source brought."""
    canaries = Canaries(*_frames(poisoned=True))
    figure = next(each for each in canaries.figures() if each.slice == "set=golden")
    assert figure.before is not None
    assert figure.before_n is None
    assert figure.low > figure.before + 0.1
    assert figure.low < figure.value < figure.high
    assert figure.samples
    blame = canaries.blame("*", "set=golden")
    assert blame is not None
    assert blame.source == "late"
    assert blame.wrong < figure.value - 0.1


def test_more_of_the_truth_is_no_regression() -> None:
    """The same lessons, true: the interval reaches down to what was before."""
    canaries = Canaries(*_frames(poisoned=False))
    figures = list(canaries.figures())
    assert {each.slice for each in figures} == {"set=golden", "set=golden, task=t", "set=golden, dimension=overall"}
    assert all(each.before is not None and each.low <= each.before for each in figures)
