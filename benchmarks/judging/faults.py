"""Ask through every fault at once: ``python -m benchmarks.judging.faults [COMPARISONS] [SHARE]``."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import Caps, Progress, Rate, ask, open_journal
from tools.judge_server import FAULTS, JudgeServer, Settings

if TYPE_CHECKING:
    from prefstrata.judging import Asked

__all__ = ["Endured", "endure"]


@dataclass(frozen=True)
class Endured:
    """What came of comparisons on an endpoint with faults.

    Attributes:
        found: what is known of each question.
        progress: figures of the run.
        ledger: what the server says.
        spent: micro-dollars the journal counts.
        billed: micro-dollars that the server would have billed.
        cap: the cap.
        wall: seconds.
        cpu: seconds of this process, user and system.
    """

    found: dict[str, Asked]
    progress: Progress
    ledger: dict[str, Any]
    spent: int
    billed: int
    cap: int
    wall: float
    cpu: float

    def __str__(self) -> str:
        """The figures in lines."""
        count, requests = self.progress.total, self.progress.requests
        return "\n".join(
            (
                f"{count} comparisons, {requests} requests, {self.wall:.1f} s: {count / self.wall:.0f} comparisons/s",
                f"CPU of the engine {self.cpu:.1f} s: {1e3 * self.cpu / requests:.2f} ms a request",
                f"outcomes {dict(self.progress.outcomes)}",
                f"asked again after {dict(self.progress.retried)}",
                f"server: {self.ledger['served']}, asked again after success {self.ledger['answered_twice']}",
                f"spent {self.spent} of {self.cap} micro-dollars, billed {self.billed}",
            )
        )


def endure(comparisons: int, share: float, *, cap: int = 50_000_000, batch: bool = False) -> Endured:
    """Ask so many comparisons with this share of every fault."""
    settings = Settings(faults=dict.fromkeys(FAULTS, share), slow_seconds=1.5, retry_after=0.02)
    with TemporaryDirectory() as folder, JudgeServer(settings) as server:
        who = judge(server.base_url, batch=batch)
        asked = questions(who, pairs(comparisons // 2))
        with open_journal(Path(folder) / "journal.sqlite", "faults") as journal:
            began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
            found, progress = asyncio.run(ask(journal, asked, Caps(cap, cap, cap)))
            wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
            spent = journal.spent()
        ledger = server.ledger()
        rate = Rate.of(who.price, batch=batch)
        billed = rate.cost(ledger["billed"].get(f"{who.model}/in", 0), ledger["billed"].get(f"{who.model}/out", 0))
        cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
        return Endured(found, progress, ledger, spent, billed, cap, wall, cpu)


if __name__ == "__main__":
    count, share = (*sys.argv[1:], *("10000", "0.05")[len(sys.argv) - 1 :])
    Console().print(str(endure(int(count), float(share))), markup=False, highlight=False)
