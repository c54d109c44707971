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

import openai
from rich.console import Console

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import Caps, Progress, Rate, ask, open_journal
from tools.judge_server import FAULTS, JudgeServer, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.judging import Asked, Question

__all__ = ["Bare", "Endured", "endure", "go_bare"]

_AT_ONCE = 64


@dataclass(frozen=True)
class Bare:
    """What the SDK does by itself on the same machine: requests a second, and CPU of this process per request."""

    per_second: float
    milliseconds: float

    def __str__(self) -> str:
        """The figures in a line."""
        return f"the SDK alone, no faults: {self.per_second:.0f} requests/s, CPU {self.milliseconds:.2f} ms a request"


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

    @property
    def requests_per_second(self) -> float:
        """Requests a second, those that failed among them."""
        return self.progress.requests / self.wall

    def __str__(self) -> str:
        """The figures in lines."""
        count, requests = self.progress.total, self.progress.requests
        return "\n".join(
            (
                f"{count} comparisons, {requests} requests, {self.wall:.1f} s",
                f"{count / self.wall:.0f} comparisons/s, {self.requests_per_second:.0f} requests/s",
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
        who = judge(server.base_url, batch=batch, concurrency=_AT_ONCE)
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


def go_bare(requests: int) -> Bare:
    """Send so many completions through the SDK as it comes, as many at once as the engine sends at most."""
    with JudgeServer(Settings()) as server:
        asked = questions(judge(server.base_url), pairs(requests // 2))
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        asyncio.run(_bare(server.base_url, asked))
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return Bare(len(asked) / wall, 1e3 * cpu / len(asked))


async def _bare(base_url: str, asked: list[Question]) -> None:
    left = iter(asked)
    async with openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=60) as client:
        await asyncio.gather(*(_work_off(client, left) for _ in range(_AT_ONCE)))


async def _work_off(client: openai.AsyncOpenAI, left: Iterator[Question]) -> None:
    for question in left:
        await client.chat.completions.create(**question.body)


def main() -> None:
    """Measure the SDK alone, then the engine through every fault."""
    count, share = (*sys.argv[1:], *("10000", "0.05")[len(sys.argv) - 1 :])
    console = Console(width=160)
    bare = go_bare(min(3000, int(count)))
    console.print(str(bare), markup=False, highlight=False)
    done = endure(int(count), float(share))
    console.print(str(done), markup=False, highlight=False)
    console.print(
        f"the engine sent {done.requests_per_second / bare.per_second:.2f} of the requests/s of the SDK alone"
    )


if __name__ == "__main__":
    main()
