"""Rows into files: JSON lines in one file a split, or Parquet in as many as the release has."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import polars as pl

__all__ = ["WrittenFile", "settle", "write_rows"]


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


def encode(frame: pl.DataFrame, *, parquet: bool) -> tuple[bytes, int]:
    """The bytes of some rows, and how many they are."""
    target = io.BytesIO()
    if parquet:
        frame.write_parquet(target, compression="zstd", compression_level=1)
    else:
        frame.write_ndjson(target)
    return target.getvalue(), frame.height


def write_rows(made: Iterable[dict[str, tuple[bytes, int]]], folder: Path, *, parquet: bool) -> Iterator[WrittenFile]:
    """Write what was encoded, part by part, into the files of each split.

    Args:
        made: for each part in order, the encoded rows of each split that it has some of.
        folder: where; files of a split are ``<split>.jsonl``, or ``<split>/NNNNN.parquet``.
        parquet: which of the two.
    """
    splits: dict[str, _Parquet | _Lines] = {}
    for part in made:
        for split, (content, rows) in part.items():
            if split not in splits:
                splits[split] = _Parquet(folder, split) if parquet else _Lines(folder, split)
            splits[split].add(content, rows)
    for split in sorted(splits):
        yield from splits[split].end()


class _Lines:
    """One file of JSON lines, hashed while it is written."""

    def __init__(self, folder: Path, split: str) -> None:
        self._name = f"{split}.jsonl"
        self._file: BinaryIO = (folder / self._name).open("xb")
        self._digest, self._bytes, self._rows = hashlib.sha256(), 0, 0

    def add(self, content: bytes, rows: int) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._bytes += len(content)
        self._rows += rows

    def end(self) -> Iterator[WrittenFile]:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        yield WrittenFile(self._name, self._digest.hexdigest(), self._bytes, self._rows)


class _Parquet:
    """A folder of Parquet files, one a part."""

    def __init__(self, folder: Path, split: str) -> None:
        self._folder, self._split = folder, split
        (folder / split).mkdir()
        self._written: list[WrittenFile] = []

    def add(self, content: bytes, rows: int) -> None:
        path = self._folder / self._split / f"{len(self._written):05d}.parquet"
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        self._written.append(WrittenFile(path.relative_to(self._folder).as_posix(), digest, len(content), rows))

    def end(self) -> Iterator[WrittenFile]:
        yield from self._written
