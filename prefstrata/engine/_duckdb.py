"""The DuckDB engine: the warehouse is one file, written by one process at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.engine._catalogue import Catalogue, column_type, quoted
from prefstrata.engine._connection import Connection
from prefstrata.engine._files import function_names, sql_text
from prefstrata.engine._parted import held_in_parts, numbered
from prefstrata.engine._parts import part_digests
from prefstrata.engine._shared import check_columns, given, may_be_replaced, with_literals
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    import duckdb
    import polars as pl

    from prefstrata.engine._protocol import Parted, Scalar
    from prefstrata.model.tables import Table

__all__ = ["DuckDBEngine"]

# Of the memory there is, for a row of a release: its texts are joined, sorted and written, each a time of its own.
_BYTES_OF_A_ROW = 8192


class DuckDBEngine:
    """Tables in a DuckDB file; what is staged is kept in memory, for this run alone.

    One connection behind a lock: threads take turns, and a transaction of one is never seen half done by another.

    Args:
        path: the warehouse file, made when missing together with its folder; ``:memory:`` for one that is not kept.
        threads: cores to use; all of them by default.
        memory_limit: such as ``2300MB``, the default; beyond it DuckDB spills.
        temp_directory: where it spills; beside the warehouse file by default.

    Raises:
        ConfigError: the file is no DuckDB database, or a setting has a value that DuckDB refuses.
        UnreachableError: another process has the file open.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        temp_directory: str | Path | None = None,
    ) -> None:
        """Open the warehouse and define the functions of ``sql/functions`` in it."""
        self._connection = Connection(
            str(path), threads=threads, memory_limit=memory_limit or "2300MB", temp_directory=temp_directory
        )
        self._catalogue = Catalogue(self._connection)
        try:
            self._define_functions()
        except BaseException:
            self.close()
            raise

    def _define_functions(self) -> None:
        """Functions live in the file, so that any reader of the warehouse has them; a newer release replaces them."""
        with self.transaction():
            for name in function_names():
                self._connection.run(sql_text(f"functions/{name}"))

    def connection(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The engine's own connection, for this thread alone until the block ends.

        What runs on it is part of the open transaction and sees the engine's temporary tables. Read results in full
        (``fetchall``), and neither commit nor close it.
        """
        return self._connection.taken()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A new handle on the same warehouse with a transaction of its own; the caller closes it."""
        return self._connection.cursor()

    def transaction(self) -> AbstractContextManager[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        return self._connection.transaction()

    def ensure(self, table: Table) -> None:
        """Create the table, and its schema, when it is not there yet."""
        with self.transaction():
            self._catalogue.ensure(table)

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing."""
        table = definition(full_name)
        may_be_replaced(table)

        def replaced() -> int:
            with self.transaction():
                self._catalogue.create(table)
                return self._insert(table, sql_text(full_name), given(full_name, params))

        return self._connection.within_memory(replaced)

    def show(self, full_name: str, **params: Scalar) -> None:
        """Let the table be a view of ``sql/<schema>/<table>.sql``, for rows that are read once and need not be kept."""
        table = definition(full_name)
        may_be_replaced(table)
        select = with_literals(sql_text(full_name), given(full_name, params))
        with self.transaction():
            check_columns(table, [row[0] for row in self._connection.run(f"describe {select}")])
            self._catalogue.make_schema(table)
            self._connection.run(f"create or replace view {quoted(table)} as {select}")

    def lend(self, full_name: str, frame: pl.DataFrame) -> None:
        """Let a frame be the table until another is lent; nothing is copied."""
        table = definition(full_name)
        may_be_replaced(table)
        check_columns(table, frame.columns)
        with self.connection() as connection:
            lent = f"__{table.schema}_{table.name}"
            connection.register(lent, ArrowStream(frame))
            self._catalogue.make_schema(table)
            self._connection.run(f'create or replace view {quoted(table)} as select * from "{lent}"')  # noqa: S608 - own name

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        table = definition(full_name)
        select, values = sql_text(full_name), given(full_name, params)
        with self.transaction():
            self._catalogue.ensure(table)
            return self._insert(table, select, values)

    def insert(self, full_name: str, select: str, params: Mapping[str, Any]) -> int:
        """Add the rows of a query, by the names of its columns; returns how many. Never to append-only tables."""
        table = definition(full_name)
        may_be_replaced(table)
        with self.transaction():
            [(rows,)] = self._connection.run(f"insert into {quoted(table)} by name {select}", dict(params))
        return int(rows)

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name."""
        table = definition(full_name)
        check_columns(table, frame.columns)
        with self.transaction(), self.connection() as connection:
            # After an error it goes with the rollback: an aborted transaction refuses to unregister.
            connection.register("__frame", ArrowStream(frame))
            self._catalogue.create(table)
            rows = self._insert(table, 'select * from "__frame"', {})
            connection.unregister("__frame")
        return rows

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there; what is append-only is never cleared."""
        table = definition(full_name)
        may_be_replaced(table)
        with self.transaction():
            self._catalogue.create(table)

    def _insert(self, table: Table, select: str, params: dict[str, Any]) -> int:
        """Add the rows of a statement that gives the table's columns, in any order.

        By name DuckDB refuses a column too many, the list one too few: nobody need ask what a statement gives before.
        """
        typed = ", ".join(
            f'cast("{column.name}" as {column_type(column.type)}) as "{column.name}"' for column in table.columns
        )
        sql = f"insert into {quoted(table)} by name select * replace ({typed}) from (\n{select}\n)"  # noqa: S608 - names are declared
        [(rows,)] = self._connection.run(sql, params)
        return int(rows)

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        return self._connection.frame(f"from {quoted(definition(full_name))}")

    def query(self, name: str, **params: Scalar) -> pl.DataFrame:
        """The result of ``sql/<name>.sql``, which must be small."""
        return self._connection.frame(sql_text(name), given(name, params))

    def count_and_sample(self, name: str, limit: int) -> tuple[int, pl.DataFrame]:
        """How many rows ``sql/<name>.sql`` has, and the first ``limit`` of them by their columns."""
        select = sql_text(name)
        with self.connection():
            [(count,)] = self._connection.run(f"select count(*) from (\n{select}\n)")  # noqa: S608 - a statement of sql/
            # Of no rows only the columns are asked for: they cost nothing, and the statement a second time does.
            some = f"order by all limit {limit:d}" if count else "limit 0"
            sample = self._connection.frame(f"select * from (\n{select}\n) {some}")  # noqa: S608
        return int(count), sample

    @property
    def rows_at_once(self) -> int:
        """Rows of a release, texts and all, that may be joined, sorted and written at once: by the memory there is."""
        [(limit,)] = self._connection.run("select parse_formatted_bytes(current_setting('memory_limit'))")
        return int(limit) // _BYTES_OF_A_ROW

    def parted(self, full_name: str, key: str, places: str, **params: Scalar) -> AbstractContextManager[Parted]:
        """The rows of ``sql/<schema>/<table>.sql`` in parts, outside the warehouse, which need not hold them twice.

        They lie in the order of their parts and in each by the key: whoever reads a part reads its rows and few others,
        and texts are sorted once. Until the block ends, DuckDB reads tables in the order in which they lie.
        """
        return held_in_parts(self._connection, numbered(full_name, key, places), key, given(full_name, params))

    def part_digests(self, full_name: str, key: str, places: str, **params: Scalar) -> dict[int, str]:
        """A hash of each part's rows, which lie nowhere meanwhile."""
        rows, values = numbered(full_name, key, places), given(full_name, params)
        with self.connection() as connection:
            return self._connection.within_memory(lambda: part_digests(connection, rows, key, values))

    def spread(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any] | None:  # noqa: ARG002
        """None: there is no other machine."""
        return None

    def without_checkpoints(self) -> AbstractContextManager[None]:
        """Until the block ends, no commit tidies what it finds: for many small statements on tables kept in memory."""
        return self._connection.without_checkpoints()

    def tidied_meanwhile(self) -> AbstractContextManager[None]:
        """While the block runs, which changes no table, the checkpoint is made that closing would make.

        Raises:
            duckdb.Error: the checkpoint failed, and nothing in the block did.
        """
        return self._connection.tidied_meanwhile()

    def close(self) -> None:
        """Close the warehouse; closing twice is harmless."""
        self._connection.close()
