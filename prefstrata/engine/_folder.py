"""Tables as Parquet in a folder that several machines see, all of them behind one pointer.

``tables.json`` names, for every table, the folders under ``data/`` that hold its rows. A change writes new folders
first and then renames a new ``tables.json`` into place: one rename, whatever number of tables it is about, so that who
is killed leaves the state before. Folders that nothing names are swept away by the next run. What lives for one run
alone is under ``scratch/`` and never named.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from typing import TYPE_CHECKING

from prefstrata.engine._types import duckdb_type, parse_type
from prefstrata.model.errors import ConfigError
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from prefstrata.model.tables import Table

__all__ = ["TableFolder", "duckdb_columns", "parquet_files", "show_tables"]

_POINTER = "tables.json"
_FORMAT = "prefstrata-tables/1"

Parts = tuple[str, ...]
"""The folders that hold a table's rows, relative to the home of the tables; none for an empty table."""


class TableFolder:
    """The home of the tables.

    Args:
        path: the folder; made when it is first written to.
    """

    def __init__(self, path: Path) -> None:
        """Look at nothing yet."""
        self.path = path

    @property
    def pointer(self) -> Path:
        """The file that says what is where."""
        return self.path / _POINTER

    def exists(self) -> bool:
        """Whether there is anything yet."""
        return self.pointer.is_file()

    def state(self) -> dict[str, Parts]:
        """The parts of every table, as committed last.

        Raises:
            ConfigError: the pointer is none of ours.
        """
        if not self.exists():
            return {}
        try:
            held = json.loads(self.pointer.read_bytes())
            # Of another format, it has no tables that could be read here.
            return {name: tuple(parts) for name, parts in {_FORMAT: held["tables"]}[held["format"]].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"it does not say where tables are: {error}", where=str(self.pointer), todo="restore it from a backup"
            ) from error

    def commit(self, state: Mapping[str, Parts]) -> None:
        """Make this the state, at once and for good: data first, then its name."""
        self.path.mkdir(parents=True, exist_ok=True)
        kept = {name: list(parts) for name, parts in sorted(state.items())}
        new = self.pointer.with_name(f"{_POINTER}.{uuid.uuid4().hex}")
        with new.open("x", encoding="utf-8") as file:
            json.dump({"format": _FORMAT, "tables": kept}, file, indent=0)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.pointer)
        _sync(self.path)

    def new_part(self, full_name: str) -> str:
        """A folder for rows of a table, relative to :attr:`path`, that nobody else has; it is not made."""
        return self.new_scratch(full_name) if definition(full_name).passing else _new(f"data/{full_name}")

    def new_scratch(self, name: str) -> str:
        """A folder, as of :meth:`new_part`, for rows that no table has and that live for one run at most."""
        return _new(f"scratch/{name}")

    def settle(self, part: str) -> None:
        """Make what was written into a folder survive a power cut, before anything names it."""
        folder = self.path / part
        for path in (*parquet_files(folder), folder, folder.parent):
            _sync(path)

    def drop(self, part: str) -> None:
        """Remove a folder that nothing names any more."""
        shutil.rmtree(self.path / part, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what no state names: what killed runs left, what was replaced, and all of scratch."""
        named = {part for parts in self.state().values() for part in parts}
        shutil.rmtree(self.path / "scratch", ignore_errors=True)
        for left in self.path.glob(f"{_POINTER}.*"):
            left.unlink(missing_ok=True)
        for folder in self.path.glob("data/*/*"):
            if folder.relative_to(self.path).as_posix() not in named:
                shutil.rmtree(folder, ignore_errors=True)


def _new(folder: str) -> str:
    return f"{folder}/{uuid.uuid4().hex}"


def parquet_files(folder: Path) -> list[Path]:
    """The files of a part, sorted."""
    return sorted(path for path in folder.glob("*.parquet") if path.is_file())


def show_tables(
    connection: duckdb.DuckDBPyConnection, home: Path, state: Mapping[str, Parts], shown: dict[str, Parts] | None = None
) -> None:
    """Let a DuckDB in memory see the tables: a view each, over their files.

    Args:
        connection: to it.
        home: the home of the tables.
        state: the parts of every table.
        shown: what it sees already; brought up to date.
    """
    known = {} if shown is None else shown
    for full_name, parts in state.items():
        if known.get(full_name) != parts:
            table = definition(full_name)
            if not table.passing:  # of these names a DuckDB engine has databases
                connection.execute(f'create schema if not exists "{table.schema}"').fetchall()
            name = f'"{table.schema}"."{table.name}"'
            connection.execute(f"create or replace view {name} as {_select(table, home, parts)}").fetchall()
            known[full_name] = parts


def duckdb_columns(table: Table) -> str:
    """The columns of a table with their types, as a DuckDB query names them."""
    return ", ".join(
        f'cast("{column.name}" as {duckdb_type(parse_type(column.type))}) as "{column.name}"'
        for column in table.columns
    )


def _select(table: Table, home: Path, parts: Parts) -> str:
    files = [path for part in parts for path in parquet_files(home / part)]
    # Beside nothing that has every column, a column that a part of an earlier version lacks is null there.
    nothing = ", ".join(f'null as "{column.name}"' for column in table.columns)
    rows = f"select {nothing} where false"
    if files:
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        rows += f" union all by name from read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    return f"select {duckdb_columns(table)} from ({rows})"  # noqa: S608 - own names


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
