"""Time and memory of a fit, beside crowd-kit's Dawid-Skene on the same votes in the same run.

``python -m benchmarks.noise speed [--votes N] [--rounds N] [--no-tenfold]``. Ours is timed from evidence tables in a
DuckDB file to ``noise.preferences`` and ``noise.raters``; the peer from a data frame in memory to probabilities, 20
iterations without stopping early. Loading either is not counted. Each measurement has a process of its own, ours and
theirs in turn. The targets are held against the clock; the seconds of all cores stand beside it, because they say the
same on a machine that others use too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.noise.peers import run_child

__all__ = ["main"]

_CACHE = Path(".cache/benchmarks")
_PEER = "dawid-skene-20"
_RATIO, _TENFOLD, _PEAK_GIB = 1.0, 11.0, 2.0


def main(arguments: list[str]) -> int:
    """Measure and print; returns 0 when every target holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise speed", description=__doc__)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-tenfold", action="store_true", help="leave out ten times the votes")
    options = parser.parse_args(arguments)
    _CACHE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=_CACHE) as folder:
        work = Path(folder)
        _child("make", options.votes, work)
        rounds = [(_child("fit", options.votes, work), _peer(options.votes, work)) for _ in range(options.rounds)]
        tenfold = None
        if not options.no_tenfold:
            _child("make", options.votes * 10, work)
            tenfold = _child("fit", options.votes * 10, work)
    return _report(options.votes, rounds, tenfold)


def _child(part: str, votes: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.noise._speed_child", part, str(votes), str(folder)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured


def _peer(votes: int, folder: Path) -> dict[str, float]:
    run_child([(folder / f"votes-{votes}.parquet", folder, [_PEER])])
    measured: dict[str, float] = json.loads((folder / f"{_PEER}.json").read_text("utf-8"))
    return measured


def _report(
    votes: int, rounds: list[tuple[dict[str, float], dict[str, float]]], tenfold: dict[str, float] | None
) -> int:
    median = statistics.median
    ours = median(fit["seconds"] for fit, _ in rounds)
    ratio = median(fit["seconds"] / peer["seconds"] for fit, peer in rounds)
    worked = median(fit["cpu"] for fit, _ in rounds)
    peak = max(fit["peak_gib"] for fit, _ in rounds)
    table = Table(
        "what", title=f"{votes:,} votes; median of {len(rounds)}; {os.cpu_count()} cores", title_justify="left"
    )
    for heading in ("seconds", "ratio", "target", "CPU seconds", "ratio", "peak GiB", "target"):
        table.add_column(heading, justify="right")
    table.add_row(
        "crowd-kit's Dawid-Skene, 20 iterations",
        f"{median(peer['seconds'] for _, peer in rounds):.2f}",
        "1.00",
        "",
        f"{median(peer['cpu'] for _, peer in rounds):.2f}",
        "1.00",
        f"{max(peer['peak_gib'] for _, peer in rounds):.2f}",
    )
    table.add_row(
        "prefstrata's fit",
        f"{ours:.2f}",
        f"{ratio:.2f}",
        f"≤ {_RATIO:.2f}",
        f"{worked:.2f}",
        f"{median(fit['cpu'] / peer['cpu'] for fit, peer in rounds):.2f}",
        f"{peak:.2f}",
        f"≤ {_PEAK_GIB}",
    )
    kept = ratio <= _RATIO and peak <= _PEAK_GIB
    if tenfold:
        growth = tenfold["seconds"] / ours
        table.add_row(
            "the same for ten times the votes",
            f"{tenfold['seconds']:.2f}",
            f"{growth:.2f} of its own",
            f"≤ {_TENFOLD:.0f}",
            f"{tenfold['cpu']:.2f}",
            f"{tenfold['cpu'] / worked:.2f} of its own",
            f"{tenfold['peak_gib']:.2f}",
        )
        kept = kept and growth <= _TENFOLD
    console = Console(width=130)
    console.print(table)
    console.print("All targets hold." if kept else "A TARGET IS MISSED.")
    return 0 if kept else 1
