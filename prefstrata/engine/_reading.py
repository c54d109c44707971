"""A look into the warehouse that cannot change it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.engine._duckdb import connect
from prefstrata.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

__all__ = ["demand_built", "read_warehouse"]

# Access to other files cannot be allowed again while the warehouse is open; DuckDB refuses that by itself.
_CONFINED = ("set TimeZone = 'UTC'", "set python_enable_replacements = false", "set enable_external_access = false")


@contextmanager
def read_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can read the warehouse's tables, and neither write nor reach another file.

    Args:
        path: the warehouse file.

    Raises:
        ConfigError: there is no warehouse yet, or the file is none.
        UnreachableError: a run has it open.
    """
    if not path.is_file():
        raise ConfigError("there is no warehouse yet", where=str(path), todo="`prefstrata run` makes it")
    connection = connect(str(path), read_only=True)
    try:
        for setting in _CONFINED:
            connection.execute(setting).fetchall()
        yield connection
    finally:
        connection.close()


def demand_built(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """See that a run has built tables.

    Args:
        connection: to the warehouse.
        tables: full names, such as ``evidence.pairs``.

    Raises:
        ConfigError: one of them is not there yet.
    """
    rows = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    if not set(tables) <= {name for [name] in rows}:
        raise ConfigError(
            "nothing has been built yet, so there is nothing to judge", where="warehouse", todo="`prefstrata run` first"
        )
