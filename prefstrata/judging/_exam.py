"""The exam: how often a judge is right on golden pairs, how often the order turns its mind, what else draws it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.judging._asked import Asked
    from prefstrata.judging._question import Question
    from prefstrata.policy import Exam

__all__ = ["Card", "Drift", "canonical", "foresee", "grade"]

_LONGER = 1.2
"""A side counts as the longer one from this ratio of lengths on."""
_SURE = 1.96
_ALARM = 8.0
"""Height of the cumulative sum that is an alarm: a judge that has not changed sets it off once in e^8, "
"3,000 canaries."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the exam found about a judge on a dimension, at a risk level.

    Attributes:
        judge: its name.
        rubric: dimension and hash of what it was told.
        dimension: what was judged.
        risk_level: of the golden pairs.
        pairs: golden pairs it was shown.
        n: usable verdicts, two a pair.
        unusable: questions without one.
        accuracy: share of verdicts that agree with golden.
        low: lower end of the 95 % interval of that (Wilson, 1927).
        high: upper end.
        flips: share of pairs decided in both orders where the two contradict each other.
        agreement: share of pairs with a verdict in both orders where the two are the same, ties among them.
        position: what the side shown first gets of the decided verdicts beyond half.
        length: share of decided verdicts for the longer side, beyond the share in which it is the better one.
        admitted: whether it may vote.
        reason: why not; empty when it may.
    """

    judge: str
    rubric: str
    dimension: str
    risk_level: str
    pairs: int
    n: int
    unusable: int
    accuracy: float | None
    low: float | None
    high: float | None
    flips: float | None
    agreement: float | None
    position: float | None
    length: float | None
    admitted: bool
    reason: str

    def document(self) -> dict[str, Any]:
        """The card as JSON can hold it."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


def canonical(question: Question, verdict: str | None) -> str | None:
    """A verdict on the sides as shown, as one on the pair: a, b, tie; None when there is none."""
    if verdict in {"A", "B"}:
        return "a" if (verdict == "A") != question.turned else "b"
    return "tie" if verdict == "tie" else None


def grade(questions: Iterable[Question], found: Mapping[str, Asked], exam: Mapping[str, Exam]) -> list[Card]:
    """The cards of all who sat the exam, by judge, dimension and risk level.

    Args:
        questions: those of the exam; each knows its answer.
        found: what came of them.
        exam: the thresholds per risk level.
    """
    cells = sorted(_cells(questions, found).items())
    return [_card(cell, answers, exam[cell[3]]) for cell, answers in cells]


def foresee(questions: Iterable[Question], found: Mapping[str, Asked], exam: Mapping[str, Exam]) -> list[Card]:
    """The cards before the exam is over: who has not answered all of it passes where it has golden pairs enough.

    Args:
        questions: those of the exam.
        found: what came of those that were asked.
        exam: the thresholds per risk level.
    """
    cards = []
    for cell, answers in sorted(_cells(questions, found).items()):
        card = _card(cell, answers, exam[cell[3]])
        states = (found.get(question.key) for question, _ in answers)
        if not all(state is not None and state.is_final for state in states):
            least = exam[cell[3]].least
            short = "" if card.pairs >= least else f"only {card.pairs} golden pairs, {least} are needed"
            card = replace(card, admitted=not short, reason=short)
        cards.append(card)
    return cards


def _cells(
    questions: Iterable[Question], found: Mapping[str, Asked]
) -> dict[tuple[str, str, str, str], list[tuple[Question, str | None]]]:
    """The questions and their verdicts by judge, rubric, dimension and risk level."""
    cells: dict[tuple[str, str, str, str], list[tuple[Question, str | None]]] = defaultdict(list)
    for question in questions:
        asked = found.get(question.key)
        verdict = asked.parsed.verdict if asked and asked.parsed and asked.outcome == "answered" else None
        risk = str(dict(question.item.context)["risk_level"])
        rubric = question.rubric.ref if question.rubric else ""
        cells[question.judge.name, rubric, rubric.partition("@")[0], risk].append((question, verdict))
    return cells


def _card(cell: tuple[str, str, str, str], answers: list[tuple[Question, str | None]], exam: Exam) -> Card:
    said = [(question, canonical(question, verdict), verdict) for question, verdict in answers]
    usable = [each for each in said if each[1] is not None]
    right = sum(choice == _truth(question) for question, choice, _ in usable)
    both: dict[str, list[str]] = defaultdict(list)
    for question, choice, _ in usable:
        both[question.item.id].append(str(choice))
    pairs = [choices for choices in both.values() if len(choices) == 2]  # noqa: PLR2004 - the two orders
    decided = [choices for choices in pairs if "tie" not in choices]
    clear = {item for item, choices in both.items() if len(choices) == 2 and "tie" not in choices}  # noqa: PLR2004
    first = [verdict == "A" for question, _, verdict in usable if question.item.id in clear]
    accuracy = _share(right, len(usable))
    flips = _share(sum(one != other for one, other in decided), len(decided))
    low, high = _wilson(right, len(usable))
    reason = _refusal(exam, len(both), accuracy, flips)
    return Card(
        *cell,
        pairs=len({question.item.id for question, _ in answers}),
        n=len(usable),
        unusable=len(said) - len(usable),
        accuracy=accuracy,
        low=low,
        high=high,
        flips=flips,
        agreement=_share(sum(one == other for one, other in pairs), len(pairs)),
        position=None if not first else sum(first) / len(first) - 0.5,
        length=_length(usable),
        admitted=not reason,
        reason=reason,
    )


def _truth(question: Question) -> str | None:
    return canonical(question, question.truth)


def _length(usable: list[tuple[Question, str | None, str | None]]) -> float | None:
    chosen = better = n = 0
    for question, choice, _ in usable:
        a, b = (len(text) for text in question.item.texts)
        if choice == "tie" or max(a, b) < _LONGER * min(a, b):
            continue
        longer = "a" if a > b else "b"
        n += 1
        chosen += choice == longer
        better += _truth(question) == longer
    return (chosen - better) / n if n else None


def _refusal(exam: Exam, pairs: int, accuracy: float | None, flips: float | None) -> str:
    if pairs < exam.least or accuracy is None:
        return f"only {pairs} golden pairs with a verdict, {exam.least} are needed"
    if accuracy < exam.accuracy:
        return f"right in {accuracy:.1%} of its verdicts, {exam.accuracy:.0%} are needed"
    if flips is not None and flips > exam.flips:
        return f"turns with the order on {flips:.1%} of the pairs, at most {exam.flips:.0%} are allowed"
    return ""


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _wilson(hits: int, n: int) -> tuple[float | None, float | None]:
    if not n:
        return None, None
    p, z = hits / n, _SURE
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


class Drift:
    """Watches the canaries of one judge: a cumulative sum (Page, 1954) of the evidence that it became worse.

    Args:
        accuracy: how often it was right in the exam.
        fall: the fall of accuracy to notice.
    """

    def __init__(self, accuracy: float, fall: float) -> None:
        """Start at the exam's figure."""
        self._good = min(0.98, max(0.55, accuracy))
        self._bad = max(0.05, self._good - max(fall, 0.01))
        self._sum = 0.0
        self.right = self.n = 0

    def see(self, *, right: bool) -> str | None:
        """Note a canary; returns what to say when the judge must stop."""
        self.n += 1
        self.right += right
        odds = (self._bad / self._good) if right else (1 - self._bad) / (1 - self._good)
        self._sum = max(0.0, self._sum + math.log(odds))
        if self._sum < _ALARM:
            return None
        return f"canaries: right on {self.right} of {self.n}, {self._good:.0%} in the exam"
