"""Kill a judging process again and again, and count what was paid: ``python -m benchmarks.judging.kills [KILLS MODE]``.

Each request has a name of its own that the server keeps, so the two books can be compared request by request: what
the server was paid for must be what the journal settled, and those in flight at a kill, and nothing else.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks.judging.child import live
from prefstrata.judging import read_journal
from tools.judge_server import JudgeServer, Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, ForkServerProcess

__all__ = ["Killed", "kill_often"]

_LONGEST = {"sync": (0.12,), "batch": (0.2, 1.2)}
"""Seconds that a life asks at most, by lot: a batch is written and uploaded in a moment, and then lasts."""
_BEGINS_WITHIN = 120
"""Seconds that a life has to begin to ask."""


@dataclass(frozen=True)
class Killed:
    """What came of a judging process that was killed so often.

    Attributes:
        kills: times it was killed before it was done.
        asking: kills that found requests in flight, or a batch under way.
        questions: distinct questions.
        paid: requests the server would have billed.
        distinct: distinct ones among them.
        in_flight: requests that the server was paid for and the journal calls lost: in flight at a kill.
        never_arrived: requests that the journal calls lost and the server never got.
        unknown: requests that the server was paid for and the journal does not know.
        twice: requests that were sent twice, or answered twice.
        spent: micro-dollars the journal counts.
        same: whether the verdicts are those of an undisturbed run.
        seconds: how long it took.
    """

    kills: int
    asking: int
    questions: int
    paid: int
    distinct: int
    in_flight: int
    never_arrived: int
    unknown: int
    twice: int
    spent: int
    same: bool
    seconds: float

    @property
    def is_exact(self) -> bool:
        """Whether paid = distinct + in flight, and nothing was sent unwritten or twice."""
        no_more = self.unknown == self.twice == 0
        return no_more and self.distinct == self.questions and self.paid == self.distinct + self.in_flight


def kill_often(kills: int, mode: str, *, pairs: int, seed: int = 1) -> Killed:
    """Kill so many times at random moments, let it end, and compare with an undisturbed run."""
    draw = random.Random(seed)  # noqa: S311 - moments of a test
    began = time.perf_counter()
    # Lives are forked from one process that has everything imported: a kill every few hundredths of a second.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.judging.child", "openai.types.chat"])
    # A batch holds all that is left: so it is slow, to last for many lives, and expires, so that more must follow.
    settings = Settings(latency=0.02, batch_chunk=max(1, pairs // max(1, kills)), batch_pause=0.2, expire_after=0.5)
    with TemporaryDirectory() as name, JudgeServer(settings) as server:
        folder, done, asking = Path(name), 0, 0
        life = _Life(context, folder / "killed.sqlite", server.base_url, pairs, mode, folder / "killed.json")
        while done < kills and not life.out.exists():
            if life.cut_short(draw.uniform(0.0, draw.choice(_LONGEST[mode]))):
                done += 1
                asking += life.was_asking()
        server.set(batch_pause=0.0, expire_after=1.0, latency=0.0)
        life.whole()
        ledger, paid = server.ledger(), server.paid()
        server.reset()
        other = _Life(context, folder / "whole.sqlite", server.base_url, pairs, mode, folder / "whole.json")
        other.whole()
        with read_journal(life.journal) as journal:
            attempts = {
                f"prefstrata-{row['id']}-{row['key'][:16]}": row["outcome"]
                for row in journal.rows("select id, key, outcome from attempts")
            }
            spent = journal.spent()
            [answers] = journal.rows(
                "select count(*) n, count(distinct key) k from attempts where outcome = 'answered'"
            )
        lost = {one for one, outcome in attempts.items() if outcome == "lost"}
        return Killed(
            kills=done,
            asking=asking,
            questions=2 * pairs,
            paid=ledger["paid"],
            distinct=ledger["distinct"],
            in_flight=len(lost & paid.keys()),
            never_arrived=len(lost - paid.keys()),
            unknown=len(paid.keys() - attempts.keys()),
            twice=sum(paid.values()) - len(paid) + answers["n"] - answers["k"],
            spent=spent,
            same=life.out.read_bytes() == other.out.read_bytes(),
            seconds=round(time.perf_counter() - began, 1),
        )


@dataclass(frozen=True)
class _Life:
    """A process that asks, again and again in the same journal."""

    context: ForkServerContext
    journal: Path
    url: str
    pairs: int
    mode: str
    out: Path

    def cut_short(self, after: float) -> bool:
        """Start it, wait until it asks and then so long, and kill it; returns whether it was still at work."""
        process, hears = self._begun()
        try:
            if not hears.poll(_BEGINS_WITHIN):
                raise RuntimeError("it did not begin")
            hears.recv_bytes()
            time.sleep(after)
            return process.exitcode is None
        finally:
            process.kill()
            process.join()
            hears.close()

    def was_asking(self) -> bool:
        """Whether something was under way when it died."""
        with read_journal(self.journal) as journal:
            [found] = journal.rows("select count(*) n from attempts where cost is null")
        return bool(found["n"])

    def whole(self) -> None:
        """Let it live to its end."""
        process, hears = self._begun()
        process.join()
        hears.close()
        if process.exitcode:
            raise RuntimeError(f"it ended with {process.exitcode}")

    def _begun(self) -> tuple[ForkServerProcess, Connection]:
        hears, tells = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=live, args=(self.journal, self.url, self.pairs, self.mode, self.out, tells)
        )
        process.start()
        tells.close()
        return process, hears


if __name__ == "__main__":
    wanted = int([*sys.argv[1:], "200"][0])
    for kind in sys.argv[2:] or ("sync", "batch"):
        came = kill_often(wanted, kind, pairs=wanted * (10 if kind == "sync" else 2))
        Console(width=140).print(kind, came, "exact" if came.is_exact else "NOT exact", markup=False, highlight=False)
