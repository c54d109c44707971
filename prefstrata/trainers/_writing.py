"""Rows into files: JSON lines in one file a split, or Parquet in as many as the release has."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from io import RawIOBase
    from pathlib import Path

    import polars as pl

__all__ = ["Encoded", "WrittenFile", "as_lines", "as_parquet", "settle", "write_rows"]

_JOINED = 1024


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


def as_lines(lines: Sequence[bytes]) -> Encoded:
    """JSON objects as lines; they are joined when they are written, a few at a time, while the processor has them near."""
    pieces = (b"\n".join([*lines[at : at + _JOINED], b""]) for at in range(0, len(lines), _JOINED))
    return Encoded(len(lines), pieces)


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
    with ExitStack() as opened:
        for part in made:
            for split, encoded in part.items():
                before = files.setdefault(split, [])
                if not parquet:
                    file = before[0] if before else opened.enter_context(_File(folder, f"{split}.jsonl"))
                    file.add(encoded)
                else:
                    (folder / split).mkdir(exist_ok=True)
                    with _File(folder, f"{split}/{len(before):05d}.parquet") as file:
                        file.add(encoded)
                if file not in before:
                    before.append(file)
    for split in sorted(files):
        yield from (file.written() for file in files[split])


class _File:
    """A new file, hashed while it is written."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name = name
        self._file: RawIOBase = (folder / name).open("xb", buffering=0)
        self._digest, self._bytes, self._rows = hashlib.sha256(), 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, encoded: Encoded) -> None:
        """Write at the end, and see it on the disk.

        The system's cache lets go of it at once: a set larger than memory would push everything else out of it, and to
        find it new pages all the time takes longer than to write (measured: 90 MB/s against 450).
        """
        start = self._bytes
        for piece in encoded.pieces:
            written = 0
            while written < len(piece):
                written += self._file.write(piece[written:] if written else piece) or 0
            self._digest.update(piece)
            self._bytes += len(piece)
        self._rows += encoded.rows
        os.fsync(self._file.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._file.fileno(), start, self._bytes - start, os.POSIX_FADV_DONTNEED)

    def written(self) -> WrittenFile:
        """What was written so far."""
        return WrittenFile(self._name, self._digest.hexdigest(), self._bytes, self._rows)
