"""How much longer Python takes to start with ``import prefstrata``, beside what other imports take.

``python -m benchmarks.imports [--python PATH] [--rounds N]``. The target is 0.3 s for prefstrata.
``prefstrata.checkout`` is what training code uses: it imports its parts then.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from typing import NamedTuple

__all__ = ["Seconds", "excess"]

_LIMIT = 0.3
_CODES = {
    "prefstrata": "import prefstrata",
    "prefstrata.checkout": "import prefstrata; prefstrata.checkout",
    "polars": "import polars",
    "duckdb": "import duckdb",
}


class Seconds(NamedTuple):
    """Time of the processor, and by the clock."""

    processor: float
    clock: float


def excess(name: str, python: str = sys.executable, rounds: int = 3) -> Seconds:
    """What an import takes beyond an empty program: the least of so many starts of each."""
    with_it, bare = _least(_CODES[name], python, rounds), _least("pass", python, rounds)
    return Seconds(round(with_it.processor - bare.processor, 3), round(with_it.clock - bare.clock, 3))


def _least(code: str, python: str, rounds: int) -> Seconds:
    processor, clock = [], []
    for _ in range(rounds):
        before, began = os.times(), time.perf_counter()
        subprocess.run([python, "-c", code], check=True)  # noqa: S603 - our own code
        after = os.times()
        clock.append(time.perf_counter() - began)
        processor.append(after.children_user - before.children_user + after.children_system - before.children_system)
    return Seconds(min(processor), min(clock))


def main() -> int:
    """Measure and print; returns 0 when the target holds, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found = {name: excess(name, options.python, options.rounds) for name in _CODES}
    for name, taken in found.items():
        sys.stdout.write(f"{name:<20} {taken.processor:6.3f} s of the processor, {taken.clock:6.3f} s by the clock\n")
    return 0 if found["prefstrata"].clock <= _LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
