"""What questions are likely to cost: as long as a judge's answers were, so long will be those that come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import generate, open_journal
from prefstrata.judging._costs import Cost, Said, costs
from prefstrata.judging._plan import EXAM
from prefstrata.judging._rows import Settled

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.judging import Question
    from prefstrata.project import JudgeModel

_JUDGE = judge("http://127.0.0.1:9/v1", max_output_tokens=500)
_ASKED = questions(_JUDGE, pairs(3))


def _of(said: dict[tuple[str, str], Said], asked: list[Question]) -> Cost:
    [found] = costs(asked, {}, said)
    return found


@pytest.mark.parametrize(
    ("said", "each"),
    [
        ({}, None),
        ({("lynx", "w"): Said(10, 2001)}, 201),
        ({("lynx", "w"): Said(9, 1800)}, None),
        ({("lynx", "w"): Said(9, 1800), ("lynx", EXAM): Said(1, 200)}, 200),
        ({("lynx", "w"): Said(20, 4000), ("lynx", EXAM): Said(1000, 1000)}, 200),
        ({("lynx", EXAM): Said(40, 4000)}, 100),
        ({("lynx", "another, perhaps of texts"): Said(40, 4000)}, None),
        ({("heron", "w"): Said(40, 4000)}, None),
        ({("lynx", "w"): Said(10, 9000)}, 500),
    ],
)
def test_answers_are_as_long_as_they_were(said: dict[tuple[str, str], Said], each: int | None) -> None:
    """By the same work, or all of that kind; ten replies are enough, and no answer is longer than it may be."""
    found, assumed = _of(said, _ASKED), _of({}, _ASKED)
    assert found.is_measured == (each is not None)
    assert found.output_tokens == len(_ASKED) * (each or 60)
    assert found.input_tokens == assumed.input_tokens
    assert assumed.likely <= found.likely <= found.at_most == assumed.at_most
    assert (found.likely > assumed.likely) == found.is_measured


def test_a_text_is_no_verdict() -> None:
    """It is as long as it may be, or half of that, until there are some."""
    asked = [generate(_JUDGE, item, work="g", temperature=None) for item in pairs(2)]
    assert _of({("lynx", EXAM): Said(40, 4000)}, asked).output_tokens == 2 * 250
    assert _of({("lynx", "g"): Said(40, 14000)}, asked).output_tokens == 2 * 350


def test_the_journal_says_how_long_replies_were(tmp_path: Path) -> None:
    """Those that could not be used were paid for, too; one that never came says nothing."""
    with open_journal(tmp_path / "journal", "run") as journal:
        one, two, lost, texts = (
            journal.attempt(each) for each in (*_ASKED[:3], generate(_JUDGE, pairs(1)[0], work="g", temperature=None))
        )
        asyncio.run(journal.reserve([one, two, lost, texts]))
        asyncio.run(
            journal.settle(
                Settled(one, "answered", 9, b"{}", tokens=(100, 70)),
                Settled(two, "too_long", 9, b"{}", tokens=(100, 500)),
                Settled(lost, "lost", 9),
                Settled(texts, "answered", 9, b"{}", tokens=(10, 333)),
            )
        )
        assert journal.said() == {("lynx", "w"): (2, 570), ("lynx", "g"): (1, 333)}


def test_a_judge_that_sits_its_exam_anew_is_measured_anew(tmp_path: Path) -> None:
    """It may be another model by now, which thinks first or no longer does; of the texts it writes nobody can say."""

    def read(judging: JudgeModel) -> dict[str, tuple[bool, int]]:
        asked = [*questions(judging, pairs(1, 7)), generate(judging, pairs(1, 7)[0], work="g", temperature=None)]
        said = {names: Said(*each) for names, each in journal.said().items()}
        return {each.work: (each.is_measured, each.output_tokens // each.questions) for each in costs(asked, {}, said)}

    again = _JUDGE.model_copy(update={"exam": 2})
    with open_journal(tmp_path / "journal", "run") as journal:
        for judging, tokens in ((_JUDGE, 400), (again, 90)):
            written = [generate(judging, item, work="g", temperature=None) for item in pairs(5)]
            made = [journal.attempt(each) for each in (*questions(judging, pairs(5)), *written)]
            asyncio.run(journal.reserve(made))
            asyncio.run(journal.settle(*(Settled(each, "answered", 9, b"{}", tokens=(10, tokens)) for each in made)))
            if judging is _JUDGE:
                assert read(_JUDGE) == {"w": (True, 400), "g": (False, 250)}
                assert read(again) == {"w": (False, 60), "g": (False, 250)}
        assert read(again) == {"w": (True, 90), "g": (True, 245)}
