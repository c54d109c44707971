"""Reads bytes the way a source does, and gives back the fate of every record."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from prefstrata.sources.framing import Framed, Framing, Limits, frame, frames

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fates", "fates", "fates_in_parts", "fates_of_file"]

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


def _rows(cursor: duckdb.DuckDBPyConnection, table: str) -> dict[int, dict[str, object]]:
    names = [str(row[0]) for row in cursor.execute(f"describe {table}").fetchall()]
    rows = cursor.execute(f"select * from {table} order by line").fetchall()  # noqa: S608 (names of its own)
    assert len({row[0] for row in rows}) == len(rows), "a line came twice"
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}
