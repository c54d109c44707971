"""How long a full run takes, as a ratio to what DuckDB alone needs for the same file, and how much memory.

``python -m benchmarks [--votes N] [--rounds N]``. The peer is DuckDB's bare typed read and Parquet write of the same
file, measured in turn with the run, so that a slow machine slows both.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks._measured import CACHE, measured, votes_file

_TARGETS = {"ratio": 6.0, "peak_gib": 3.0, "again": 0.10}


def main() -> int:
    """Measure and print; returns 0 when every target holds, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args()
    file = votes_file(options.votes)
    found = [_round(file, options.keep) for _ in range(options.rounds)]
    return _report(Console(width=110), file, options.votes, found)


def _round(file: Path, keep: Path | None) -> dict[str, Any]:
    """The peer, a first run and a run with nothing new, one after the other, each in its own process."""
    with TemporaryDirectory(dir=CACHE) as folder:
        where = keep or Path(folder)
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        return {
            part: measured(kind, where, file) for part, kind in (("bare", "bare"), ("first", "run"), ("again", "run"))
        }


def _report(console: Console, file: Path, votes: int, found: list[dict[str, Any]]) -> int:
    size = file.stat().st_size / 1e9
    median = statistics.median
    ratio = median(each["first"]["seconds"] / each["bare"]["seconds"] for each in found)
    again = median(each["again"]["seconds"] / each["first"]["seconds"] for each in found)
    peak = max(each["first"]["peak_gib"] for each in found)
    table = Table(
        "what", title=f"{votes:,} votes, {size:.2f} GB of JSONL; median of {len(found)}", title_justify="left"
    )
    for heading in ("seconds", "ratio", "target", "peak GiB"):
        table.add_column(heading, justify="right")
    table.add_row("DuckDB: typed read + Parquet write", _seconds(found, "bare"), "1.00", "", _peak(found, "bare"))
    table.add_row("first run, to a release", _seconds(found, "first"), f"{ratio:.2f}", "≤ 6", _peak(found, "first"))
    table.add_row(
        "second run, nothing new", _seconds(found, "again"), f"{again:.3f} of first", "≤ 0.10", _peak(found, "again")
    )
    stages = Table("stage", title="where the first run's time goes", title_justify="left")
    stages.add_column("seconds", justify="right")
    for stage in found[0]["first"]["stages"]:
        stages.add_row(stage, f"{median(each['first']['stages'][stage]['seconds'] for each in found):.2f}")
    console.print(table, stages)
    kept = ratio <= _TARGETS["ratio"] and peak <= _TARGETS["peak_gib"] and again <= _TARGETS["again"]
    console.print("All targets hold." if kept else "A TARGET IS MISSED.")
    return 0 if kept else 1


def _seconds(found: list[dict[str, Any]], part: str) -> str:
    return f"{statistics.median(each[part]['seconds'] for each in found):.2f}"


def _peak(found: list[dict[str, Any]], part: str) -> str:
    return f"{max(each[part]['peak_gib'] for each in found):.2f}"


if __name__ == "__main__":
    sys.exit(main())
