"""Kill a judging process again and again, and count what was paid: ``python -m benchmarks.judging.kills [KILLS]``."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from prefstrata.judging import read_journal
from tools.judge_server import JudgeServer, Settings

__all__ = ["Killed", "kill_often"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Killed:
    """What came of a judging process that was killed so often.

    Attributes:
        kills: times it was killed while it asked.
        questions: distinct questions.
        paid: requests the server would have billed.
        distinct: distinct ones among them.
        in_flight: requests that the journal says were in flight when it was killed.
        answered: requests that the journal says were answered.
        spent: micro-dollars the journal counts.
        same: whether the verdicts are those of an undisturbed run.
    """

    kills: int
    questions: int
    paid: int
    distinct: int
    in_flight: int
    answered: int
    spent: int
    same: bool


def kill_often(kills: int, mode: str, *, pairs: int, seed: int = 1) -> Killed:
    """Kill ``kills`` times at random moments, then let it end, and compare with an undisturbed run."""
    draw = random.Random(seed)  # noqa: S311 - moments of a test
    settings = Settings(latency=0.02, batch_chunk=20, batch_pause=0.03)
    with TemporaryDirectory() as name, JudgeServer(settings) as server:
        folder, done = Path(name), 0
        command = _command(folder / "killed.sqlite", server.base_url, pairs, mode, folder / "killed.json")
        while done < kills:
            done += _kill_once(command, draw.uniform(0.0, 0.35))
            if (folder / "killed.json").exists():
                raise RuntimeError(f"too few questions: it ended after {done} kills")
        subprocess.run(  # noqa: S603 - ourselves
            command, check=True, cwd=ROOT, capture_output=True
        )
        ledger = server.ledger()
        server.reset()
        subprocess.run(  # noqa: S603 - as above
            _command(folder / "whole.sqlite", server.base_url, pairs, mode, folder / "whole.json"),
            check=True,
            cwd=ROOT,
            capture_output=True,
        )
        with read_journal(folder / "killed.sqlite") as journal:
            counted = {
                row["outcome"]: row["n"] for row in journal.rows("select outcome, count(*) n from attempts group by 1")
            }
            spent = journal.spent()
        return Killed(
            done,
            2 * pairs,
            ledger["paid"],
            ledger["distinct"],
            counted.get("lost", 0),
            counted.get("answered", 0),
            spent,
            (folder / "killed.json").read_bytes() == (folder / "whole.json").read_bytes(),
        )


def _command(journal: Path, url: str, pairs: int, mode: str, out: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.judging.child", str(journal), url, str(pairs), mode, str(out)]


def _kill_once(command: list[str], after: float) -> bool:
    """Start it, wait until it asks and then so long, and kill it; returns whether it was still at work."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)  # noqa: S603 - ourselves
    try:
        if process.stdout is None or process.stdout.readline().strip() != "go":
            raise RuntimeError("it did not begin")
        time.sleep(after)
        return process.poll() is None
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


if __name__ == "__main__":
    wanted = int([*sys.argv[1:], "100"][0])
    for kind in ("sync", "batch"):
        Console().print(kind, kill_often(wanted, kind, pairs=wanted * 12), markup=False, highlight=False)
