"""An exam's figures are those one counts by hand, and canaries notice a model that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.questions import judge, rubric
from prefstrata.judging import Asked, Card, Drift, Item, Parsed, Question, compare, grade
from prefstrata.judging._exam import foresee
from prefstrata.policy import Exam

if TYPE_CHECKING:
    from collections.abc import Iterator

JUDGE = judge("http://127.0.0.1:9/v1")
SHORT, LONG = "short", "a much longer answer than the other"


def sat(truth: str, verdicts: str, number: int) -> Iterator[tuple[Question, Asked]]:
    """A golden pair with this answer (a is the longer), and the verdicts in both orders as shown; ``-`` for none."""
    item = Item(str(number), (("user", f"q{number}"),), (LONG, SHORT), context=(("risk_level", "low"),))
    for turned, verdict in zip((False, True), verdicts, strict=True):
        shown = "A" if (truth == "a") != turned else "B"
        question = compare(JUDGE, rubric(), item, turned=turned, seed=1, work="exam", truth=shown)
        word = {"A": "A", "B": "B", "t": "tie"}.get(verdict)
        yield question, Asked("answered" if word else "wrong_schema", Parsed("answered", verdict=word))


def card(*pairs: tuple[str, str], least: int = 1) -> Card:
    """The card of these pairs."""
    answers = [each for number, (truth, verdicts) in enumerate(pairs) for each in sat(truth, verdicts, number)]
    found = {question.key: asked for question, asked in answers}
    exam = Exam(least=least, accuracy=0.7, flips=0.3)
    [made] = grade([question for question, _ in answers], found, {"low": exam})
    return made


def test_figures_are_those_counted_by_hand() -> None:
    """Four pairs: right in both orders, flipped towards the first side, tied once, one order unusable."""
    made = card(("a", "AB"), ("a", "AA"), ("b", "Bt"), ("b", "-A"))
    assert made.n == 7
    assert made.unusable == 1
    # Right: A and B of the first; A of the second; B of the third; A (shown first: b) of the fourth.
    assert made.accuracy == pytest.approx(5 / 7)
    assert made.flips == pytest.approx(1 / 2)
    assert made.agreement == pytest.approx(1 / 3)
    # Of the four verdicts of the two pairs decided in both orders, three are for the side shown first.
    assert made.position == pytest.approx(0.25)
    # Of six decided verdicts, three are for the longer side, which is the better one in four.
    assert made.length == pytest.approx((3 - 4) / 6)


@pytest.mark.parametrize(
    ("answered", "least", "reason"),
    [(0, 2, ""), (3, 2, ""), (0, 3, "only 2 golden pairs, 3 are needed"), (4, 2, "right in 50.0% of its verdicts")],
)
def test_who_has_not_answered_all_is_foreseen_to_pass_where_there_are_pairs_enough(
    answered: int, least: int, reason: str
) -> None:
    """Two golden pairs, four questions; who has answered all of them has what it has."""
    answers = [each for number in range(2) for each in sat("a", "AA", number)]
    found = {question.key: asked for question, asked in answers[:answered]}
    exam = Exam(least=least, accuracy=0.7, flips=0.3)
    [made] = foresee([question for question, _ in answers], found, {"low": exam})
    assert (made.admitted, made.pairs) == (not reason, 2)
    assert made.reason.startswith(reason)
    assert bool(made.reason) == bool(reason)


def test_a_judge_that_flips_too_often_is_refused_with_its_figure() -> None:
    """Right half of the time by taking what comes first."""
    made = card(("a", "AA"), ("b", "AA"))
    assert not made.admitted
    assert "50.0%" in made.reason


def test_too_few_golden_pairs_measure_nothing() -> None:
    """A judge that was right on one pair has shown nothing."""
    made = card(("a", "AB"), least=2)
    assert not made.admitted
    assert "only 1 golden pairs" in made.reason


def test_canaries_stop_a_judge_that_became_worse_and_no_other() -> None:
    """A judge at its exam's accuracy goes on for 500 canaries; one that guesses is stopped within 60."""
    steady = Drift(0.85, 0.15)
    assert all(steady.see(right=number % 20 >= 3) is None for number in range(500))
    worse = Drift(0.85, 0.15)
    assert any(worse.see(right=number % 2 == 0) for number in range(60))
