"""Asks questions, each at most once with success: from the journal where it is known, else from the endpoint.

A lane per judge sends as many requests at once as its endpoint bears. Before each, its highest price is reserved
under every cap and written to the journal; after each, price, outcome and reply are written together. Every reply has
an outcome, and none ends the run:

    answered, refused     final
    empty, truncated,     paid for, says nothing: asked again, three times in all, then final as it is
    wrong_schema
    malformed             no completion at all: the same, but left for the next run
    busy                  429 or 503: waits as long as the endpoint says, fewer at once from then on
    failed                500, no answer in time, a broken connection: asked again with growing pauses
    rejected              the endpoint refuses this request for good
    unaffordable          a cap would be passed
    stopped               its judge was stopped: canaries failed, the key is wrong, there is no money
    unreachable           its judge was stopped: nothing answers

What earlier runs submitted in batches is taken up first, whoever sent it and however it is asked for now.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prefstrata.judging._adopting import owners, seek, take_up
from prefstrata.judging._asked import Asked, Progress, look_up
from prefstrata.judging._batch import heed
from prefstrata.judging._batching import ask_in_batches
from prefstrata.judging._endpoint import open_client
from prefstrata.judging._lane import Lane
from prefstrata.judging._running import Run
from prefstrata.model import ConfigError, PrefstrataError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from openai import AsyncOpenAI

    from prefstrata.judging._journal import Journal
    from prefstrata.judging._money import Caps
    from prefstrata.judging._question import Question
    from prefstrata.judging._rows import SentBatch
    from prefstrata.judging._running import Told
    from prefstrata.project import JudgeModel

__all__ = ["ask"]

_PATIENCE = 120.0
_RETRIES = 4


async def ask(  # noqa: PLR0913 - a run's parts
    journal: Journal,
    questions: Sequence[Question],
    caps: Caps,
    *,
    told: Told = lambda _, __: None,
    progress: Callable[[Progress], object] = lambda _: None,
    known: Mapping[str, Asked] | None = None,
    judges: Sequence[JudgeModel] = (),
) -> tuple[dict[str, Asked], Progress]:
    """Ask every question whose answer the journal does not hold.

    Args:
        journal: where answers and spending are kept.
        questions: what to ask, in this order; the same key twice is one question.
        caps: what may be spent.
        told: told each question that is over; returns why its judge must stop, or None.
        progress: told how far it is, after each question.
        known: what :func:`look_up` found, when the caller has it already.
        judges: all judges of the project; those that are asked nothing now may still have batches to fetch.

    Returns:
        What is known of each question by key, and the figures of the run.

    Raises:
        ConfigError: a judge has no key, and nothing was sent; or the journal cannot be written.
    """
    wanted = {question.key: question for question in questions}
    found = dict(look_up(journal, wanted.values()) if known is None else known)
    run = Run(journal, caps, found, Progress(total=len(wanted)), told, progress)
    waiting: dict[str, list[Question]] = defaultdict(list)
    for key, question in wanted.items():
        state = found.setdefault(key, Asked())
        if state.is_final:
            run.count_cached(state)
        else:
            state.is_cached = False
            waiting[question.judge.name].append(question)
    models = {each.name: each for each in judges} | {each.judge.name: each.judge for each in wanted.values()}
    opened, nobodys = owners(journal, models, waiting)
    clients = {name: open_client(models[name]) for name in waiting}
    for name, judge in models.items():
        if name not in clients and (name in opened or nobodys):
            try:
                clients[name] = open_client(judge)
            except ConfigError:  # without its key nothing can be fetched; whoever asks the judge again is told
                opened.pop(name, None)
    run.begin()
    try:
        async with _lanes() as group:
            for name in dict.fromkeys((*waiting, *opened)):
                group.create_task(_lane(run, models[name], clients[name], waiting[name], opened.get(name, [])))
            if nobodys:
                group.create_task(seek(run, [each.with_options(max_retries=1) for each in clients.values()], nobodys))
    finally:
        for client in clients.values():
            await client.close()
    run.show()
    return found, run.progress


@asynccontextmanager
async def _lanes() -> AsyncIterator[asyncio.TaskGroup]:
    """A group of tasks. What every lane meets, as a journal that cannot be written, people are told once."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as errors:
        told, bugs = errors.split(PrefstrataError)
        if told is None or bugs is not None:
            raise
        raise _first(told) from errors


def _first(errors: ExceptionGroup[PrefstrataError]) -> PrefstrataError:
    [first, *_] = errors.exceptions
    return _first(first) if isinstance(first, ExceptionGroup) else first


async def _lane(
    run: Run, judge: JudgeModel, client: AsyncOpenAI, questions: list[Question], opened: list[SentBatch]
) -> None:
    waiting = {question.key: question for question in questions}
    # Asking how far a batch is costs nothing, so the SDK may try again; what creates something never does.
    patient = client.with_options(timeout=max(judge.timeout, _PATIENCE), max_retries=_RETRIES)
    stop = await heed(patient, take_up(run, judge, patient, opened, waiting))
    if stop is None and not judge.batch:
        await Lane(run, judge, client, list(waiting.values())).work()
        return
    if stop is None:
        stop = await heed(patient, ask_in_batches(run, judge, patient, waiting))
    if stop is not None and (questions or stop.outcome == "stopped"):
        run.stop(judge.name, stop)
    for question in waiting.values():
        state = run.found[question.key]
        left = state.outcome or ("unaffordable" if question.bound > run.caps.left else "failed")
        run.over(question, stop.outcome if stop else left)
