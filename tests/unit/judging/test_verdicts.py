"""What several replies to one question come to."""

from __future__ import annotations

import pytest

from benchmarks.judging.questions import POLICY, judge, rubric
from prefstrata.judging import Asked, Item, Parsed, compare, records, rubric_for, score

JUDGE = judge("http://127.0.0.1:9/v1", confidence="repeats", repeats=2)
SCORED = rubric_for(POLICY, "helpfulness", "scalar", (1, 10))
PAIR = Item("1", (("user", "q"),), ("one", "other"), context=(("risk_level", "low"),))
ONE = Item("1", (("user", "q"),), ("one",), context=(("risk_level", "low"),))


@pytest.mark.parametrize(
    ("said", "verdict", "confidence"),
    [
        (("A", "A", "B"), "first", 0.666667),
        (("A", "B", "B"), "second", 0.666667),
        (("tie", "tie"), "tie", 1.0),
        (("A", "B"), None, None),
        (("tie", "B"), None, None),
        (("A", "B", "tie"), None, None),
        (("n/a", "A"), None, None),
        (("A", "A", "B", "B", "tie"), None, None),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_verdict_is_what_most_replies_say(
    said: tuple[str, ...], verdict: str | None, confidence: float | None, *, turned: bool
) -> None:
    """As many for the one as for the other are no verdict: the side shown first has no better claim to it."""
    asked = [
        compare(JUDGE, rubric(), PAIR, turned=turned, seed=1, work="w", repeat=repeat) for repeat in range(len(said))
    ]
    found = {
        question.key: Asked("answered", Parsed("answered", verdict=word))
        for question, word in zip(asked, said, strict=True)
    }
    made = [(record["verdict"], record["confidence"]) for record in records(asked, found)]
    assert made == ([] if verdict is None else [(verdict, confidence)])


@pytest.mark.parametrize(
    ("said", "value", "confidence"),
    [((9, 9, 2), 9, 0.666667), ((8, 10, 9), 9, 0.333333), ((10, 2), 6, 0.5), ((9, 10, 9, 10), 9.5, 0.5)],
)
def test_of_scores_said_as_often_the_median_counts(said: tuple[int, ...], value: float, confidence: float) -> None:
    """And not the one whose digits come first: 10 stood before 2 and 9."""
    assert SCORED is not None
    asked = [score(JUDGE, SCORED, ONE, seed=1, work="w", scale=(1, 10), repeat=repeat) for repeat in range(len(said))]
    found = {
        question.key: Asked("answered", Parsed("answered", score=number))
        for question, number in zip(asked, said, strict=True)
    }
    [made] = records(asked, found)
    assert (made["score"], made["confidence"]) == (value, confidence)
