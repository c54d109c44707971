"""Watches the canaries of every judge while it works, and stops one that is no longer who sat the exam."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.judging._exam import Card, Drift
from prefstrata.judging._plan import CANARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prefstrata.judging._asked import Asked
    from prefstrata.judging._question import Question

__all__ = ["Watch"]


@dataclass(slots=True)
class Watch:
    """Watches the canaries of every judge; told each question that is over."""

    cards: Sequence[Card]
    fall: float
    drifts: dict[str, Drift] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)

    def __call__(self, question: Question, asked: Asked) -> str | None:
        """Look at a question that is over; returns why its judge must stop, or None."""
        if question.work != CANARY or asked.outcome != "answered" or asked.parsed is None:
            return None
        name = question.judge.name
        if name not in self.drifts:
            found = [card.accuracy for card in self.cards if card.judge == name and card.admitted and card.accuracy]
            self.drifts[name] = Drift(min(found, default=0.7), self.fall)
        reason = self.drifts[name].see(right=asked.parsed.verdict == question.truth)
        if reason is not None:
            self.stopped.setdefault(name, reason)
        return reason

    def see_again(self, work: Sequence[Question], known: Mapping[str, Asked]) -> None:
        """See the canaries that earlier runs asked: what stopped a judge then stops it now."""
        for question in work:
            if (asked := known.get(question.key)) is not None:
                self(question, asked)
