"""The questions of one judge, sent one request each."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter, deque
from typing import TYPE_CHECKING

from prefstrata.judging._asked import TRIES
from prefstrata.judging._endpoint import send
from prefstrata.judging._parsing import UNUSABLE
from prefstrata.judging._rows import Settled
from prefstrata.judging._running import Stop
from prefstrata.judging._throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from openai import AsyncOpenAI

    from prefstrata.judging._endpoint import Sent
    from prefstrata.judging._question import Question
    from prefstrata.judging._rows import Attempt
    from prefstrata.judging._running import Run
    from prefstrata.project import JudgeModel

__all__ = ["Lane"]

_ATTEMPTS = 10
"""Times that a question is sent in one run before it is left for the next."""
_PAUSE = 0.05
_LONGEST_PAUSE = 20.0
_SILENT = 5
"""Requests in a row that found nobody, or were refused by who never answered anything; then a judge is stopped."""
_STUBBORN = 50
"""The same of refusals by a judge that has answered before: some questions are refused for their own sake."""
_WASTED = 20
"""Requests in a row that may all be paid, and came to nothing: too late, or with a reply that says nothing."""


class Lane:
    """The questions of one judge, sent one request each.

    Reservations are written some requests ahead, many in one transaction, and an answer leaves the line before it is
    on the disk: so the disk is never waited for on the way to the endpoint.
    """

    def __init__(self, run: Run, judge: JudgeModel, client: AsyncOpenAI, questions: list[Question]) -> None:
        """Queue the questions."""
        self._run, self._client = run, client
        self._throttle = Throttle(judge.concurrency)
        self._ready = deque(questions)
        self._reserved: deque[tuple[Question, Attempt]] = deque()
        self._later: list[tuple[float, int, Question]] = []
        self._sent: Counter[str] = Counter()
        self._wasted_on: Counter[str] = Counter()
        self._wasted = 0
        self._wasted_by = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_the_way = 0
        self._reserving = False
        self._wake = asyncio.Event()
        self._silent = 0
        self._turned_down = ""
        self._judge, self._timeout = judge.name, judge.timeout
        self._most_wasted = max(_WASTED, judge.concurrency)  # those that are under way at once may all be late
        self._is_known = run.journal.has_answered(judge.name)
        self._patience = _STUBBORN if self._is_known else _SILENT
        self._stopped: Stop | None = None
        self._failure: BaseException | None = None
        self._number = itertools.count().__next__
        run.changed.append(self._wake)

    async def work(self) -> None:
        """Send until every question is over.

        Raises:
            Exception: a task failed in a way that no reply can cause, such as a journal that cannot be written.
        """
        try:
            await self._send_all()
        except asyncio.CancelledError:
            for task in self._tasks:
                task.cancel()
            raise
        finally:
            # What is under way is paid for: whatever went wrong, its replies are kept.
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if (
            self._stopped is None
            and self._turned_down
            and not (self._is_known or self._run.progress.heard[self._judge])
        ):
            self._stopped = Stop("stopped", self._turned_down)
        await self._give_back()

    async def _send_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._ready or self._reserved or self._later or self._tasks:
            self._wake.clear()
            pause = None if self._stopped else self._send_what_may(loop.time())
            if self._stopped and not self._tasks:
                break
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            if self._failure is not None:
                raise self._failure

    async def _give_back(self) -> None:
        """Settle what was reserved and not sent, and call over what will not be asked."""
        if self._reserved:
            await self._run.journal.settle(*(Settled(attempt, "never_sent", 0) for _, attempt in self._reserved))
        for _, attempt in self._reserved:
            self._run.release(attempt, 0)
        if self._stopped is None:
            return
        self._run.stop(self._judge, self._stopped)
        left = [*(question for question, _ in self._reserved), *self._ready, *(each for _, _, each in self._later)]
        for question in left:
            self._run.over(question, self._stopped.outcome)

    def _send_what_may(self, now: float) -> float | None:
        """Start requests; returns seconds after which to look again, None to wait until something happens."""
        while self._later and self._later[0][0] <= now:
            self._ready.appendleft(heapq.heappop(self._later)[2])
        if not self._reserving and len(self._reserved) <= self._throttle.limit // 4:
            self._reserve_ahead()
        if self._silent >= self._patience:
            return None  # refusals come sooner than answers: what is under way may be one
        if self._wasted >= self._most_wasted:
            if not self._tasks:
                self._stopped = Stop("stopped", f"{self._wasted} requests in a row came to nothing: {self._wasted_by}")
            return None
        while self._reserved and self._on_the_way < self._throttle.limit:
            if (wait := self._throttle.wait(now)) > 0:
                return wait
            self._start(self._ask(*self._reserved.popleft()))
            self._on_the_way += 1
        return max(0.001, self._later[0][0] - now) if self._later else None

    def _reserve_ahead(self) -> None:
        chosen: list[Question] = []
        while self._ready and len(chosen) < self._throttle.limit and self._run.reserve(self._ready[0].bound):
            chosen.append(self._ready.popleft())
        if chosen:
            self._reserving = True
            self._start(self._reserve(chosen))
        elif self._ready and not self._run.in_flight:
            # While something is under way it may cost less than is reserved for it, and leave enough.
            self._stopped = Stop("unaffordable")

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if not task.cancelled():
            self._failure = task.exception() or self._failure  # a bug must not be lost: work raises it

    async def _reserve(self, questions: list[Question]) -> None:
        journal = self._run.journal
        attempts = [journal.attempt(each) for each in questions]
        try:
            await journal.reserve(attempts)
        finally:
            self._reserving = False
        self._reserved.extend(zip(questions, attempts, strict=True))

    async def _ask(self, question: Question, attempt: Attempt) -> None:
        run = self._run
        run.progress.requests += 1
        self._sent[question.key] += 1
        try:
            sent = await send(self._client, question.body, attempt.name)
        finally:
            self._on_the_way -= 1
            self._wake.set()
        silent = sent.outcome == "unreachable" or (sent.outcome == "rejected" and not run.progress.heard[self._judge])
        self._silent = self._silent + 1 if silent else 0
        if sent.body is not None:
            self._throttle.succeeded()
            parsed = await run.settle_reply(question, attempt, sent.body, sent.status)
            if parsed.outcome in UNUSABLE:
                self._waste(question, f"{parsed.outcome}, the last reply begins: {parsed.begins}")
            else:
                self._wasted = 0
            if run.found[question.key].is_final:
                if reason := run.over(question, parsed.outcome):
                    self._stopped = Stop("stopped", reason)
            else:
                self._again(question, parsed.outcome, 0.0)
            return
        cost = attempt.reserved if sent.maybe_paid else 0
        await run.journal.settle(Settled(attempt, sent.outcome, cost, status=sent.status))
        run.release(attempt, cost)
        self._unanswered(question, sent)

    def _unanswered(self, question: Question, sent: Sent) -> None:
        now = asyncio.get_running_loop().time()
        if sent.outcome == "rejected":
            # The first that is refused may say what is wrong with all of them.
            self._turned_down = self._turned_down or sent.message or f"it answers {sent.status}"
            self._run.progress.turned_down.setdefault(self._judge, self._turned_down)
            self._run.over(question, "rejected")
            if self._silent >= self._patience and not self._on_the_way:
                self._stopped = Stop("stopped", self._turned_down)
            return
        if sent.outcome == "fatal" or self._silent >= _SILENT:
            self._stopped = Stop(
                "stopped" if sent.outcome == "fatal" else "unreachable", sent.message or "nobody answers"
            )
            self._ready.appendleft(question)
            return
        if sent.is_strained:
            self._throttle.refused(now, sent.retry_after)
            if sent.maybe_paid:
                self._waste(question, f"{sent.message}; timeout is {self._timeout:g} seconds")
        # Later each time, and not all at the same time: the key says where in the pause.
        number = self._sent[question.key]
        spread = 0.5 + int(question.key[:6], 16) / 0x2000000
        pause = min(_LONGEST_PAUSE, _PAUSE * 2**number) * spread
        self._again(question, sent.outcome, max(pause, sent.retry_after))

    def _waste(self, question: Question, why: str) -> None:
        """Count a request that may be paid and came to nothing."""
        self._wasted_on[question.key] += 1
        self._wasted, self._wasted_by = self._wasted + 1, why

    def _again(self, question: Question, outcome: str, pause: float) -> None:
        if self._sent[question.key] >= _ATTEMPTS or self._wasted_on[question.key] >= TRIES:
            self._run.over(question, "failed" if outcome in {"busy", "unreachable"} else outcome)
            return
        self._run.progress.retried[outcome] += 1
        due = asyncio.get_running_loop().time() + pause
        heapq.heappush(self._later, (due, self._number(), question))
