"""Digests of files, whole and of their beginnings; those of files that nobody touched since are remembered."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import PrefstrataError
from prefstrata.sources.framing import Seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.engine import Engine

__all__ = ["HASHED", "Digests"]

HASHED = "runs.hashed"
"""The table in which they are remembered."""

_SCHEMA = {"uri": pl.String, "stamp": pl.String, "length": pl.Int64, "sha256": pl.String}
_BLOCK = 1 << 20
_SECOND_NS = 10**9
_REST_NS = 60 * _SECOND_NS
"""What is written within one tick of a clock gives a file no other time; nor does what is written through memory, until
the system has stored the write before, which takes half a minute. And the clock of a server may be behind."""


class Digests:
    """What files hold: of the whole file, and of its first bytes.

    A file that nobody touched since an earlier run hashed it is not read again. That is told as version control systems
    tell it: it has the inode, the size, the time of change and, which nobody can set, the time at which the system last
    changed anything of it. One that was touched just before it was hashed is hashed again, for a later write may have
    the same times. So is one whose time is a whole second: images of file systems are built with one for all files, and
    those that tell time so coarsely may not tell when a file was touched.

    Args:
        engine: holds ``runs.hashed``.
        directory: the project; files are known by their path from there.
    """

    def __init__(self, engine: Engine, directory: Path) -> None:
        """Know what earlier runs hashed."""
        self._engine, self._directory = engine, directory
        self._held: dict[str, tuple[str, dict[int, str]]] = {}
        for uri, stamp, length, sha256 in engine.read(HASHED).iter_rows():
            self._held.setdefault(uri, (stamp, {}))[1][length] = sha256
        self._known = dict(self._held)

    def __call__(self, path: Path, sizes: frozenset[int] = frozenset()) -> tuple[Seen, Mapping[int, str]]:
        """The whole file as seen, and digests of its first bytes at every given size that it has, by that size.

        Raises:
            PrefstrataError: it cannot be read.
        """
        uri = Path(os.path.relpath(path, self._directory)).as_posix()
        stamp, found = self._known.get(uri, ("", {}))
        now = _status(path) if stamp else None
        if now and stamp == _stamp(now) and all(size in found for size in sizes if 0 < size <= now.st_size):
            seen = Seen(found[now.st_size], now.st_size, now.st_mtime_ns)
        else:
            began = time.time_ns()
            # Two sources may read one file, and ask for other lengths.
            more = frozenset(found) if now and stamp == _stamp(now) else frozenset[int]()
            seen, now, found = _hashed(path, sizes | more)
            self._known.pop(uri, None)
            if now and _is_told_by_times(now, began):
                self._known[uri] = _stamp(now), found
        return seen, {size: digest for size, digest in found.items() if size in sizes and size}

    def keep(self) -> None:
        """Remember what is known of files that are still there."""
        if self._known == self._held:
            return
        rows = [
            (uri, stamp, length, sha256)
            for uri, (stamp, found) in self._known.items()
            if _status(self._directory / uri)
            for length, sha256 in found.items()
        ]
        self._engine.load(HASHED, pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def _status(path: Path) -> os.stat_result | None:
    with suppress(OSError):
        return path.stat()
    return None


def _is_told_by_times(status: os.stat_result, now: int) -> bool:
    """Whether a write from now on is sure to give the file another time than this."""
    return max(status.st_mtime_ns, status.st_ctime_ns) < now - _REST_NS and bool(status.st_ctime_ns % _SECOND_NS)


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_ino}/{status.st_size}/{status.st_mtime_ns}/{status.st_ctime_ns}"


def _hashed(path: Path, sizes: frozenset[int]) -> tuple[Seen, os.stat_result | None, dict[int, str]]:
    """The file as seen, its status unless it changed meanwhile, and the digests at these sizes and at its own."""
    stops = sorted(sizes)
    digest, place = hashlib.sha256(), 0
    found: dict[int, str] = {}
    try:
        with path.open("rb") as stored:
            opened = os.fstat(stored.fileno())
            while block := stored.read(min([_BLOCK, *(stop - place for stop in stops if stop > place)])):
                digest.update(block)
                place += len(block)
                if place in sizes:
                    found[place] = digest.copy().hexdigest()
            closed = os.fstat(stored.fileno())
    except OSError as error:
        raise PrefstrataError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    found[place] = digest.hexdigest()
    is_whole = place == opened.st_size and _stamp(opened) == _stamp(closed)
    return Seen(found[place], opened.st_size, opened.st_mtime_ns), closed if is_whole else None, found
