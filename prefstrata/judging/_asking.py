"""Asks questions, each at most once with success: from the journal where it is known, else from the endpoint.

A lane per judge sends as many requests at once as its endpoint bears. Before each, its highest price is reserved
under every cap and written to the journal; after each, price, outcome and reply are written together. Every reply has
an outcome, and none ends the run:

    answered, refused     final
    malformed, empty,     paid for, says nothing: asked again, :data:`TRIES` times in all, then final as it is
    truncated, wrong_schema
    busy                  429 or 503: waits as long as the endpoint says, fewer at once from then on
    failed                500, no answer in time, a broken connection: asked again with growing pauses
    rejected              the endpoint refuses this request for good
    unaffordable          a cap would be passed
    stopped               its judge was stopped: canaries failed, the key is wrong, nothing answers
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.judging._endpoint import open_client, send
from prefstrata.judging._journal import today
from prefstrata.judging._money import Rate
from prefstrata.judging._parsing import FINAL, UNUSABLE, Parsed, parse
from prefstrata.judging._throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from openai import AsyncOpenAI

    from prefstrata.judging._endpoint import Sent
    from prefstrata.judging._journal import Attempt, Journal, JournalReader
    from prefstrata.judging._money import Caps
    from prefstrata.judging._question import Question
    from prefstrata.project import JudgeModel

    Told = Callable[[Question, "Asked"], str | None]

__all__ = ["TRIES", "Asked", "Progress", "ask", "look_up", "read_reply"]

TRIES = 3
"""Replies that say nothing, after which a question is given up."""
_ATTEMPTS = 10
"""Times that a question is sent in one run before it is left for the next."""
_PAUSE = 0.05
_LONGEST_PAUSE = 20.0
_SILENT = 5
"""Requests in a row that found nobody there, after which a judge is stopped."""


@dataclass(slots=True)
class Asked:
    """What is known of a question.

    Attributes:
        outcome: see the module; "" while nothing is.
        parsed: the reply that decided.
        unusable: replies that were paid for and say nothing.
        is_cached: whether it was known before this run.
    """

    outcome: str = ""
    parsed: Parsed | None = None
    unusable: int = 0
    is_cached: bool = False

    @property
    def is_final(self) -> bool:
        """Whether it is never asked again."""
        return self.outcome in FINAL or self.outcome == "rejected" or self.unusable >= TRIES


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: questions of the run.
        cached: those that were known before it.
        done: those that are over, cached ones among them.
        requests: requests sent, retries among them.
        outcomes: questions that are over, by outcome.
        retried: requests that did not end a question, by what became of them.
        spent: micro-dollars spent by this run, what is in flight at its highest price.
        seconds: since the first request.
    """

    total: int = 0
    cached: int = 0
    done: int = 0
    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    spent: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Questions that ended per second."""
        return (self.done - self.cached) / self.seconds if self.seconds else 0.0

    @property
    def remaining(self) -> int:
        """Questions that are not over."""
        return self.total - self.done


def read_reply(question: Question, body: bytes) -> Parsed:
    """A reply to a question, read."""
    return parse(body, question.kind, len(question.item.texts), question.scale)


def look_up(journal: JournalReader, questions: Iterable[Question]) -> dict[str, Asked]:
    """What the journal knows of questions, by key: every kept reply is read again, by the parser of today."""
    wanted = {question.key: question for question in questions}
    known: dict[str, Asked] = defaultdict(lambda: Asked(is_cached=True))
    for key, body in journal.replies(wanted):
        _note(known[key], read_reply(wanted[key], body))
    for key, outcome in journal.rejected().items():
        if key in wanted and not known[key].is_final:
            known[key].outcome = outcome
    return dict(known)


def _note(asked: Asked, parsed: Parsed) -> None:
    if asked.outcome in FINAL:
        return
    asked.outcome, asked.parsed = parsed.outcome, parsed
    asked.unusable += parsed.outcome in UNUSABLE


async def ask(  # noqa: PLR0913 - a run's parts
    journal: Journal,
    questions: Sequence[Question],
    caps: Caps,
    *,
    told: Told = lambda _, __: None,
    progress: Callable[[Progress], object] = lambda _: None,
    known: Mapping[str, Asked] | None = None,
) -> tuple[dict[str, Asked], Progress]:
    """Ask every question whose answer the journal does not hold.

    Args:
        journal: where answers and spending are kept.
        questions: what to ask, in this order; the same key twice is one question.
        caps: what may be spent.
        told: told each question that is over; returns why its judge must stop, or None.
        progress: told how far it is, after each question.
        known: what :func:`look_up` found, when the caller has it already.

    Returns:
        What is known of each question by key, and the figures of the run.

    Raises:
        ConfigError: a judge has no key; nothing was sent.
    """
    wanted = {question.key: question for question in questions}
    found = dict(look_up(journal, wanted.values()) if known is None else known)
    run = _Run(journal, caps, found, Progress(total=len(wanted)), told, progress)
    waiting: dict[str, list[Question]] = defaultdict(list)
    for key, question in wanted.items():
        state = found.setdefault(key, Asked())
        if state.is_final:
            run.count_cached(state)
        else:
            state.is_cached = False
            waiting[question.judge.name].append(question)
    judges = {each.judge.name: each.judge for each in wanted.values()}
    clients = {name: open_client(judges[name]) for name in waiting}
    run.begin()
    try:
        async with asyncio.TaskGroup() as group:
            for name, mine in waiting.items():
                group.create_task(_lane(run, judges[name], clients[name], mine))
    finally:
        for client in clients.values():
            await client.close()
    run.show()
    return found, run.progress


async def _lane(run: _Run, judge: JudgeModel, client: AsyncOpenAI, questions: list[Question]) -> None:
    if judge.batch:
        from prefstrata.judging._batching import ask_in_batches  # noqa: PLC0415 - the two know each other

        await ask_in_batches(run, judge, client, questions)
    else:
        await Lane(run, judge, client, questions).work()


class _Run:
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
        self._began = 0.0

    def begin(self) -> None:
        self._began = asyncio.get_running_loop().time()
        self.show()

    def show(self) -> None:
        self.progress.seconds = asyncio.get_running_loop().time() - self._began
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
        """Take over what an earlier run reserved: the project counts it already, this run and maybe this day do not."""
        self.in_flight += attempt.reserved
        self.caps.spent_run += attempt.reserved
        self.caps.spent_day += attempt.reserved if attempt.day != today() else 0

    def release(self, reserved: int, cost: int) -> None:
        """Put the price in the place of the reservation."""
        self.in_flight -= reserved
        self.caps.give(reserved - cost)
        for event in self.changed:
            event.set()

    def over(self, question: Question, outcome: str) -> str | None:
        """Count a question that is over; returns why its judge must stop, if it must."""
        state = self.found[question.key]
        state.outcome = outcome
        self.progress.done += 1
        self.progress.outcomes[outcome] += 1
        self.show()
        return self._told(question, state)

    async def settle_reply(self, question: Question, attempt: Attempt, body: bytes, status: int | None) -> Parsed:
        """Keep a reply and what it costs; returns it read."""
        parsed = read_reply(question, body)
        tokens = (parsed.input_tokens, parsed.output_tokens)
        cost = self.price(question, attempt, tokens)
        await self.journal.settle(attempt, parsed.outcome, cost, body=body, status=status, tokens=tokens)
        self.release(attempt.reserved, cost)
        self.heard(question, parsed)
        return parsed

    @staticmethod
    def price(question: Question, attempt: Attempt, tokens: tuple[int | None, int | None]) -> int:
        """What a reply costs by its own account; without one, all that was reserved."""
        asked, said = tokens
        if asked is None or said is None:
            return attempt.reserved
        return Rate.of(question.judge.price, batch=question.judge.batch).cost(asked, said)

    def heard(self, question: Question, parsed: Parsed) -> bool:
        """Note a reply; returns whether the question is over with it."""
        state = self.found[question.key]
        _note(state, parsed)
        return state.is_final


class Lane:
    """The questions of one judge, sent one request each.

    Reservations are written some requests ahead, many in one transaction, and an answer leaves the line before it is
    on the disk: so the disk is never waited for on the way to the endpoint.
    """

    def __init__(self, run: _Run, judge: JudgeModel, client: AsyncOpenAI, questions: list[Question]) -> None:
        """Queue the questions."""
        self._run, self._client = run, client
        self._throttle = Throttle(judge.concurrency)
        self._ready = deque(questions)
        self._reserved: deque[tuple[Question, Attempt]] = deque()
        self._later: list[tuple[float, int, Question]] = []
        self._sent: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_the_way = 0
        self._reserving = False
        self._wake = asyncio.Event()
        self._silent = 0
        self._stopped = ""
        self._number = itertools.count().__next__
        run.changed.append(self._wake)

    async def work(self) -> None:
        """Send until every question is over."""
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
                continue
        await self._give_back()

    async def _give_back(self) -> None:
        """Settle what was reserved and not sent, and call over what will not be asked."""
        unsent = [(attempt, "never_sent", 0, None, None, (None, None)) for _, attempt in self._reserved]
        if unsent:
            await self._run.journal.settle_many(unsent)
        for _, attempt in self._reserved:
            self._run.release(attempt.reserved, 0)
        left = [*(question for question, _ in self._reserved), *self._ready, *(each for _, _, each in self._later)]
        for question in left:
            self._run.over(question, self._stopped)

    def _send_what_may(self, now: float) -> float | None:
        """Start requests; returns seconds after which to look again, None to wait until something happens."""
        while self._later and self._later[0][0] <= now:
            self._ready.appendleft(heapq.heappop(self._later)[2])
        if not self._reserving and len(self._reserved) <= self._throttle.limit // 2:
            self._reserve_ahead()
        while self._reserved and self._on_the_way < self._throttle.limit:
            if (wait := self._throttle.wait(now)) > 0:
                return wait
            self._start(self._ask(*self._reserved.popleft()))
            self._on_the_way += 1
        return max(0.001, self._later[0][0] - now) if self._later else None

    def _reserve_ahead(self) -> None:
        chosen: list[Question] = []
        while self._ready and len(chosen) < 2 * self._throttle.limit and self._run.reserve(self._ready[0].bound):
            chosen.append(self._ready.popleft())
        if chosen:
            self._reserving = True
            self._start(self._reserve(chosen))
        elif self._ready and not self._run.in_flight:
            # While something is under way it may cost less than is reserved for it, and leave enough.
            self._stopped = "unaffordable"

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if not task.cancelled():
            task.result()  # a bug must not be lost

    async def _reserve(self, questions: list[Question]) -> None:
        journal = self._run.journal
        attempts = [journal.attempt(each.key, each.judge.name, each.work, each.bound) for each in questions]
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
            sent = await send(self._client, question.body)
        finally:
            self._on_the_way -= 1
            self._wake.set()
        self._silent = self._silent + 1 if sent.outcome == "unreachable" else 0
        if sent.body is not None:
            self._throttle.succeeded()
            parsed = await run.settle_reply(question, attempt, sent.body, sent.status)
            if run.found[question.key].is_final:
                self._stopped = run.over(question, parsed.outcome) or self._stopped
            else:
                self._again(question, parsed.outcome, 0.0)
            return
        cost = attempt.reserved if sent.maybe_paid else 0
        await run.journal.settle(attempt, sent.outcome, cost, status=sent.status)
        run.release(attempt.reserved, cost)
        self._unanswered(question, sent)

    def _unanswered(self, question: Question, sent: Sent) -> None:
        now = asyncio.get_running_loop().time()
        if sent.outcome == "rejected":
            self._run.over(question, "rejected")
            return
        if sent.outcome == "fatal" or self._silent >= _SILENT:
            self._stopped = f"stopped: {sent.message}" if sent.outcome == "fatal" else "unreachable"
            self._ready.appendleft(question)
            return
        if sent.outcome == "busy":
            self._throttle.refused(now, sent.retry_after)
        elif sent.maybe_paid:
            self._throttle.refused(now, 0.0)
        # Later each time, and not all at the same time: the key says where in the pause.
        number = self._sent[question.key]
        spread = 0.5 + int(question.key[:6], 16) / 0x2000000
        pause = min(_LONGEST_PAUSE, _PAUSE * 2**number) * spread
        self._again(question, sent.outcome, max(pause, sent.retry_after))

    def _again(self, question: Question, outcome: str, pause: float) -> None:
        if self._sent[question.key] >= _ATTEMPTS:
            self._run.over(question, "failed" if outcome in {"busy", "unreachable"} else outcome)
            return
        self._run.progress.retried[outcome] += 1
        due = asyncio.get_running_loop().time() + pause
        heapq.heappush(self._later, (due, self._number(), question))
