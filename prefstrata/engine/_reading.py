"""A look into the warehouse that cannot change it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from prefstrata.engine._duckdb import DuckDBEngine
from prefstrata.engine._files import sql_text
from prefstrata.engine._folder import TableFolder, show_tables
from prefstrata.engine._opening import connect, damage
from prefstrata.model.errors import ConfigError
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["demand_built", "read_warehouse"]

# Access to other files cannot be allowed again while the warehouse is open; DuckDB refuses that by itself.
_CONFINED = ("set TimeZone = 'UTC'", "set python_enable_replacements = false", "set enable_external_access = false")


@contextmanager
def read_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can read the warehouse's tables, and neither write nor reach another file.

    Args:
        path: the warehouse file; of a project on Spark, the folder of its tables.

    Raises:
        ConfigError: there is no warehouse yet, or the file is none.
        IntegrityError: it is damaged; told also when it is found in the block.
        UnreachableError: a run has it open.
    """
    if path.is_dir() and TableFolder(path).exists():
        with _looking_into(path) as connection:
            yield connection
        return
    if not path.is_file():
        raise ConfigError("there is no warehouse yet", where=str(path), todo="`prefstrata run` makes it")
    connection = connect(str(path), read_only=True)
    try:
        for setting in _CONFINED:
            connection.execute(setting).fetchall()
        yield connection
    except duckdb.Error as error:
        if told := damage(error, str(path)):
            raise told from error
        raise
    finally:
        connection.close()


@contextmanager
def _looking_into(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A view for each table, as committed last: a run that goes on may add to the folder, and changes no file in it.

    DuckDB in memory cannot be opened to read only: who lets others write the statements lets none but SELECT pass.
    """
    engine = DuckDBEngine(":memory:")
    try:
        with engine.connection() as connection:
            show_tables(connection, folder, TableFolder(folder).state())
            allowed = str(folder.resolve()).replace("'", "''")
            connection.execute(f"set allowed_directories = ['{allowed}/']").fetchall()
            for setting in _CONFINED:
                connection.execute(setting).fetchall()
            yield connection
    finally:
        engine.close()


def demand_built(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """See that a run has built tables as this version has them, and that consent stands for what they hold.

    Args:
        connection: to the warehouse.
        tables: full names, such as ``evidence.pairs``.

    Raises:
        ConfigError: one of them, or a column of one, is not there yet, or somebody withdrew since.
    """
    # What another version built may have the table, and not each column.
    asked = "select table_schema || '.' || table_name, column_name from information_schema.columns"
    there = set(connection.execute(asked).fetchall())
    wanted = [(name, column.name) for name in tables for column in table(name).columns]
    if missing := [each for each in wanted if each not in there]:
        built = {name for name, _ in there}
        what = "nothing has been built yet, so there is nothing to judge"
        if built.intersection(tables):
            name, column = min(missing)
            part = f"{name}, column {column}" if name in built else name
            what = f"the last run has not built {part}: it was cut off, or is of another version of prefstrata"
        raise ConfigError(what, where="warehouse", todo="`prefstrata run` first")
    if connection.execute(sql_text("reports/withdrawn_since")).fetchall():
        raise ConfigError(
            "somebody withdrew consent since the last run, and what was built then still holds it",
            where="warehouse",
            todo="`prefstrata run` first",
        )
