"""The temp table that the bulk reader fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.framing._convert import reader, value
from prefstrata.sources.framing._fields import Fields, Scalar, identifier

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from prefstrata.sources.framing._spec import Limits

__all__ = ["Target"]


@dataclass(frozen=True)
class Target:
    """Where the accepted records go: a table of ``connection`` with the column ``line`` and one per field."""

    connection: duckdb.DuckDBPyConnection
    table: str
    line: str
    fields: Fields

    @property
    def rejects(self) -> str:
        """Name of the table of refused records."""
        return f"{self.table}_rejects"

    def fill(self, path: Path, limits: Limits, *, line_key: str | None = None) -> int:
        """Make the newline-delimited JSON at ``path`` the table's content; the number of rows.

        Records are numbered by place, or by the value of their key ``line_key``.

        Raises:
            duckdb.Error: a record is not what the fields say; the table is as it was.
        """
        read = dict(self.fields) if line_key is None else {line_key: Scalar("integer"), **self.fields}
        number = "row_number() over ()" if line_key is None else value(identifier(line_key), Scalar("integer"))
        columns = [f"{number} as {identifier(self.line)}"]
        columns += [f"{value(identifier(name), type_)} as {identifier(name)}" for name, type_ in self.fields.items()]
        # Every name in it is quoted by `identifier`, every text by `literal`.
        rows = self.connection.execute(
            f"create or replace temp table {identifier(self.table)} as select {', '.join(columns)}"  # noqa: S608
            f" from {reader(str(path), read, record_bytes=limits.record_bytes)}"
        ).fetchall()
        return int(rows[0][0])
