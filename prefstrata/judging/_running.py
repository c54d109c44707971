"""What the lanes of a run share: caps, journal, what is known, how far it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.judging._asked import read_reply
from prefstrata.judging._money import Rate
from prefstrata.judging._parsing import UNUSABLE
from prefstrata.judging._rows import Settled, today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prefstrata.judging._asked import Asked, Progress
    from prefstrata.judging._journal import Journal
    from prefstrata.judging._money import Caps
    from prefstrata.judging._parsing import Parsed
    from prefstrata.judging._question import Question
    from prefstrata.judging._rows import Attempt
    from prefstrata.project import JudgeModel

    Told = Callable[[Question, Asked], str | None]

__all__ = ["Run", "Stop"]

_SHOWN_EVERY = 0.1
"""Seconds between two looks at how far it is."""


class Stop(NamedTuple):
    """Why a judge is not asked on: the outcome of the questions that are left, and the reason for people."""

    outcome: str
    reason: str = ""


class Run:
    """What the lanes share."""

    def __init__(  # noqa: PLR0913, PLR0917 - what they share
        self,
        journal: Journal,
        caps: Caps,
        found: dict[str, Asked],
        progress: Progress,
        told: Told,
        listener: Callable[[Progress], object],
    ) -> None:
        self.journal, self.caps, self.found, self.progress = journal, caps, found, progress
        self._told, self._listener = told, listener
        self.in_flight = 0
        """Micro-dollars reserved for requests that are under way."""
        self.changed: list[asyncio.Event] = []
        self._began = self._shown = 0.0

    def begin(self) -> None:
        self._began = asyncio.get_running_loop().time()
        self.show()

    def show(self, *, now: bool = True) -> None:
        """Tell how far it is: now, or when it has not been told for a while."""
        seconds = asyncio.get_running_loop().time() - self._began
        if now or seconds - self._shown >= _SHOWN_EVERY:
            self._shown = seconds
            self.progress.seconds = seconds
            self.progress.spent = self.caps.spent_run
            self._listener(self.progress)

    def count_cached(self, state: Asked) -> None:
        self.progress.cached += 1
        self.progress.done += 1
        self.progress.outcomes[state.outcome] += 1

    def reserve(self, amount: int) -> bool:
        taken = self.caps.take(amount)
        self.in_flight += amount if taken else 0
        return taken

    def adopt(self, attempt: Attempt) -> None:
        """Take over what an earlier run reserved: it is counted already, under the project and under its own day."""
        self.in_flight += attempt.reserved

    def let_go(self, attempts: Iterable[Attempt]) -> None:
        """Wait no longer for attempts whose end is unknown: what is reserved for them stays spent."""
        self.in_flight -= sum(attempt.reserved for attempt in attempts)
        for event in self.changed:
            event.set()

    def release(self, attempt: Attempt, cost: int) -> None:
        """Put the price in the place of the reservation, under the caps that it counts for."""
        self.in_flight -= attempt.reserved
        mine = not attempt.is_adopted
        self.caps.give(attempt.reserved - cost, run=mine, day=mine or attempt.day == today())
        for event in self.changed:
            event.set()

    def stop(self, judge: str, stop: Stop) -> None:
        """Note that a judge is not asked on, and why; a cap is no reason to tell of."""
        if stop.outcome != "unaffordable":
            self.progress.stopped.setdefault(judge, stop.reason)

    def over(self, question: Question, outcome: str) -> str | None:
        """Count a question that this run is through with; returns why its judge must stop, if it must."""
        state = self.found[question.key]
        state.outcome = outcome
        self.progress.done += state.is_final
        self.progress.outcomes[outcome] += 1
        self.show(now=False)
        return self._told(question, state)

    async def settle_reply(self, question: Question, attempt: Attempt, body: bytes, status: int | None) -> Parsed:
        """Keep a reply and what it costs; returns it read."""
        parsed = read_reply(question, body)
        tokens = (parsed.input_tokens, parsed.output_tokens)
        cost = self.price(question.judge, attempt, tokens)
        await self.journal.settle(Settled(attempt, parsed.outcome, cost, body, status, tokens))
        self.release(attempt, cost)
        self.heard(question, parsed)
        return parsed

    @staticmethod
    def price(judge: JudgeModel, attempt: Attempt, tokens: tuple[int | None, int | None]) -> int:
        """What a reply costs by its own account; without one, all that was reserved."""
        asked, said = tokens
        if asked is None or said is None:
            return attempt.reserved
        return Rate.of(judge.price, batch=attempt.batch is not None).cost(asked, said)

    def heard(self, question: Question, parsed: Parsed) -> bool:
        """Note a reply; returns whether the question is over with it."""
        self.progress.heard[question.judge.name] += parsed.outcome not in UNUSABLE
        state = self.found[question.key]
        state.note(parsed)
        if parsed.begins:
            self.progress.unread.setdefault(question.judge.name, parsed.begins)
        return state.is_final
