"""A process that asks and may be killed: ``child JOURNAL URL PAIRS MODE OUT``; prints ``go`` when it begins to ask."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import Caps, ask, open_journal, records

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefstrata.judging import Progress


def _go() -> Callable[[Progress], None]:
    """Says ``go`` with the first request that was answered."""
    told = False

    def listen(progress: Progress) -> None:
        nonlocal told
        if not told and (progress.requests or progress.seconds > 0):
            told = True
            sys.stdout.write("go\n")
            sys.stdout.flush()

    return listen


def main() -> None:
    """Ask everything, then write the verdicts."""
    journal_path, url, count, mode, out = sys.argv[1:]
    asked = questions(judge(url, batch=mode == "batch", timeout=30), pairs(int(count)))
    with open_journal(Path(journal_path), f"{mode}") as journal:
        spent = journal.spent()
        caps = Caps(50_000_000, 50_000_000, 50_000_000, 0, spent, spent)
        found, _ = asyncio.run(ask(journal, asked, caps, progress=_go()))
        Path(out).write_text(json.dumps(records(asked, found), sort_keys=True), "utf-8")


main()
