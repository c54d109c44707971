"""Asking as a run asks, without its command: in a journal, within a cap."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prefstrata.judging import Asked, Caps, Progress, Question, ask, open_journal
from prefstrata.judging._rows import today

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer

__all__ = ["PLENTY", "leave_open", "run"]

PLENTY = 10**9


def run(folder: Path, asked: list[Question], cap: int = PLENTY) -> tuple[dict[str, Asked], Progress]:
    """Ask in the journal of this folder, within this cap."""
    with open_journal(folder / "journal.sqlite", "run") as journal:
        caps = Caps(cap, cap, cap, 0, journal.spent(today()), journal.spent())
        return asyncio.run(ask(journal, asked, caps))


def leave_open(server: JudgeServer, folder: Path, asked: list[Question]) -> None:
    """Submit a batch, and be gone before it is over: the server holds it until it is told otherwise."""
    server.set(holds_batches=True)

    async def until_submitted() -> None:
        with open_journal(folder / "journal.sqlite", "killed") as journal:
            asking = asyncio.create_task(ask(journal, asked, Caps(PLENTY, PLENTY, PLENTY, 0, 0, 0)))
            while not any(batch.batch_id for batch in journal.open_batches()):  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.wait([asking])

    asyncio.run(until_submitted())
