"""Reads bytes the way a source does, and gives back the fate of every record."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from prefstrata.sources.framing import Framed, Framing, Limits, Seen, Together, frame, frame_together, frames
from prefstrata.sources.framing._records import LINE_BITS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fates", "fates", "fates_in_parts", "fates_of_file", "fates_together", "seen"]

_REJECT = ("line", "offset", "reason", "detail", "raw", "raw_sha256")


@dataclass(frozen=True)
class Fates:
    """What became of every record: its values, or the row that says why it was refused; both by line."""

    framed: Framed
    taken: Mapping[int, Mapping[str, object]]
    refused: Mapping[int, Mapping[str, object]]

    @property
    def reasons(self) -> dict[int, object]:
        """Reason by line."""
        return {line: row["reason"] for line, row in self.refused.items()}


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    # One for all: opening one costs more than reading a small file.
    return duckdb.connect(config={"threads": 2})


def fates_of_file(path: Path, spec: Framing, limits: Limits | None = None) -> Fates:
    """Frame ``path`` and fetch both tables."""
    with _connection().cursor() as cursor:
        framed = frame(cursor, path, spec, table="framed", limits=limits or Limits())
        taken, refused = (_rows(cursor, table) for table in (framed.table, framed.rejects))
    assert framed.read == len(taken) + len(refused)
    assert framed.rejected == len(refused)
    assert not taken.keys() & refused.keys()
    assert all(tuple(row) == _REJECT for row in refused.values())
    return Fates(framed, taken, refused)


def fates(content: bytes, spec: Framing, *, name: str = "file.jsonl", limits: Limits | None = None) -> Fates:
    """Frame a file that holds ``content``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return fates_of_file(path, spec, limits)


def fates_in_parts(
    content: bytes, spec: Framing, *, name: str = "file.jsonl", limits: Limits
) -> tuple[list[Framed], Fates]:
    """The same of its parts, which are given too; together they are one file."""
    parts: list[Framed] = []
    taken: dict[int, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder, _connection().cursor() as cursor:
        path = Path(folder) / name
        path.write_bytes(content)
        for framed in frames(cursor, path, spec, table="framed", limits=limits):
            parts.append(framed)
            rows = _rows(cursor, framed.table)
            assert len(rows) == framed.read - framed.rejected
            assert not rows.keys() & taken.keys()
            taken |= rows
        refused = _rows(cursor, parts[-1].rejects)
    assert not taken.keys() & refused.keys()
    return parts, Fates(parts[-1], taken, refused)


def fates_together(
    contents: Mapping[str, bytes], spec: Framing, *, limits: Limits
) -> tuple[Together, list[tuple[dict[int, dict[str, object]], dict[int, dict[str, object]]]]]:
    """Frame files together; what was taken and what was refused, by file and then by line."""
    with tempfile.TemporaryDirectory() as folder, _connection().cursor() as cursor:
        paths = [Path(folder) / name for name in contents]
        for path, content in zip(paths, contents.values(), strict=True):
            path.write_bytes(content)
        files = [(path, seen(path)) for path in paths]
        framed = frame_together(cursor, files, spec, table="framed", limits=limits)
        found = [_rows(cursor, table) for table in (framed.table, framed.rejects)]
    by_file: list[tuple[dict[int, dict[str, object]], dict[int, dict[str, object]]]] = [({}, {}) for _ in paths]
    for place, rows in enumerate(found):
        for placed, row in rows.items():
            number, line = divmod(placed, 1 << LINE_BITS)
            by_file[number][place][line] = {**row, "line": line}
    return framed, by_file


def seen(path: Path) -> Seen:
    """The file as it is now, but for its hash."""
    found = path.stat()
    return Seen("", found.st_size, found.st_mtime_ns)


def _rows(cursor: duckdb.DuckDBPyConnection, table: str) -> dict[int, dict[str, object]]:
    names = [str(row[0]) for row in cursor.execute(f"describe {table}").fetchall()]
    rows = cursor.execute(f"select * from {table} order by line").fetchall()  # noqa: S608 (names of its own)
    assert len({row[0] for row in rows}) == len(rows), "a line came twice"
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}
