"""``prefstrata sql``: a look into the warehouse."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb

from prefstrata.cli._output import Grid
from prefstrata.engine import damage, read_warehouse
from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["sql"]

_WIDEST = 200
_READ_ONLY = "the warehouse can only be read here: write a statement that reads"
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.PRAGMA)
"""On Spark the warehouse is a folder, and DuckDB itself would not stop a COPY into it."""


def sql(call: Call, query: str, limit: int) -> None:
    """Run a statement on a connection that can only read, and print its first rows."""
    with read_warehouse(call.project().warehouse_path) as connection, call.output.working("asking the warehouse"):
        try:
            statements = connection.extract_statements(query)
            if len(statements) > 1:
                raise ConfigError(f"these are {len(statements)} statements", where="QUERY", todo="ask one at a time")
            if any(each.type not in _READING for each in statements):
                raise ConfigError("this statement does not read", where="QUERY", todo=_READ_ONLY)
            relation = connection.sql(query)
            if relation is None:
                raise ConfigError("this statement has no result", where="QUERY", todo='write one: "show all tables"')
            columns = relation.columns
            rows = relation.limit(limit + 1).fetchall()
        except duckdb.Error as error:
            told = damage(error, "warehouse")
            advice = _advice(error, connection, query)
            raise told or ConfigError(str(error).strip(), where="QUERY", todo=advice) from error
    if len(rows) > limit:
        call.output.note(f"the first {limit:,} rows; more with --limit")
    rows = rows[:limit]
    if call.output.json and len(set(columns)) < len(columns):
        twice = sorted({name for name in columns if columns.count(name) > 1})
        raise ConfigError(f"two columns are called {', '.join(twice)}", where="QUERY", todo="name them apart with `as`")
    document = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
    heads = tuple(f">{name}" if _numeric(rows, at) else name for at, name in enumerate(columns))
    call.output.emit(document, Grid(heads, tuple(tuple(map(_short, row)) for row in rows)))


def _named(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """The tables of the warehouse whose names stand in a query."""
    tables = connection.sql("select table_schema || '.' || table_name from information_schema.tables order by all")
    words = set(re.findall(r"\w+\.\w+", query.replace('"', "")))
    return [name for (name,) in tables.fetchall() if name in words]


def _advice(error: duckdb.Error, connection: duckdb.DuckDBPyConnection, query: str) -> str:
    # After other errors the connection may answer nothing more.
    if isinstance(error, duckdb.BinderException) and (tables := _named(connection, query)):
        return "see " + ", ".join(f'`prefstrata sql "describe {name}"`' for name in tables)
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return 'see `prefstrata sql "show all tables"`, or the reference of tables'
    return _READ_ONLY


def _plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any value of DuckDB's, one form a line
    """The value as JSON has it; what JSON has no form for becomes its text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, timedelta | UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _short(value: Any) -> object:  # noqa: ANN401 - as above
    plain = _plain(value)
    if plain is None or isinstance(plain, bool | float):
        return plain
    text = str(plain)  # a number too: an id must not get separators
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def _numeric(rows: list[tuple[Any, ...]], at: int) -> bool:
    values = [row[at] for row in rows if row[at] is not None]
    return bool(values) and all(isinstance(value, int | float | Decimal) for value in values)
