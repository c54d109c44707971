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
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prefstrata.judging._asked import read_reply
from prefstrata.judging._rows import Settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import AsyncOpenAI

    from prefstrata.judging._question import Question
    from prefstrata.judging._rows import Attempt, SentBatch
    from prefstrata.judging._running import Run
    from prefstrata.project import JudgeModel

__all__ = ["ask_in_batches"]

MOST_REQUESTS = 50_000
MOST_BYTES = 190_000_000
"""What a batch may hold, below the published limits."""
_MARK = "prefstrata_batch"
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})
_FIRST_LOOK = 0.05
_SELDOMEST = 30.0
_PATIENCE = 120.0
_ROUNDS = 4
_FOUND = 200


async def ask_in_batches(run: Run, judge: JudgeModel, client: AsyncOpenAI, questions: list[Question]) -> None:
    """Take up what earlier runs submitted, then submit what is left, until every question is over."""
    import openai  # noqa: PLC0415 - the client is there already

    # Asking how far a batch is costs nothing, so the SDK may try again; what creates something never does.
    client = client.with_options(timeout=max(judge.timeout, _PATIENCE), max_retries=4)
    waiting = {question.key: question for question in questions}
    try:
        await _ask_all(run, judge, client, waiting)
    except _StoppedError as stopped:
        reason = str(stopped)
    except openai.APIStatusError as error:
        reason = f"stopped: {error.message}"
    except openai.APIConnectionError:
        reason = "unreachable"
    else:
        reason = ""
    for question in waiting.values():
        state = run.found[question.key]
        run.over(question, reason or state.outcome or ("unaffordable" if question.bound > run.caps.left else "failed"))


async def _ask_all(run: Run, judge: JudgeModel, client: AsyncOpenAI, waiting: dict[str, Question]) -> None:
    for batch in run.journal.open_batches():
        if batch.judge == judge.name:
            await _take_up(run, client, batch, waiting)
    for round_ in range(_ROUNDS):
        left = list(waiting.values())
        # Each batch is cut when the one before is over: the caps may have been used by others meanwhile.
        while chunk := _chunk(run, left):
            left = left[len(chunk) :]
            await _submit(run, judge, client, chunk, waiting)
        if not waiting or all(question.bound > run.caps.left for question in waiting.values()):
            break
        await asyncio.sleep(_FIRST_LOOK * round_)


class _StoppedError(Exception):
    """The judge must not be asked any more; says why."""


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
    for attempt in attempts:
        run.reserve(attempt.reserved)
    keys = "\n".join(sorted(each.key for each in chunk))
    digest = hashlib.sha256(f"{number}\n{keys}".encode()).hexdigest()[:40]
    with _let_go_on_failure(run, attempts):
        await run.journal.plan_batch(digest, judge.name, attempts)
        run.progress.requests += len(chunk)
        batch_id = await _created(client, digest, "".join(map(_line, chunk)))
        await run.journal.note_batch(number, "submitted", batch_id=batch_id)
    await _follow(run, client, number, batch_id, attempts, waiting)


@contextmanager
def _let_go_on_failure(run: Run, attempts: list[Attempt]) -> Iterator[None]:
    """Let no other judge wait for what a batch has reserved, when nobody will hear of the batch in this run."""
    try:
        yield
    except BaseException:
        run.let_go(attempts)
        raise


async def _created(client: AsyncOpenAI, digest: str, content: str) -> str | None:
    """The same, through a connection that breaks: what may have been made is looked for before it is made again."""
    import openai  # noqa: PLC0415 - as above

    for number in range(_ROUNDS):
        try:
            return await _create(client, digest, content)
        except (openai.APIConnectionError, openai.InternalServerError, openai.RateLimitError):
            await asyncio.sleep(2**number * _FIRST_LOOK)
    return await _create(client, digest, content)


async def _create(client: AsyncOpenAI, digest: str, content: str | None) -> str | None:
    """The id of the batch with this digest: found, or made from a file that is found or uploaded.

    None when there is no batch, no file, and no content to make one of.
    """
    async for batch in client.batches.list(limit=100):
        if (batch.metadata or {}).get(_MARK) == digest:
            return batch.id
    name = f"prefstrata-{digest}.jsonl"
    file_id = None
    async for file in client.files.list(purpose="batch"):
        if file.filename == name:
            file_id = file.id
            break
    if file_id is None:
        if content is None:
            return None
        once = client.with_options(max_retries=0)
        file_id = (await once.files.create(file=(name, content.encode()), purpose="batch")).id
    made = await client.with_options(max_retries=0).batches.create(
        input_file_id=file_id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={_MARK: digest},
    )
    return made.id


