"""Rows into files: JSON lines in one file a split, or Parquet in as many as the release has."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from io import RawIOBase
    from pathlib import Path


__all__ = ["Encoded", "WrittenFile", "as_lines", "as_parquet", "settle", "write_rows"]

_JOINED = 1024
_END = pl.Series([""])


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


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as they stand in a file: how many they are, and their bytes, piece by piece."""

    rows: int
    pieces: Iterable[bytes | memoryview]


def as_lines(lines: pl.Series) -> Encoded:
    """Lines, each given its end; they are joined as they are written, a few at a time, while they are in the cache."""
    some = (pl.concat([lines.slice(at, _JOINED), _END]) for at in range(0, len(lines), _JOINED))
    return Encoded(len(lines), (each.str.join("\n").cast(pl.Binary).item() for each in some))


def as_parquet(frame: pl.DataFrame) -> Encoded:
    """The rows of a frame as a Parquet file."""
    target = io.BytesIO()
    frame.write_parquet(target, compression="zstd", compression_level=1)
    return Encoded(frame.height, [target.getbuffer()])


def write_rows(made: Iterable[Mapping[str, Encoded]], folder: Path, *, parquet: bool) -> Iterator[WrittenFile]:
    """Write what was encoded, part by part, into the files of each split.

    Args:
        made: for each part in order, the encoded rows of each split that it has some of.
        folder: where; files of a split are ``<split>.jsonl``, or ``<split>/NNNNN.parquet``, one a part.
        parquet: which of the two.
    """
    files: dict[str, list[_File]] = {}
    with ThreadPoolExecutor(max_workers=1) as disk, ExitStack() as opened:
        for part in made:
            for split, encoded in part.items():
                of_split = files.setdefault(split, [])
                if parquet:
                    (folder / split).mkdir(exist_ok=True)
                    with _File(folder, f"{split}/{len(of_split):05d}.parquet", disk) as file:
                        file.add(encoded)
                    of_split.append(file)
                else:
                    if not of_split:
                        of_split.append(opened.enter_context(_File(folder, f"{split}.jsonl", disk)))
                    of_split[0].add(encoded)
    for split in sorted(files):
        yield from (file.written() for file in files[split])


class _File:
    """A new file, hashed here while a thread writes it.

    Args:
        folder: where.
        name: its path in there.
        disk: the thread.
    """

    def __init__(self, folder: Path, name: str, disk: ThreadPoolExecutor) -> None:
        self._name, self._disk = name, disk
        self._file: RawIOBase = (folder / name).open("xb", buffering=0)
        self._digest, self._bytes, self._rows = hashlib.sha256(), 0, 0
        self._writing: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file when all is on the disk, or as much as could be written."""
        try:
            self._wait(self._writing)
        finally:
            self._file.close()

    def add(self, encoded: Encoded) -> None:
        """Write at the end; what was added before is on the disk then, and memory holds no more than this."""
        before, start = self._writing, self._bytes
        self._writing = []
        for piece in encoded.pieces:
            self._writing.append(self._disk.submit(self._put, piece))
            self._digest.update(piece)
            self._bytes += len(piece)
        self._writing.append(self._disk.submit(self._sync, start, self._bytes - start))
        self._rows += encoded.rows
        self._wait(before)

    def written(self) -> WrittenFile:
        """What was written."""
        return WrittenFile(self._name, self._digest.hexdigest(), self._bytes, self._rows)

    @staticmethod
    def _wait(writing: list[Future[None]]) -> None:
        for each in writing:
            each.result()

    def _put(self, piece: bytes | memoryview) -> None:
        written = 0
        while written < len(piece):
            written += self._file.write(piece[written:] if written else piece) or 0

    def _sync(self, start: int, size: int) -> None:
        """See it on the disk, and let the system's cache go of it at once.

        A set larger than memory would push everything else out of it, and to find it new pages all the time takes
        longer than to write (measured: 90 MB/s against 450).
        """
        os.fsync(self._file.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._file.fileno(), start, size, os.POSIX_FADV_DONTNEED)
