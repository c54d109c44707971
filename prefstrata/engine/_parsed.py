"""Statements as DuckDB has parsed them, kept by their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["parsed"]

_MOST, _LONGEST = 1024, 1 << 15
_KEPT: dict[str, duckdb.Statement] = {}


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement | str:
    """The statement that a text is, to be run on any connection; the text itself where it is several, or very long.

    Parsing takes DuckDB 2.0 as long as half of what it does besides for a long statement over few rows; and the steps
    of a fit, say, are the same statements again and again.

    Raises:
        duckdb.ParserException: it is none.
    """
    if len(sql) > _LONGEST:
        return sql
    if (kept := _KEPT.get(sql)) is not None:
        return kept
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        return sql
    if len(_KEPT) >= _MOST:
        _KEPT.clear()
    _KEPT[sql] = statements[0]
    return statements[0]
