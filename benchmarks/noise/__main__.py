"""How good our noise model is, beside named peers, on simulations with known truth and on real slices.

``python -m benchmarks.noise [SET…]`` prints the table; ``python -m benchmarks.noise speed`` measures time and memory.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.noise import speed
from benchmarks.noise._methods import measure
from benchmarks.noise._report import report
from benchmarks.noise.peers import PEERS, QUICK
from benchmarks.noise.simulate import NAMES, draws
from benchmarks.noise.slices import SLICES, slices


def main(arguments: list[str]) -> int:
    """Measure and print; returns 0 when every target holds, else 1."""
    if arguments[:1] == ["speed"]:
        return speed.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise", description=__doc__)
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help=f"some of {', '.join((*NAMES, *SLICES))}; all by default"
    )
    parser.add_argument(
        "--seeds", type=int, default=2, help="draws of each simulation; of a small one in proportion more"
    )
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="the first of them")
    parser.add_argument("--quick", action="store_true", help=f"only {' and '.join(QUICK)} as peers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every result there")
    options = parser.parse_args(arguments)
    if unknown := set(options.sets) - {*NAMES, *SLICES}:
        parser.error(f"no set is called {', '.join(sorted(unknown))}")
    names = options.sets or (*NAMES, *SLICES)
    made = [drawn for name in names if name in NAMES for drawn in draws(name, options.seeds, options.first)]
    real = list(slices(names))
    console = Console(width=None if sys.stdout.isatty() else 120)
    if absent := [name for name in names if name in SLICES and name not in {each.name for _, each in real}]:
        console.print(f"left out, for want of ../shared/data: {', '.join(absent)}")
    say = Console(stderr=True)
    results = measure([*made, *real], QUICK if options.quick else PEERS, progress=say.print)
    kept = report(
        console,
        results,
        matters=frozenset(each.name for _, each in made if each.matters),
        made=frozenset(each.name for _, each in made),
    )
    if options.json:
        documents = [each.document() for each in results]
        options.json.write_text(json.dumps(documents, indent=1) + "\n", "utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
