"""Has the disk take what DuckDB wrote while statements still run, so that a commit finds little left to wait for.

DuckDB writes a large table's blocks to its file while it fills the table, and asks the disk to keep them at the commit.
There it waits for all of them, and the processor rests. What a commit promises stays its own to keep: whatever was
asked for early, it asks again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

__all__ = ["WriteBehind"]

_OPEN = Path("/proc/self/fd")
_EVERY = 0.1
"""Seconds between looks at the file: a disk takes some ten megabytes meanwhile."""


class WriteBehind:
    """Keeps a file that this process has open written to the disk, from a thread of its own, until it is closed.

    It goes by the descriptor that is open already. One of its own would, when closed, take with it the lock that keeps
    other processes out (POSIX: the first close of a file in a process gives up all that the process locked in it).
    Where a system does not list descriptors nothing is done.
    """

    def __init__(self, path: Path) -> None:
        """Begin, with a file that is open."""
        self._path = path.resolve()
        self._stopped = Event()
        self._thread = Thread(target=self._keep, name="write-behind", daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        kept = None
        while (descriptor := self._descriptor()) is not None and not self._stopped.wait(_EVERY):
            # It may be closed by now, and its number another file's: to keep that one does no harm.
            with suppress(OSError):
                written = os.fstat(descriptor).st_mtime_ns
                if written != kept:
                    os.fdatasync(descriptor)
                    kept = written

    def _descriptor(self) -> int | None:
        with suppress(OSError):
            for each in _OPEN.iterdir():
                with suppress(OSError):
                    if each.readlink() == self._path:
                        return int(each.name)
        return None

    def stop(self) -> None:
        """Leave the file alone; to stop twice is harmless."""
        self._stopped.set()
        self._thread.join()
