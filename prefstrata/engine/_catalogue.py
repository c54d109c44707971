"""Which tables a warehouse has, with which columns: made where they are not there, brought up to date, made anew."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from prefstrata.engine._shared import literal
from prefstrata.engine._types import duckdb_type, parse_type
from prefstrata.model.errors import ConfigError

if TYPE_CHECKING:
    from prefstrata.engine._connection import Connection
    from prefstrata.model.tables import Table

__all__ = ["Catalogue", "column_type", "quoted"]


class Catalogue:
    """The tables of a warehouse, as they are declared."""

    def __init__(self, connection: Connection) -> None:
        """Ask for nothing yet."""
        self._connection = connection
        self._there: dict[str, set[str]] | None = None
        self._undone = 0

    def ensure(self, table: Table) -> None:
        """Create the table, and its schema, when it is not there yet; a ledger gets the columns that it lacks.

        What a run makes anew is told what it means then: a comment costs more than an empty table.
        """
        if table.full_name not in self._tables():
            self._make(table, "if not exists", commented=table.append_only)
        elif table.append_only:
            self._bring_up_to_date(table)

    def create(self, table: Table) -> None:
        """Create or replace the table, empty, with what it means as comments where somebody may come to read them."""
        self._make(table, "or replace", commented=not table.passing)

    def make_schema(self, table: Table) -> None:
        """Create the schema of a table when it is not there yet."""
        if not table.passing and not any(name.startswith(f"{table.schema}.") for name in self._tables()):
            self._connection.run(f'create schema if not exists "{table.schema}"')

    def _tables(self) -> dict[str, set[str]]:
        """Columns of the tables that are there; asked for once, and after what was made may have been undone."""
        if self._there is None or self._undone != self._connection.undone:
            found = self._connection.run(
                "select database_name, schema_name, table_name, database_name = current_database(), list(column_name)"
                " from duckdb_columns() semi join (from duckdb_tables() where not temporary)"
                " using (database_name, schema_name, table_name) group by all"
            )
            self._there = {f"{schema if kept else base}.{name}": {*of} for base, schema, name, kept, of in found}
            self._undone = self._connection.undone
        return self._there

    def _bring_up_to_date(self, table: Table) -> None:
        """Give a ledger of an earlier version the columns that it lacks: nothing is known of them for what it holds."""
        held = self._tables()[table.full_name]
        if more := sorted(held - {column.name for column in table.columns}):
            raise ConfigError(
                f"the warehouse was made by another version of prefstrata: {table.full_name} has the column {more[0]}",
                where=self._connection.path,
                todo="install that version; or move the warehouse away and run: the ledger is read anew from the inbox",
            )
        for column in table.columns:
            if column.name not in held:
                self._connection.run(
                    f'alter table {quoted(table)} add column "{column.name}" {column_type(column.type)}'
                )
                held.add(column.name)

    def _make(self, table: Table, how: Literal["or replace", "if not exists"], *, commented: bool) -> None:
        columns = ", ".join(f'"{column.name}" {column_type(column.type)}' for column in table.columns)
        name = quoted(table)
        made = f"create or replace table {name}" if how == "or replace" else f"create table if not exists {name}"
        statements = [f"{made} ({columns})"]
        if commented:
            # Of its columns runs.meanings tells: a comment on each takes ten times as long as the table itself.
            statements.append(f"comment on table {name} is {literal(table.grain)}")
        self.make_schema(table)
        self._connection.run("; ".join(statements))
        self._tables()[table.full_name] = {column.name for column in table.columns}


@cache
def column_type(text: str) -> str:
    """A declared type, as DuckDB spells it."""
    return duckdb_type(parse_type(text))


def quoted(table: Table) -> str:
    """The name of a table, as SQL takes it."""
    return f'"{table.schema}"."{table.name}"'
