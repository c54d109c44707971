"""Locks between processes: writers of objects against the collector of garbage, and openers of the refs."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from prefstrata.stores.local.errors import mapped, only_readable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["StoreLock"]


class StoreLock:
    """Locks of the operating system on files: a dead process holds nothing. One host only, not NFS.

    Args:
        root: the store's folder.
        readable: whether it can only be read: who writes is refused then, and who opens it waits for nobody.
    """

    def __init__(self, root: Path, *, readable: bool = False) -> None:
        """Remember where the lock files are."""
        self._root, self._readable = root, readable

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
        with nullcontext() if self._readable else self._held(fcntl.LOCK_EX, "refs.lock"):
            yield

    @contextmanager
    def _held(self, kind: int, name: str = "lock") -> Iterator[None]:
        if self._readable:
            raise only_readable(self._root)
        with mapped(self._root):
            file = (self._root / name).open("ab")
        with file:
            fcntl.flock(file, kind)
            yield
