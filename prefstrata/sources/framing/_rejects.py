"""The sink for refused records: a temp table, written in small batches."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

import polars as pl

from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table
from prefstrata.sources.framing._fields import identifier

if TYPE_CHECKING:
    from types import TracebackType

    import duckdb

    from prefstrata.sources.framing._reasons import Refusal
    from prefstrata.sources.framing._records import Record
    from prefstrata.sources.framing._spec import Limits

__all__ = ["REJECTS", "Rejects", "readable"]

REJECTS = tuple(column for column in table("staging.rejects").columns if column.name != "batch_id")
_SCHEMA = {column.name: pl.Int64 if column.type == "bigint" else pl.String for column in REJECTS}
_ROWS, _BYTES = 4096, 8 << 20
_LONGEST_CHARACTER = 4


class Rejects:
    """Collects refused records into a temp table, a batch at a time; a context manager that writes the last one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, limits: Limits) -> None:
        """Create the table, empty."""
        columns = ", ".join(f'"{column.name}" {column.type}' for column in REJECTS)
        connection.execute(f"create or replace temp table {identifier(name)} ({columns})").fetchall()
        self._connection, self._name, self._limits = connection, name, limits
        self._rows: list[tuple[int, int | None, str, str, str, str]] = []
        self._bytes = 0
        self.count = 0

    def add(self, record: Record, refusal: Refusal) -> None:
        """Add ``record``, refused because of ``refusal``."""
        raw = readable(record.raw, self._limits)
        digest = record.sha256 or hashlib.sha256(record.raw).hexdigest()
        self._rows.append((record.line, record.offset, refusal.reason.value, refusal.detail, raw, digest))
        self._bytes += len(raw)
        self.count += 1
        if len(self._rows) >= _ROWS or self._bytes >= _BYTES:
            self.write()

    def __enter__(self) -> Self:
        """This sink."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left, unless an error is on its way."""
        if kind is None:
            self.write()

    def write(self) -> None:
        """Write what was added since the last time."""
        if self._rows:
            frame = pl.DataFrame(self._rows, schema=_SCHEMA, orient="row")
            self._connection.register("framing_rejects_batch", ArrowStream(frame))
            try:
                self._connection.execute(f"insert into {identifier(self._name)} from framing_rejects_batch").fetchall()
            finally:
                self._connection.unregister("framing_rejects_batch")
        self._rows, self._bytes = [], 0


def readable(raw: bytes, limits: Limits) -> str:
    r"""The start of ``raw`` as text: at most ``limits.raw_bytes`` of it, what is no UTF-8 and NUL as ``\xNN``."""
    text = raw[: limits.raw_bytes]
    if len(text) < len(raw):
        # A character that the cut goes through is left out, so that it is not shown as bad bytes.
        for back in range(1, _LONGEST_CHARACTER):
            if text[-back:][:1] >= b"\xc0":
                whole = raw[len(text) - back :][:_LONGEST_CHARACTER].decode(errors="ignore")[:1].encode()
                text = text[:-back] if len(whole) > back else text
                break
    return text.decode(errors="backslashreplace").replace("\0", "\\x00")
