"""What questions cost before they are asked: what is likely, and what cannot be exceeded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.judging._asked import Asked
from prefstrata.judging._money import Rate
from prefstrata.judging._plan import CANARY, EXAM
from prefstrata.judging._verdicts import judge_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prefstrata.judging._question import Question
    from prefstrata.project import JudgeModel

__all__ = ["Cost", "Said", "costs"]

_ENOUGH = 10
"""Replies that tell how long the next ones will be."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a layer of work costs with one judge on one dimension; money in micro-dollars.

    Attributes:
        work: the layer of work, exam or canary.
        judge: its name.
        dimension: what is judged.
        questions: requests in all.
        known: answered already, or asked by a layer before it: at no cost.
        input_tokens: expected tokens of what is to be sent.
        output_tokens: expected tokens of the answers.
        is_measured: whether they are as long as the judge's answers were so far; assumed otherwise.
        likely: expected price of what is not known.
        at_most: what it cannot exceed, each asked once; a retry costs extra, within the caps.
    """

    work: str
    judge: str
    dimension: str
    questions: int
    known: int
    input_tokens: int
    output_tokens: int
    is_measured: bool
    likely: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Said:
    """How much a judge wrote: answers, and the tokens of all of them."""

    answers: int
    tokens: int

    def __add__(self, other: Said) -> Said:
        """Of two layers of work together."""
        return Said(self.answers + other.answers, self.tokens + other.tokens)


def costs(
    questions: Sequence[Question], known: Mapping[str, Asked], said: Mapping[tuple[str, str], Said] | None = None
) -> list[Cost]:
    """The price of questions per layer of work, judge and dimension; what is known, or asked before, costs nothing.

    Args:
        questions: all that there are.
        known: by key, what became of those that were asked before.
        said: how much was written until now, by judge, as its raters are called, and layer of work.
    """
    lengths = _Lengths(questions, said or {})
    groups: dict[tuple[str, str, str], list[Question]] = {}
    for question in questions:
        names = question.work, question.judge.name, question.rubric.dimension if question.rubric else ""
        groups.setdefault(names, []).append(question)
    before: set[str] = set()
    made: list[Cost] = []
    for names, group in groups.items():
        asked = {
            question.key: question
            for question in group
            if question.key not in before and not known.get(question.key, Asked()).is_final
        }
        before.update(asked)
        made.append(_cost(names, len(group), tuple(asked.values()), group[0].judge, lengths.of(group[0])))
    return made


def _cost(
    names: tuple[str, str, str], many: int, asked: Sequence[Question], judge: JudgeModel, length: int | None
) -> Cost:
    rate = Rate.of(judge.price, batch=judge.batch)
    tokens = [(read, assumed if length is None else length) for read, assumed in (each.likely_tokens for each in asked)]
    return Cost(
        *names,
        questions=many,
        known=many - len(asked),
        input_tokens=sum(read for read, _ in tokens),
        output_tokens=sum(written for _, written in tokens),
        is_measured=length is not None,
        likely=sum(rate.cost(*each) for each in tokens),
        at_most=sum(each.bound for each in asked),
    )


class _Lengths:
    """How long answers are expected to be, in tokens: as long as a judge's were to work of the same kind."""

    def __init__(self, questions: Iterable[Question], said: Mapping[tuple[str, str], Said]) -> None:
        kinds = {question.work: question.kind for question in questions} | {EXAM: "pairwise", CANARY: "pairwise"}
        self._said = said
        self._of_kind: dict[tuple[str, str], Said] = {}
        for (judge, work), each in said.items():
            if work in kinds:
                place = judge, kinds[work]
                self._of_kind[place] = each + self._of_kind.get(place, Said(0, 0))

    def of(self, question: Question) -> int | None:
        """To a question; None where too few were given to tell."""
        judge = judge_name(question.judge) if question.rubric else question.judge.name
        found = self._said.get((judge, question.work)), self._of_kind.get((judge, question.kind))
        enough = next((each for each in found if each and each.answers >= _ENOUGH), None)
        return min(question.judge.max_output_tokens, -(-enough.tokens // enough.answers)) if enough else None
