"""A life of a judging process that may be killed at any moment."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import Caps, ask, open_journal, records

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from prefstrata.judging import Progress

__all__ = ["PLENTY", "live"]

PLENTY = 50_000_000
"""Micro-dollars under each cap."""


def live(journal: Path, url: str, count: int, mode: str, out: Path, begun: Connection) -> None:  # noqa: PLR0913, PLR0917
    """Ask everything, then write the verdicts.

    Args:
        journal: where answers are kept.
        url: the endpoint.
        count: pairs; each is asked in both orders.
        mode: sync or batch.
        out: gets the verdicts once everything is answered.
        begun: told when it begins to ask.
    """
    asked = questions(judge(url, batch=mode == "batch", timeout=30, concurrency=6), pairs(count))
    with open_journal(journal, mode) as opened:
        spent = opened.spent()
        caps = Caps(PLENTY, PLENTY, PLENTY, 0, spent, spent)
        found, _ = asyncio.run(ask(opened, asked, caps, progress=_once(begun)))
    if not all(each.is_final for each in found.values()):
        return
    whole = out.with_suffix(".part")
    whole.write_text(json.dumps(records(asked, found), sort_keys=True), "utf-8")
    whole.rename(out)


def _once(begun: Connection) -> Callable[[Progress], None]:
    told = False

    def listen(_: Progress) -> None:
        nonlocal told
        if not told:
            told = True
            begun.send_bytes(b"go")

    return listen
