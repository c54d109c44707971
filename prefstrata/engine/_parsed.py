"""Statements as DuckDB has parsed them, kept by their text."""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock

import duckdb

__all__ = ["parsed"]

_LOCK = Lock()


@lru_cache(maxsize=2048)
def parsed(sql: str) -> duckdb.Statement | str:
    """The statement that a text is, to be run on any connection; of several, the text itself.

    Parsing takes DuckDB 2.0 as long as half of what it does besides for a long statement over few rows; and the steps
    of a fit, say, are the same statements again and again.

    Raises:
        duckdb.ParserException: it is none.
    """
    with _LOCK:
        found = _parser().extract_statements(sql)
    return found[0] if len(found) == 1 else sql


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1})
