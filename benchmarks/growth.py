"""How time and memory grow with the votes: ``python -m benchmarks.growth [--votes N …] [--memory-limit 2GB]``.

The same project on one, ten and a hundred times as many votes, each in a process of its own. Printed are wall and
processor seconds a stage, and the exponent of their growth between the sizes: 1 is a straight line. A machine with
other work makes the wall slower, the processor seconds hardly.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from benchmarks._measured import CACHE, measured, votes_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SIZES = [100_000, 1_000_000, 10_000_000]
_GROWTH = 1.1
"""Of time between two sizes, as a factor on the growth of the file; and the most that a stage's exponent may be."""
_PEAK = 4.0
_COUNTED = 0.5
"""Seconds of the largest size below which an exponent is a stage's fixed cost and nothing else."""
_STEPS = 12


def main() -> int:
    """Measure and print; returns 0 when every target holds, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, nargs="+", default=_SIZES, help="sizes")
    parser.add_argument("--memory-limit", help="engine.memory_limit of the project; its default when absent")
    parser.add_argument(
        "--results", type=Path, help="add to this file what is measured; what it holds is not run again"
    )
    parser.add_argument("--tell", action="store_true", help="every step with its seconds, on standard error")
    options = parser.parse_args()
    found = {votes: _measured(votes, options) for votes in sorted(set(options.votes))}
    return _report(Console(width=120), found, options.memory_limit)


def _measured(votes: int, options: argparse.Namespace) -> dict[str, Any]:
    results: Path | None = options.results
    held: dict[str, dict[str, Any]] = json.loads(results.read_text("utf-8")) if results and results.exists() else {}
    name = f"{votes} {options.memory_limit or 'default'}"
    if name not in held:
        file = votes_file(votes)
        told = ["--tell"] if options.tell else []
        limit = ["--memory-limit", options.memory_limit] if options.memory_limit else []
        with TemporaryDirectory(dir=CACHE) as folder:
            held[name] = measured("run", Path(folder), file, *limit, *told) | {"bytes": file.stat().st_size}
        if results:
            results.write_text(json.dumps(held, indent=1), "utf-8")
    return held[name]


def _report(console: Console, found: Mapping[int, dict[str, Any]], memory_limit: str | None) -> int:
    for votes, run in found.items():
        if "failed" in run:
            console.print(f"{votes:,} votes: NOT FINISHED: {run['failed']}", markup=False)
    whole = {votes: run for votes, run in found.items() if "failed" not in run}
    if not whole:
        return 1
    console.print(_sizes(whole, memory_limit), _stages(whole), _steps(whole))
    targets = list(_targets(whole))
    for kept, text in targets:
        console.print(f"{'holds' if kept else 'MISSED'}: {text}", markup=False, highlight=False)
    return 0 if len(whole) == len(found) and all(kept for kept, _ in targets) else 1


def _sizes(found: Mapping[int, dict[str, Any]], memory_limit: str | None) -> Table:
    title = f"a first run, memory_limit {memory_limit or 'as it comes'}"
    table = Table("votes", title=title, title_justify="left")
    for heading in (
        "JSONL GB",
        "seconds",
        "CPU s",
        "µs a vote",
        "peak GiB",
        "spilled GB",
        "warehouse GB",
        "release GB",
    ):
        table.add_column(heading, justify="right")
    for votes, run in found.items():
        spilled = max(stage["spilled"] for stage in run["stages"].values())
        sizes = [f"{size / 1e9:.2f}" for size in (spilled, run["warehouse"], run["releases"])]
        times = (f"{run['seconds']:.1f}", f"{run['cpu']:.1f}", f"{run['cpu'] / votes * 1e6:.0f}")
        table.add_row(f"{votes:,}", f"{run['bytes'] / 1e9:.2f}", *times, f"{run['peak_gib']:.2f}", *sizes)
    return table


def _stages(found: Mapping[int, dict[str, Any]]) -> Table:
    """Wall and processor seconds of each stage, and the exponents between one size and the next."""
    table = Table("stage", title="seconds a stage, wall / processor; exponents of their growth", title_justify="left")
    for votes in found:
        table.add_column(f"{votes:,}", justify="right")
    for one, other in pairwise(found):
        table.add_column(f"{_short(one)} to {_short(other)}", justify="right")
    largest = list(found.values())[-1]["stages"]
    for stage in largest:
        times = [f"{run['stages'][stage]['seconds']:.2f} / {run['stages'][stage]['cpu']:.2f}" for run in found.values()]
        grown = [_exponents(found, one, other, stage) for one, other in pairwise(found)]
        table.add_row(stage, *times, *(f"{wall:.2f} / {cpu:.2f}" for wall, cpu in grown))
    return table


def _steps(found: Mapping[int, dict[str, Any]]) -> Table:
    """The steps of the largest run that took longest."""
    votes, run = list(found.items())[-1]
    table = Table("step", title=f"the longest steps at {votes:,} votes", title_justify="left")
    for heading in ("seconds", "CPU s"):
        table.add_column(heading, justify="right")
    for step in sorted(run["steps"], key=lambda step: -step["seconds"])[:_STEPS]:
        table.add_row(f"{step['stage']}: {step['what']}", f"{step['seconds']:.1f}", f"{step['cpu']:.1f}")
    return table


def _targets(found: Mapping[int, dict[str, Any]]) -> Iterator[tuple[bool, str]]:
    """Each target: whether it holds, and what was measured."""
    sizes = list(found)
    last = found[sizes[-1]]
    peak = last["peak_gib"]
    yield peak <= _PEAK, f"{sizes[-1]:,} votes in {peak:.2f} GiB (at most {_PEAK:g})"
    slowest = max(last["stages"], key=lambda stage: float(last["stages"][stage]["seconds"]))
    told = f"the slowest stage is {slowest}, {last['stages'][slowest]['seconds'] / last['seconds']:.0%} of the run"
    if len(sizes) == 1:
        yield True, told
        return
    before = found[sizes[-2]]
    most = _GROWTH * sizes[-1] / sizes[-2]
    wall, cpu = last["seconds"] / before["seconds"], last["cpu"] / before["cpu"]
    than = f"{wall:.1f} times what {sizes[-2]:,} take, {cpu:.1f} times the processor time"
    yield wall <= most, f"{sizes[-1]:,} votes take {than} (at most {most:g}); {told}"
    grown = {stage: _exponents(found, sizes[0], sizes[-1], stage) for stage in _long(last["stages"])}
    steep = max(grown, key=lambda stage: max(grown[stage]))
    wall, cpu = grown[steep]
    span = f"{_short(sizes[0])} to {_short(sizes[-1])}"
    worst = f"the steepest is {steep}, {wall:.2f} of its seconds and {cpu:.2f} of the processor's"
    yield max(wall, cpu) <= _GROWTH, f"exponent of every stage from {span} (at most {_GROWTH:g}); {worst}"


def _long(stages: Mapping[str, Mapping[str, float]]) -> Sequence[str]:
    return [stage for stage, seen in stages.items() if seen["seconds"] >= _COUNTED]


def _exponents(found: Mapping[int, dict[str, Any]], one: int, other: int, stage: str) -> tuple[float, float]:
    """The exponents of growth between two sizes, of a stage's seconds and of its processor seconds."""
    few, many = found[one]["stages"][stage], found[other]["stages"][stage]
    wall, cpu = (math.log(many[kind] / few[kind]) / math.log(other / one) for kind in ("seconds", "cpu"))
    return wall, cpu


def _short(votes: int) -> str:
    return f"{votes / 1e6:g} M"


if __name__ == "__main__":
    sys.exit(main())
