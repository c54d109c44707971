"""The temp table that the bulk reader fills."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import duckdb

from prefstrata.sources.framing._convert import IN_DOUBT, Texts, reader, value
from prefstrata.sources.framing._fields import Fields, Scalar, identifier
from prefstrata.sources.framing._records import placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prefstrata.sources.framing._spec import Limits

__all__ = ["Target", "drop"]


@dataclass(frozen=True)
class Target:
    """Where the accepted records go: a view of ``connection`` with the column ``line`` and one per field."""

    connection: duckdb.DuckDBPyConnection
    table: str
    line: str
    fields: Fields

    @property
    def rows(self) -> str:
        """Name of the table that the view shows."""
        return _rows_of(self.table)

    @property
    def rejects(self) -> str:
        """Name of the table of refused records."""
        return f"{self.table}_rejects"

    def fill(self, path: Path, limits: Limits, after: int = 0) -> int:
        """Make the newline-delimited JSON at ``path`` the table's content; the number of rows.

        Records are numbered by place, the first being ``after + 1``. Texts are read as they are when that shows them
        exactly, as it most often does; where another type may have spelled one it does not take long to find the first.

        Raises:
            duckdb.Error: a record is not what the fields say; the table is as it was.
        """
        drop(self.connection, self.table)
        in_order = "rowid" not in {name.lower() for name in self.fields} and _ends_a_line(path)
        fill = self._fill_in_order if in_order else self._fill_counting
        try:
            return fill(path, limits, "plain", after)
        except duckdb.Error as error:
            if IN_DOUBT not in str(error):
                raise
        return fill(path, limits, "sliced", after)

    def fill_together(self, path: Path, limits: Limits, lines: Sequence[int]) -> int:
        """The same for a text that several texts make up, of so many lines each: records are numbered by `placed`.

        The last line has its end, and no field is called ``rowid``: that numbers the rows as they were read.
        """
        rows = self.fill(path, limits)
        begins = zip(accumulate(lines, initial=0), lines, strict=False)
        texts = [(begin, placed(number, 1)) for number, (begin, many) in enumerate(begins) if many]
        if texts:
            # Every name is quoted by `identifier`, or ours.
            read, line = identifier(self.rows), identifier(self.line)
            self.connection.execute(
                f"create or replace temp view {identifier(self.table)} as"  # noqa: S608
                f" select {read}.rowid - __texts.__begin + __texts.__first as {line}, {read}.* from {read}"
                f" asof join (values {', '.join(map(str, texts))}) as __texts (__begin, __first)"
                f" on {read}.rowid >= __texts.__begin"
            ).fetchall()
        return rows

    def fill_judged(self, path: Path, limits: Limits, line_key: str) -> int:
        """The same for records that a judge took, numbered by the value of their key ``line_key``."""
        drop(self.connection, self.table)
        read = {line_key: Scalar("integer"), **self.fields}
        return self._fill(path, limits, read, value(identifier(line_key), Scalar("integer")), "sliced")

    def _fill_counting(self, path: Path, limits: Limits, texts: Texts, after: int) -> int:
        return self._fill(path, limits, self.fields, f"row_number() over () + {after:d}", texts)

    def _fill(self, path: Path, limits: Limits, read: Fields, number: str, texts: Texts) -> int:
        columns = [f"{number} as {identifier(self.line)}", *self._columns(texts)]
        # Every name in it is quoted by `identifier`, every text by `literal`.
        rows = self.connection.execute(
            f"create temp table {identifier(self.rows)} as select {', '.join(columns)}"  # noqa: S608
            f" from {reader(str(path), read, record_bytes=limits.record_bytes, texts=texts)}"
        ).fetchall()
        self.show("*")
        return int(rows[0][0])

    def _fill_in_order(self, path: Path, limits: Limits, texts: Texts, after: int) -> int:
        """Read with every thread, keep the order, and take a row's place for its number.

        Counting in the statement itself (``row_number() over ()``) would read with one thread only. Where the last
        line has no line end it must: DuckDB 2.0 gives that line to another thread, which may put it before all others.
        """
        with _in_order(self.connection):
            rows = self.connection.execute(
                f"create temp table {identifier(self.rows)} as select {', '.join(self._columns(texts))}"  # noqa: S608
                f" from {reader(str(path), self.fields, record_bytes=limits.record_bytes, texts=texts)}"
            ).fetchall()
        self.show(f"rowid + {after + 1:d} as {identifier(self.line)}, *")
        return int(rows[0][0])

    def show(self, columns: str) -> None:
        """Make the view: columns, as SQL, of the table that was filled."""
        self.connection.execute(
            f"create or replace temp view {identifier(self.table)} as select {columns} from {identifier(self.rows)}"  # noqa: S608
        ).fetchall()

    def _columns(self, texts: Texts) -> list[str]:
        return [f"{value(identifier(name), type_, texts)} as {identifier(name)}" for name, type_ in self.fields.items()]


def drop(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop what an earlier fill made under this name: the view, and the table that it shows.

    The catalog is not asked what there is: that takes longer than to read a small file.
    """
    connection.execute(f"drop view if exists temp.main.{identifier(table)}").fetchall()
    connection.execute(f"drop table if exists temp.main.{identifier(_rows_of(table))}").fetchall()


def _rows_of(table: str) -> str:
    return f"{table}_rows"


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) in {b"", b"\n"}


@contextmanager
def _in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    [(before,)] = connection.execute("select current_setting('preserve_insertion_order')").fetchall()
    connection.execute("set preserve_insertion_order = true").fetchall()
    try:
        yield
    finally:
        connection.execute(f"set preserve_insertion_order = {before}").fetchall()
