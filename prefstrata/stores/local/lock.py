"""Locks between processes: writers of objects against the collector of garbage, and openers of the refs."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.stores.local.errors import mapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["StoreLock"]


class StoreLock:
    """Locks of the operating system on files: a dead process holds nothing. One host only, not NFS.

    Args:
        root: the store's folder.
    """

    def __init__(self, root: Path) -> None:
        """Remember where the lock files are."""
        self._root = root

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep the collector away from objects that no ref names yet; any number of writers at once."""
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Wait until no one writes, and keep everyone from writing."""
        with self._held(fcntl.LOCK_EX):
            yield

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Open or close the refs alone: SQLite does not wait for its turn while a file changes to WAL or back."""
        with self._held(fcntl.LOCK_EX, "refs.lock"):
            yield

    @contextmanager
    def _held(self, kind: int, name: str = "lock") -> Iterator[None]:
        with mapped(self._root):
            file = (self._root / name).open("ab")
        with file:
            fcntl.flock(file, kind)
            yield
