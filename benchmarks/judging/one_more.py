"""What one more row costs, and another rubric: ``python -m benchmarks.judging.one_more [ROWS]``.

So many pairs are judged on two dimensions, then one pair more, then all of them under another rubric of one dimension.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.judging.questions import POLICY, judge, pairs, questions, rubric
from prefstrata.judging import Caps, compare, open_journal
from prefstrata.judging import ask as ask_all
from tools.judge_server import JudgeServer

if TYPE_CHECKING:
    from prefstrata.judging import Progress, Question
    from prefstrata.policy import Dimension

__all__ = ["steps"]

_DIMENSIONS = ("helpfulness", "conciseness")
_PLENTY = 10**12


def steps(rows: int) -> dict[str, tuple[int, int, int, float]]:
    """Per step: questions, requests that were sent, requests that the server was paid for, seconds."""
    made: dict[str, tuple[int, int, int, float]] = {}
    with JudgeServer() as server, TemporaryDirectory() as folder:
        who = judge(server.base_url, concurrency=64, timeout=60)

        def step(name: str, asked: list[Question]) -> None:
            before, began = server.ledger()["paid"], time.perf_counter()
            progress = _ask(Path(folder) / "journal.sqlite", asked)
            paid = server.ledger()["paid"] - before
            made[name] = (progress.total, progress.requests, paid, time.perf_counter() - began)

        items = pairs(rows)
        both = [question for dimension in _DIMENSIONS for question in questions(who, items, dimension)]
        step("all rows", both)
        more = pairs(1, start=rows)
        step("one row more", both + [each for dimension in _DIMENSIONS for each in questions(who, more, dimension)])
        told = rubric(
            "conciseness", POLICY.model_copy(update={"dimensions": tuple(map(_told_more, POLICY.dimensions))})
        )
        again = [
            compare(who, told, item, turned=turned, seed=1, work="w") for item in items for turned in (False, True)
        ]
        step("another rubric for one dimension", both[: 2 * rows] + again)
    return made


def _told_more(dimension: Dimension) -> Dimension:
    is_changed = dimension.name == "conciseness"
    return dimension.model_copy(update={"rubric": "Every sentence counts."}) if is_changed else dimension


def _ask(journal: Path, asked: list[Question]) -> Progress:
    with open_journal(journal, "rows") as opened:
        _, progress = asyncio.run(ask_all(opened, asked, Caps(_PLENTY, _PLENTY, _PLENTY)))
        return progress


if __name__ == "__main__":
    console = Console(width=140)
    for what, (total, requests, paid, seconds) in steps(int([*sys.argv[1:], "10000"][0])).items():
        console.print(f"{what}: {total} questions, {requests} requests, {paid} paid, {seconds:.1f} s", highlight=False)
