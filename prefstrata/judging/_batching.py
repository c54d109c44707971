"""Asks through the Batch API: a file of requests, answered within a day at a lower price.

Submitting must be idempotent although the API is not. So a batch is written to the journal with all its reservations
before anything of it is sent; the name of its file and its metadata hold a digest of its requests. When a process
dies after that, the next one looks for this digest among the endpoint's batches and files, takes up what it finds,
and submits only what is nowhere. An expired or cancelled batch gives what it has; the rest goes into the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING

from prefstrata.judging._batch import FIRST_LOOK, Batch, GoneError, create, follow, let_go_on_failure, lose

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from prefstrata.judging._question import Question
    from prefstrata.judging._running import Run
    from prefstrata.project import JudgeModel

__all__ = ["ask_in_batches"]

MOST_REQUESTS = 50_000
MOST_BYTES = 190_000_000
"""What a batch may hold, below the published limits."""
_ROUNDS = 4


async def ask_in_batches(run: Run, judge: JudgeModel, client: AsyncOpenAI, waiting: dict[str, Question]) -> None:
    """Submit what is waiting, batch after batch, until every question is over or nothing more can be paid.

    Raises:
        GoneError: the endpoint lost a batch that it had just been given.
        StoppedError: who is told of the answers says that the judge must stop, or a batch failed as a whole.
        APIError: of the SDK.
    """
    for round_ in range(_ROUNDS):
        left = list(waiting.values())
        # Each batch is cut when the one before is over: the caps may have been used by others meanwhile.
        while chunk := _chunk(run, left):
            left = left[len(chunk) :]
            await _submit(run, judge, client, chunk, waiting)
        if not waiting or all(question.bound > run.caps.left for question in waiting.values()):
            break
        await asyncio.sleep(FIRST_LOOK * round_)


def _chunk(run: Run, questions: list[Question]) -> list[Question]:
    """The first questions, as many as one batch may hold and the caps leave."""
    chunk: list[Question] = []
    size, room = 0, run.caps.left
    for question in questions[:MOST_REQUESTS]:
        size, room = size + len(_line(question)), room - question.bound
        if room < 0 or (chunk and size > MOST_BYTES):
            break
        chunk.append(question)
    return chunk


def _line(question: Question) -> str:
    line = {"custom_id": question.key, "method": "POST", "url": "/v1/chat/completions", "body": question.body}
    return json.dumps(line, separators=(",", ":")) + "\n"


async def _submit(
    run: Run, judge: JudgeModel, client: AsyncOpenAI, chunk: list[Question], waiting: dict[str, Question]
) -> None:
    number = run.journal.next_batch()
    attempts = [run.journal.attempt(each, number) for each in chunk]
    batch = Batch(number, attempts, judge, waiting)
    for attempt in attempts:
        run.reserve(attempt.reserved)
    keys = "\n".join(sorted(each.key for each in chunk))
    digest = hashlib.sha256(f"{number}\n{keys}".encode()).hexdigest()[:40]
    with let_go_on_failure(run, attempts):
        await run.journal.plan_batch(digest, judge.name, attempts)
        run.progress.requests += len(chunk)
        batch.id = await _created(client, digest, "".join(map(_line, chunk)))
        await run.journal.note_batch(number, "submitted", batch_id=batch.id)
    try:
        await follow(run, client, batch)
    except GoneError:
        run.in_flight += sum(attempt.reserved for attempt in attempts)
        await lose(run, batch)
        raise


async def _created(client: AsyncOpenAI, digest: str, content: str) -> str | None:
    """The same, through a connection that breaks: what may have been made is looked for before it is made again."""
    import openai  # noqa: PLC0415 - as above

    for number in range(_ROUNDS):
        try:
            return await create(client, digest, content)
        except (openai.APIConnectionError, openai.InternalServerError, openai.RateLimitError):
            await asyncio.sleep(2**number * FIRST_LOOK)
    return await create(client, digest, content)
