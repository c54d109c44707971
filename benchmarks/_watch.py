"""Watches a run from inside its process: time, memory and spilled bytes, stage by stage and step by step."""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from prefstrata.pipeline import Progress

__all__ = ["Watch"]

_EVERY = 0.25
_START = ("start", "opening")


class Watch:
    """A listener for the progress of a run, and a thread that looks at the folder it spills to.

    What a run does before its first word counts as ``start``; closing the warehouse, after its last, counts to the
    last stage.

    Args:
        spill: the folder that DuckDB spills to; it need not be there.
        tell: whether to write every step to standard error when it ends.
    """

    def __init__(self, spill: Path, *, tell: bool) -> None:
        """Nothing seen yet."""
        self._spill, self._tell = spill, tell
        self._step, self._since = _START, (time.perf_counter(), time.process_time())
        self._seconds: dict[tuple[str, str], float] = defaultdict(float)
        self._cpu: dict[tuple[str, str], float] = defaultdict(float)
        self._peak: dict[str, float] = {}
        self._spilled: dict[str, int] = defaultdict(int)
        self._done = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the last step."""
        self._end()
        self._done.set()
        self._thread.join()

    def __call__(self, progress: Progress) -> None:
        """A step begins."""
        self._end()
        self._step = (progress.stage, progress.what)

    def found(self) -> dict[str, object]:
        """Seconds and processor seconds of every stage and step; of a stage, GiB so far and the most it spilled."""
        stages: dict[str, dict[str, float]] = {
            stage: {
                "seconds": sum(seconds for (of, _), seconds in self._seconds.items() if of == stage),
                "cpu": sum(cpu for (of, _), cpu in self._cpu.items() if of == stage),
                "peak_gib": peak,
                "spilled": self._spilled[stage],
            }
            for stage, peak in self._peak.items()
        }
        steps = [
            {"stage": stage, "what": what, "seconds": seconds, "cpu": self._cpu[stage, what]}
            for (stage, what), seconds in self._seconds.items()
        ]
        return {"stages": stages, "steps": steps}

    @property
    def step(self) -> str:
        """What goes on."""
        return ": ".join(self._step)

    def _end(self) -> None:
        now = (time.perf_counter(), time.process_time())
        seconds, cpu = now[0] - self._since[0], now[1] - self._since[1]
        stage = self._step[0]
        self._seconds[self._step] += seconds
        self._cpu[self._step] += cpu
        self._peak[stage] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        if self._tell:
            sys.stderr.write(f"{seconds:8.1f} s {cpu:8.1f} CPU s  {self._peak[stage]:5.2f} GiB so far  {self.step}\n")
            sys.stderr.flush()
        self._since = now

    def _look(self) -> None:
        while not self._done.wait(_EVERY):
            size = 0
            for file in self._spill.glob("*"):
                with suppress(OSError):  # just gone
                    size += file.stat().st_size
            stage = self._step[0]
            self._spilled[stage] = max(self._spilled[stage], size)
