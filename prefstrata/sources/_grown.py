"""A file that grew: of what it holds, the ledger has the beginning."""

# ruff: noqa: S608 - the names in these statements are ours

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model import PrefstrataError
from prefstrata.sources.framing import fetch_records

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from prefstrata.sources._opened import Opened
    from prefstrata.sources._reading import Reading
    from prefstrata.sources.framing import Framed

__all__ = ["REST", "not_passed"]

REST = "__rest"
"""The temp table that `not_passed` makes."""


def not_passed(  # noqa: PLR0913, PLR0917 - a part of a grown file, and how much of it was read before
    connection: duckdb.DuckDBPyConnection, reading: Reading, path: Path, opened: Opened, framed: Framed, passed: int
) -> str:
    """What the ledger lacks of a part that begins with records read before: a table. Those are not refused twice.

    Raises:
        PrefstrataError: the last of them has more bytes than it had when it was taken.
    """
    last = _line_of(connection, framed, min(passed, framed.read))
    if opened.taken and passed <= framed.read:
        _refuse_grown(path, reading, last, opened.taken)
    rest = f"select * from {framed.table} where __line > {last} or __line in (select unnest(?))"
    connection.execute(f"create or replace temp table {REST} as {rest}", [list(opened.again)]).fetchall()
    connection.execute(f"delete from {framed.rejects} where line <= {last}").fetchall()
    return REST


def _refuse_grown(path: Path, reading: Reading, line: int, taken: int) -> None:
    """Refuse a file whose last record, in the ledger already, has more bytes than it had when it was taken."""
    found = fetch_records(path, reading.framing, [line]).get(line)
    if found is None or (found[0] or 0) + len(found[1].rstrip()) > taken:
        raise PrefstrataError(
            "its last record was taken before it was whole: bytes were added to it since",
            where=str(path),
            todo=f"Nothing was taken. Move the file away and put the records that follow its first {taken:,} bytes"
            " into a file of another name; that record stays in the ledger as it was. Add whole files only.",
        )


def _line_of(connection: duckdb.DuckDBPyConnection, framed: Framed, place: int) -> int:
    """The number of a part's record at a place, the first being 1: numbers may count blank lines, places do not."""
    numbers = f"select __line from {framed.table} union all select line from {framed.rejects}"
    [(first, last)] = connection.execute(f"select min(__line), max(__line) from ({numbers})").fetchall()
    if first is None or last - first + 1 == framed.read:
        return int(first or 1) + place - 1
    found = connection.execute(f"{numbers} order by 1 limit 1 offset {place - 1}").fetchall()
    return int(found[0][0]) if found else int(last)
