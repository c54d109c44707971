"""Rows into files: JSON lines in one file a split, or Parquet in as many as the release has."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import RawIOBase
    from pathlib import Path

    import polars as pl

__all__ = ["Buffers", "Encoded", "WrittenFile", "settle", "write_rows"]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a checkout: its path in the folder, sha256, size in bytes, number of records."""

    path: str
    sha256: str
    bytes: int
    rows: int


def settle(path: Path, rows: int, folder: Path) -> WrittenFile:
    """The finished file of a folder, on the disk for good."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return WrittenFile(path.relative_to(folder).as_posix(), digest, os.fstat(file.fileno()).st_size, rows)


class Buffers:
    """Memory for encoded rows that is used again: to ask the system for as much anew costs more than to fill it."""

    def __init__(self) -> None:
        """Have none yet."""
        self._unused: SimpleQueue[io.BytesIO] = SimpleQueue()

    def encode(self, frame: pl.DataFrame, *, parquet: bool) -> Encoded:
        """The rows of a frame as they stand in a file."""
        try:
            target = self._unused.get_nowait()
        except Empty:
            target = io.BytesIO()
        if parquet:
            frame.write_parquet(target, compression="zstd", compression_level=1)
        else:
            frame.lazy().sink_ndjson(target, maintain_order=True)  # takes half of what write_ndjson does
        return Encoded(target, target.tell(), frame.height, self._unused)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as they stand in a file.

    Attributes:
        target: holds their bytes first, and maybe others behind them.
        size: how many bytes they are.
        rows: how many they are.
        unused: where the memory goes back to.
    """

    target: io.BytesIO
    size: int
    rows: int
    unused: SimpleQueue[io.BytesIO]

    @contextmanager
    def content(self) -> Iterator[memoryview]:
        """The bytes, once: after the block they are gone."""
        with self.target.getbuffer() as whole, whole[: self.size] as content:
            yield content
        self.target.seek(0)
        self.unused.put(self.target)


def write_rows(made: Iterable[dict[str, Encoded]], folder: Path, *, parquet: bool) -> Iterator[WrittenFile]:
    """Write what was encoded, part by part, into the files of each split.

    Args:
        made: for each part in order, the encoded rows of each split that it has some of.
        folder: where; files of a split are ``<split>.jsonl``, or ``<split>/NNNNN.parquet``.
        parquet: which of the two.
    """
    splits: dict[str, _Parquet | _Lines] = {}
    for part in made:
        for split, encoded in part.items():
            if split not in splits:
                splits[split] = _Parquet(folder, split) if parquet else _Lines(folder, split)
            with encoded.content() as content:
                splits[split].add(content, encoded.rows)
    for split in sorted(splits):
        yield from splits[split].end()


def _put_down(file: RawIOBase, content: memoryview) -> None:
    """Write at the end of a file, and see it on the disk.

    The system's cache lets go of it at once: a set larger than memory would push everything else out of it, and to find
    it new pages all the time takes longer than to write (measured: 90 MB/s against 450).
    """
    start, written = file.tell(), 0
    while written < len(content):
        written += file.write(content[written:]) or 0
    os.fsync(file.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), start, written, os.POSIX_FADV_DONTNEED)


class _Lines:
    """One file of JSON lines, hashed while it is written."""

    def __init__(self, folder: Path, split: str) -> None:
        self._name = f"{split}.jsonl"
        self._file: RawIOBase = (folder / self._name).open("xb", buffering=0)
        self._digest, self._bytes, self._rows = hashlib.sha256(), 0, 0

    def add(self, content: memoryview, rows: int) -> None:
        _put_down(self._file, content)
        self._digest.update(content)
        self._bytes += len(content)
        self._rows += rows

    def end(self) -> Iterator[WrittenFile]:
        self._file.close()
        yield WrittenFile(self._name, self._digest.hexdigest(), self._bytes, self._rows)


class _Parquet:
    """A folder of Parquet files, one a part."""

    def __init__(self, folder: Path, split: str) -> None:
        self._folder, self._split = folder, split
        (folder / split).mkdir()
        self._written: list[WrittenFile] = []

    def add(self, content: memoryview, rows: int) -> None:
        path = self._folder / self._split / f"{len(self._written):05d}.parquet"
        with path.open("xb", buffering=0) as file:
            _put_down(file, content)
        digest = hashlib.sha256(content).hexdigest()
        self._written.append(WrittenFile(path.relative_to(self._folder).as_posix(), digest, len(content), rows))

    def end(self) -> Iterator[WrittenFile]:
        yield from self._written
