"""Takes up the batches of earlier runs before anything is asked: what they hold is paid for.

A batch belongs to the judge whose name it has, whether or not that judge still sends batches. When the project has no
such judge any more, it belongs to the one that now asks the same questions (a key says what is asked, not of whom).
What belongs to nobody is fetched where an endpoint of the project has it, and otherwise left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.judging._batch import GONE, Batch, FailedError, GoneError, create, follow, heed, let_go_on_failure, lose
from prefstrata.judging._rows import Settled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from openai import AsyncOpenAI

    from prefstrata.judging._journal import Journal
    from prefstrata.judging._question import Question
    from prefstrata.judging._rows import SentBatch
    from prefstrata.judging._running import Run
    from prefstrata.project import JudgeModel

__all__ = ["owners", "seek", "take_up"]


def owners(
    journal: Journal, judges: Collection[str], waiting: Mapping[str, list[Question]]
) -> tuple[dict[str, list[SentBatch]], list[SentBatch]]:
    """Whose the open batches are, by the name of the judge, and which are nobody's.

    Args:
        journal: which has them.
        judges: names of the project's judges.
        waiting: the questions that wait, by the name of their judge.
    """
    mine: dict[str, list[SentBatch]] = {}
    nobodys: list[SentBatch] = []
    for batch in journal.open_batches():
        owner = batch.judge if batch.judge in judges else None
        if owner is None:
            keys = {attempt.key for attempt in journal.in_batch(batch.id)}
            heirs = (name for name, asked in waiting.items() if any(each.key in keys for each in asked))
            owner = next(heirs, None)
        (nobodys if owner is None else mine.setdefault(owner, [])).append(batch)
    return mine, nobodys


async def take_up(
    run: Run, judge: JudgeModel, client: AsyncOpenAI, batches: Iterable[SentBatch], waiting: dict[str, Question]
) -> None:
    """Go on with batches of runs that ended before they did; those with questions that wait are waited for.

    A batch that the endpoint does not have any more is lost: it is closed, and its questions are asked anew, as those
    of one that failed before anything of it was worked on.

    Raises:
        StoppedError: who is told of the answers says that the judge must stop.
        APIError: of the SDK, when nothing can be learnt of a batch now.
    """
    for sent in batches:
        batch = Batch(sent.id, run.journal.in_batch(sent.id), judge, waiting, sent.batch_id)
        try:
            await _go_on(run, client, sent, batch)
        except FailedError:
            continue
        except GoneError:
            for attempt in batch.attempts:
                run.adopt(attempt)
            await lose(run, batch)


async def _go_on(run: Run, client: AsyncOpenAI, sent: SentBatch, batch: Batch) -> None:
    import openai  # noqa: PLC0415 - the client is there already

    for attempt in batch.attempts:
        run.adopt(attempt)
    with let_go_on_failure(run, batch.attempts):
        try:
            batch.id = batch.id or await create(client, sent.digest, None)
        except openai.APIStatusError as error:
            if error.status_code not in GONE:
                raise
            # It may have been sent, but not to an endpoint that knows no batches.
            raise GoneError(error.message) from error
    if batch.id is None:
        # Its process died before the file was there: nothing of it was ever sent.
        await run.journal.settle(*(Settled(each, "never_sent", 0) for each in batch.attempts))
        await run.journal.note_batch(batch.number, "never_sent", over=True)
        for attempt in batch.attempts:
            run.release(attempt, 0)
        return
    await run.journal.note_batch(batch.number, "submitted", batch_id=batch.id)
    await follow(run, client, batch, patient=batch.is_wanted)


async def seek(run: Run, clients: Iterable[AsyncOpenAI], batches: Iterable[SentBatch]) -> None:
    """Look for batches that are nobody's at every endpoint, and take what one has of them."""
    for sent in batches:
        for client in clients:
            batch = Batch(sent.id, run.journal.in_batch(sent.id), None, {}, sent.batch_id)
            if sent.batch_id is None or not batch.attempts:
                continue
            for attempt in batch.attempts:
                run.adopt(attempt)
            if await heed(client, follow(run, client, batch, patient=False)) is None:
                break
