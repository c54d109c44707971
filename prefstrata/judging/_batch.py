"""One batch at an endpoint: found or made, followed until it is over, its answers taken."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prefstrata.judging._asked import read_reply
from prefstrata.judging._endpoint import LONGEST, said, without_key
from prefstrata.judging._parsing import parse
from prefstrata.judging._quoting import cleaned
from prefstrata.judging._rows import Settled
from prefstrata.judging._running import Stop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from openai import AsyncOpenAI
    from openai.types import Batch as BatchObject

    from prefstrata.judging._question import Question
    from prefstrata.judging._rows import Attempt
    from prefstrata.judging._running import Run
    from prefstrata.project import JudgeModel

__all__ = [
    "FIRST_LOOK",
    "GONE",
    "Batch",
    "FailedError",
    "GoneError",
    "StoppedError",
    "create",
    "follow",
    "heed",
    "let_go_on_failure",
    "lose",
    "read_lines",
]

FIRST_LOOK = 0.05
"""Seconds after which a batch is looked at first; later ever more seldom."""
_MARK = "prefstrata_batch"
_FAILED = "failed"
"""How a batch ends that was refused before any of it was worked on."""
_OVER = frozenset({"completed", _FAILED, "expired", "cancelled"})
_SELDOMEST = 30.0
_FOUND = 200
GONE = frozenset({400, 404, 405, 410, 422})
"""What endpoints say of a batch or a file that they do not have, or of batches when they know none."""
_FORBIDDEN = 403
_UNANSWERED = {400: "rejected", None: "expired"}
"""What became of a request without an answer, by the status of its line; any other failed."""
_LOOKS = 4
"""Times that a batch must be missing: one that was made a moment ago may not be shown yet."""


class GoneError(Exception):
    """The endpoint does not have the batch; says what it answered."""


class StoppedError(Exception):
    """The judge must not be asked any more; says why."""


class FailedError(StoppedError):
    """The endpoint refused a batch before any of it was worked on; says why. It costs nothing."""


@dataclass(slots=True)
class Batch:
    """A batch that was submitted, and what it is worked on with.

    Attributes:
        number: its number in the journal.
        attempts: its requests that are not settled.
        judge: whose price it has; None when the project has no such judge any more.
        waiting: the questions that wait for answers, by key; those that it ends are taken out.
        id: the endpoint's id, once known.
    """

    number: int
    attempts: list[Attempt]
    judge: JudgeModel | None
    waiting: dict[str, Question] = field(default_factory=dict)
    id: str | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether a question waits for it."""
        return any(attempt.key in self.waiting for attempt in self.attempts)


async def heed(client: AsyncOpenAI, work: Awaitable[None]) -> Stop | None:
    """Do the work; returns why the judge must stop, if it must."""
    import openai  # noqa: PLC0415 - the client is there already

    try:
        await work
    except StoppedError as stopped:
        return Stop("stopped", str(stopped))
    except GoneError as gone:
        return Stop("stopped", f"a batch is gone: {gone}")
    except openai.APIStatusError as error:
        return Stop("stopped", said(client, error.message))
    except openai.APIConnectionError as error:
        return Stop("unreachable", str(error.__cause__ or "") or "nobody answers")
    return None


async def create(client: AsyncOpenAI, digest: str, content: str | None) -> str | None:
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


@contextmanager
def let_go_on_failure(run: Run, attempts: list[Attempt]) -> Iterator[None]:
    """Let no other judge wait for what a batch has reserved, when nobody will hear of the batch in this run."""
    try:
        yield
    except BaseException:
        run.let_go(attempts)
        raise


async def follow(run: Run, client: AsyncOpenAI, batch: Batch, *, patient: bool = True) -> None:
    """Wait until a batch is over, and take what it holds.

    Args:
        run: what the lanes share.
        client: for the endpoint that has it.
        batch: which.
        patient: whether to wait; otherwise one that is not over is left as it is.

    Raises:
        GoneError: the endpoint does not have it; nothing is settled.
        FailedError: nothing of it was worked on; everything is settled.
        StoppedError: who is told of the answers says that the judge must stop.
        APIError: of the SDK, when nothing can be learnt of it now.
    """
    with let_go_on_failure(run, batch.attempts):
        ended = await _result(run, client, batch.id or "", patient=patient)
    if ended is None:
        run.let_go(batch.attempts)
        return
    over, lines, is_whole = ended
    reason = await _take(run, batch, lines, is_whole=is_whole)
    await run.journal.note_batch(batch.number, over.status, over=True)
    if over.status == _FAILED:
        told = next((each.message for each in (over.errors and over.errors.data) or () if each.message), "")
        raise FailedError(said(client, cleaned(told)) or "the batch failed")
    if reason:
        raise StoppedError(reason)