async def _take_up(run: Run, client: AsyncOpenAI, batch: SentBatch, waiting: dict[str, Question]) -> None:
    """Go on with a batch of a run that ended before it did."""
    attempts = run.journal.in_batch(batch.id)
    for attempt in attempts:
        run.adopt(attempt)
    with _let_go_on_failure(run, attempts):
        batch_id = batch.batch_id or await _create(client, batch.digest, None)
    if batch_id is None:
        # Its process died before the file was there: nothing of it was ever sent.
        await run.journal.settle(*(Settled(each, "never_sent", 0) for each in attempts))
        await run.journal.note_batch(batch.id, "never_sent", over=True)
        for attempt in attempts:
            run.release(attempt.reserved, 0)
        return
    await run.journal.note_batch(batch.id, "submitted", batch_id=batch_id)
    await _follow(run, client, batch.id, batch_id, attempts, waiting)


async def _follow(  # noqa: PLR0913, PLR0917 - a batch and all it belongs to
    run: Run,
    client: AsyncOpenAI,
    number: int,
    batch_id: str | None,
    attempts: list[Attempt],
    waiting: dict[str, Question],
) -> None:
    """Wait until a batch is over, and take what it holds."""
    if batch_id is None:
        raise RuntimeError("a batch without an id was submitted")
    with _let_go_on_failure(run, attempts):
        status, lines = await _result(run, client, batch_id)
    # A batch that failed as a whole was refused before any of it was worked on.
    reason = await _take(run, attempts, lines, waiting)
    await run.journal.note_batch(number, status, over=True)
    if reason:
        raise _StoppedError(reason)


async def _result(run: Run, client: AsyncOpenAI, batch_id: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """How a batch ended, and the lines of its files by the key of the question."""
    pause = _FIRST_LOOK
    while (batch := await client.batches.retrieve(batch_id)).status not in _OVER:
        run.show()
        await asyncio.sleep(pause)
        pause = min(_SELDOMEST, pause * 1.5)
    lines: dict[str, dict[str, Any]] = {}
    for file_id in (batch.output_file_id, batch.error_file_id):
        if file_id:
            content = await client.files.content(file_id)
            lines |= {line["custom_id"]: line for line in read_lines(content.content)}
    return batch.status, lines


def read_lines(content: bytes) -> Iterator[dict[str, Any]]:
    """The lines of a batch's file that say which request they are about.

    Lines end at a line feed and nowhere else: a text may hold every other character that Unicode ends lines with. A
    line that cannot be read answers nothing, as one that is missing.
    """
    for line in content.split(b"\n"):
        try:
            read = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(read, dict) and isinstance(read.get("custom_id"), str):
            yield read


async def _take(
    run: Run, attempts: list[Attempt], lines: dict[str, dict[str, Any]], waiting: dict[str, Question]
) -> str:
    """Settle every request of a batch: answered, refused by the endpoint, or never worked on.

    Returns:
        Why the judge must stop; empty when it need not.
    """
    settled: list[Settled] = []
    ended: list[tuple[Question, str]] = []
    for attempt in attempts:
        found = lines.get(attempt.key, {}).get("response")
        response = found if isinstance(found, dict) else {}
        question, status = waiting.get(attempt.key), response.get("status_code")
        if status != _FOUND:
            outcome = "rejected" if status == 400 else "expired" if status is None else "failed"  # noqa: PLR2004 - HTTP
            settled.append(Settled(attempt, outcome, 0, status=status))
            run.release(attempt.reserved, 0)
            if question and outcome == "rejected":
                ended.append((question, outcome))
            elif question:
                run.progress.retried[outcome] += 1
            continue
        body = json.dumps(response.get("body")).encode()
        parsed = read_reply(question, body) if question else None
        tokens = (parsed.input_tokens, parsed.output_tokens) if parsed else (None, None)
        cost = run.price(question, attempt, tokens) if question else attempt.reserved
        settled.append(Settled(attempt, parsed.outcome if parsed else "unread", cost, body, status, tokens))
        run.release(attempt.reserved, cost)
        if question and parsed:
            if run.heard(question, parsed):
                ended.append((question, parsed.outcome))
            else:
                run.progress.retried[parsed.outcome] += 1
    await run.journal.settle(*settled)
    reason = ""
    for question, outcome in ended:
        del waiting[question.key]
        reason = run.over(question, outcome) or reason
    return reason