async def lose(run: Run, batch: Batch) -> None:
    """Close a batch that nobody has any more: it may have been paid, so what is reserved for it stays spent."""
    await run.journal.settle(*(Settled(each, "lost", each.reserved) for each in batch.attempts))
    await run.journal.note_batch(batch.number, "lost", over=True)
    for attempt in batch.attempts:
        run.release(attempt, attempt.reserved)


Ended = tuple["BatchObject", dict[str, dict[str, Any]], bool]


async def _result(run: Run, client: AsyncOpenAI, batch_id: str, *, patient: bool) -> Ended | None:
    """A batch that ended, the lines of its files by the key of the question, and whether all files are still there.

    None when it has not ended, and nobody waits for it.
    """
    import openai  # noqa: PLC0415 - the client is there already

    pause = FIRST_LOOK
    while (batch := await _looked_at(client, batch_id)).status not in _OVER:
        if not patient:
            return None
        run.show()
        await asyncio.sleep(pause)
        pause = min(_SELDOMEST, pause * 1.5)
    lines: dict[str, dict[str, Any]] = {}
    is_whole = True
    for file_id in (batch.output_file_id, batch.error_file_id):
        if file_id:
            try:
                content = await client.files.content(file_id)
            except openai.APIStatusError as error:
                if error.status_code not in GONE:
                    raise
                is_whole = False
                continue
            lines |= {line["custom_id"]: line for line in read_lines(without_key(client, content.content))}
    return batch, lines, is_whole


async def _looked_at(client: AsyncOpenAI, batch_id: str) -> BatchObject:
    """The batch as it is now.

    Raises:
        GoneError: the endpoint does not have it, however often it is asked.
    """
    import openai  # noqa: PLC0415 - as above

    for number in range(_LOOKS):
        try:
            return await client.batches.retrieve(batch_id)
        except openai.APIStatusError as error:
            gone = said(client, error.message)
            if error.status_code == _FORBIDDEN:
                # Of another account's batch some say that it is forbidden; with a wrong key everything is.
                await client.batches.list(limit=1)
            elif error.status_code not in GONE:
                raise
        if number < _LOOKS - 1:
            await asyncio.sleep(FIRST_LOOK * 3**number)
    raise GoneError(gone)


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


async def _take(run: Run, batch: Batch, lines: dict[str, dict[str, Any]], *, is_whole: bool) -> str:
    """Settle every request of a batch: answered, refused by the endpoint, never worked on, or lost with a file.

    Returns:
        Why the judge must stop; empty when it need not.
    """
    settled: list[Settled] = []
    ended: list[tuple[Question, str]] = []
    for attempt in batch.attempts:
        found = lines.get(attempt.key, {}).get("response")
        response = found if isinstance(found, dict) else {}
        question, status = batch.waiting.get(attempt.key), response.get("status_code")
        if status != _FOUND:
            is_lost = attempt.key not in lines and not is_whole
            outcome = "lost" if is_lost else _UNANSWERED.get(status, "failed")
            cost = attempt.reserved if is_lost else 0
            settled.append(Settled(attempt, outcome, cost, status=status))
            run.release(attempt, cost)
            if question and outcome == "rejected":
                ended.append((question, outcome))
            elif question:
                run.progress.retried[outcome] += 1
            continue
        body = json.dumps(response.get("body")).encode()
        # Nobody waits for it now, but whoever asks the same again finds it.
        parsed = read_reply(question, body) if question else parse(body, "text")
        tokens = (parsed.input_tokens, parsed.output_tokens)
        judge = question.judge if question else batch.judge
        cost = run.price(judge, attempt, tokens) if judge else attempt.reserved
        settled.append(Settled(attempt, parsed.outcome if question else "unread", cost, body, status, tokens))
        run.release(attempt, cost)
        if question:
            if run.heard(question, parsed):
                ended.append((question, parsed.outcome))
            else:
                run.progress.retried[parsed.outcome] += 1
    await run.journal.settle(*settled)
    reason = _turned_down(run, lines, ended)
    for question, outcome in ended:
        del batch.waiting[question.key]
        reason = run.over(question, outcome) or reason
    return reason


def _turned_down(run: Run, lines: dict[str, dict[str, Any]], ended: list[tuple[Question, str]]) -> str:
    """Note what the endpoint says of the first question it refuses; why its judge must stop, if it never answered."""
    refused = next((question for question, outcome in ended if outcome == "rejected"), None)
    if refused is None:
        return ""
    judge, response = refused.judge.name, lines[refused.key]["response"]
    try:
        told = cleaned(str(response["body"]["error"]["message"]))[:LONGEST]
    except (KeyError, TypeError):
        told = f"it answers {response['status_code']}"
    run.progress.turned_down.setdefault(judge, told)
    return "" if run.progress.heard[judge] or run.journal.has_answered(judge) else told
