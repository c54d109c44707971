"""The DuckDB engine: the warehouse is one file, written by one process at a time."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import duckdb
import polars as pl

from prefstrata.engine._files import function_names, sql_text
from prefstrata.engine._parsed import parsed
from prefstrata.engine._parts import part_digests
from prefstrata.engine._shared import check_columns, given, may_be_replaced, with_literals
from prefstrata.engine._types import duckdb_type, parse_type
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.errors import ConfigError, IntegrityError, UnreachableError
from prefstrata.model.tables import PASSING
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prefstrata.engine._protocol import Parted, Scalar
    from prefstrata.model.tables import Table

__all__ = ["DuckDBEngine", "connect"]

_MEMORY = ":memory:"
_RESTORE = "restore it from a copy; without one, move it away and run: the ledger is read anew from the inbox"
# At DuckDB's own 16 MiB a run tidied between its steps, again and again, what the next step replaces; closing tidies.
_TIDIED_AT = "256MB"
# Bytes that closing takes long enough over; a checkpoint costs something for every table, too.
_LONG_LOG = 16 << 20
# Of the memory there is, for a row of a release: its texts are joined, sorted and written, each a time of its own.
_BYTES_OF_A_ROW = 8192
_Made = TypeVar("_Made")
_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


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
        self._lock = RLock()
        self._depth = 0
        self._there: dict[str, set[str]] | None = None
        self._path = str(path)
        self._connection = connect(str(path))
        try:
            # What is staged, fitted or written to files lives for one run: in memory, spilled when it must be.
            # The database has the schema's name, so that SQL says staging.votes as it says ledger.votes.
            for schema in PASSING:
                self._run(f"attach ':memory:' as {schema}")
            self._configure(str(path), threads, memory_limit or "2300MB", temp_directory)
            self._define_functions()
        except BaseException:
            self.close()
            raise

    def _configure(self, path: str, threads: int | None, memory_limit: str, temp: str | Path | None) -> None:
        settings: dict[str, str | int | bool] = {
            "TimeZone": "UTC",
            # Row order is never content here, and keeping it costs memory and parallel writing.
            "preserve_insertion_order": False,
            # A statement must read tables, never a Python variable that happens to have a table's name.
            "python_enable_replacements": False,
            # These two cost more than all the rest of writing a table of texts and ids, for a third of its size.
            "disabled_compression_methods": "dict_fsst,fsst",
            "memory_limit": memory_limit,
            "checkpoint_threshold": _TIDIED_AT,
        }
        if threads is not None:
            settings["threads"] = threads
        if temp is not None or path != _MEMORY:
            settings["temp_directory"] = str(temp or f"{path}.tmp")
        for name, value in settings.items():
            try:
                self._run(f"set {name} = {_literal(str(value))}")
            except duckdb.Error as error:
                raise ConfigError(
                    f"DuckDB refuses {name} = {value!r}: {error}", where="engine", todo="correct it in prefstrata.yaml"
                ) from error

    def _define_functions(self) -> None:
        """Functions live in the file, so that any reader of the warehouse has them; a newer release replaces them."""
        with self.transaction():
            for name in function_names():
                self._run(sql_text(f"functions/{name}"))

    def _run(self, sql: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and read all of its result: an unread one would block the connection."""
        return self._connection.execute(parsed(self._connection, sql), params or {}).fetchall()

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The engine's own connection, for this thread alone until the block ends.

        What runs on it is part of the open transaction and sees the engine's temporary tables. Read results in full
        (``fetchall``), and neither commit nor close it.
        """
        with self._lock:
            yield self._connection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A new handle on the same warehouse with a transaction of its own; the caller closes it."""
        with self._lock:
            return self._connection.cursor()

    def ensure(self, table: Table) -> None:
        """Create the table, and its schema, when it is not there yet.

        What a run makes anew is told what it means then: a comment costs more than an empty table.
        """
        with self.transaction():
            if table.full_name not in self._tables():
                self._make(table, "if not exists", commented=table.append_only)
            elif table.append_only:
                self._bring_up_to_date(table)

    def _bring_up_to_date(self, table: Table) -> None:
        """Give a ledger of an earlier version the columns that it lacks: nothing is known of them for what it holds."""
        held = self._tables()[table.full_name]
        if more := sorted(held - {column.name for column in table.columns}):
            raise ConfigError(
                f"the warehouse was made by another version of prefstrata: {table.full_name} has the column {more[0]}",
                where=self._path,
                todo="install that version; or move the warehouse away and run: the ledger is read anew from the inbox",
            )
        for column in table.columns:
            if column.name not in held:
                self._run(f'alter table {_quoted(table)} add column "{column.name}" {_type(column.type)}')
                held.add(column.name)

    def _tables(self) -> dict[str, set[str]]:
        """Columns of the tables that are there; asked for once, and after what was made may have been undone."""
        if self._there is None:
            found = self._run(
                "select database_name, schema_name, table_name, database_name = current_database(), list(column_name)"
                " from duckdb_columns() semi join (from duckdb_tables() where not temporary)"
                " using (database_name, schema_name, table_name) group by all"
            )
            self._there = {f"{schema if kept else base}.{name}": {*of} for base, schema, name, kept, of in found}
        return self._there

    def _create(self, table: Table) -> None:
        """Create or replace the table, empty, with what it means as comments where somebody may come to read them."""
        self._make(table, "or replace", commented=not table.passing)

    def _make(self, table: Table, how: Literal["or replace", "if not exists"], *, commented: bool) -> None:
        columns = ", ".join(f'"{column.name}" {_type(column.type)}' for column in table.columns)
        name = _quoted(table)
        made = f"create or replace table {name}" if how == "or replace" else f"create table if not exists {name}"
        statements = [f"{made} ({columns})"]
        if commented:
            # Of its columns runs.meanings tells: a comment on each takes ten times as long as the table itself.
            statements.append(f"comment on table {name} is {_literal(table.grain)}")
        self._make_schema(table)
        self._run("; ".join(statements))
        self._tables()[table.full_name] = {column.name for column in table.columns}

    def _make_schema(self, table: Table) -> None:
        if not table.passing and not any(name.startswith(f"{table.schema}.") for name in self._tables()):
            self._run(f'create schema if not exists "{table.schema}"')

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing."""
        table = definition(full_name)
        may_be_replaced(table)

        def replaced() -> int:
            with self.transaction():
                return self._replace(table, sql_text(full_name), given(full_name, params))

        return self._in_memory(replaced)

    def _in_memory(self, work: Callable[[], _Made]) -> _Made:
        """Do the work, once more with one thread where memory is too little for all of them: each takes its own.

        In an open transaction there is no second try: it is lost with the first.
        """
        with self._lock:
            try:
                return work()
            except duckdb.OutOfMemoryException:
                [(threads,)] = self._run("select current_setting('threads')") if self._depth == 0 else [(1,)]
                if threads == 1:
                    raise
            self._run("set threads = 1")
            try:
                return work()
            finally:
                self._run(f"set threads = {threads}")

    def _replace(self, table: Table, select: str, params: dict[str, Any]) -> int:
        self._create(table)
        return self._insert(table, select, params)

    def show(self, full_name: str, **params: Scalar) -> None:
        """Let the table be a view of ``sql/<schema>/<table>.sql``, for rows that are read once and need not be kept."""
        table = definition(full_name)
        may_be_replaced(table)
        select = with_literals(sql_text(full_name), given(full_name, params))
        with self.transaction():
            check_columns(table, [row[0] for row in self._run(f"describe {select}")])
            self._make_schema(table)
            self._run(f"create or replace view {_quoted(table)} as {select}")

    def lend(self, full_name: str, frame: pl.DataFrame) -> None:
        """Let a frame be the table until another is lent; nothing is copied."""
        table = definition(full_name)
        may_be_replaced(table)
        check_columns(table, frame.columns)
        with self._lock:
            lent = f"__{table.schema}_{table.name}"
            self._connection.register(lent, ArrowStream(frame))
            self._make_schema(table)
            self._run(f'create or replace view {_quoted(table)} as select * from "{lent}"')  # noqa: S608 - own name

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        table = definition(full_name)
        select, values = sql_text(full_name), given(full_name, params)
        with self.transaction():
            self.ensure(table)
            return self._insert(table, select, values)

    def _insert(self, table: Table, select: str, params: dict[str, Any]) -> int:
        """Add the rows of a statement that gives the table's columns, in any order.

        By name DuckDB refuses a column too many, the list one too few: nobody need ask what a statement gives before.
        """
        typed = ", ".join(
            f'cast("{column.name}" as {_type(column.type)}) as "{column.name}"' for column in table.columns
        )
        sql = f"insert into {_quoted(table)} by name select * replace ({typed}) from (\n{select}\n)"  # noqa: S608 - names are declared
        [(rows,)] = self._run(sql, params)
        return int(rows)

    def query(self, name: str, **params: Scalar) -> pl.DataFrame:
        """The result of ``sql/<name>.sql``, which must be small."""
        with self._lock:
            return self._frame(sql_text(name), given(name, params))

    def count_and_sample(self, name: str, limit: int) -> tuple[int, pl.DataFrame]:
        """How many rows ``sql/<name>.sql`` has, and the first ``limit`` of them by their columns."""
        select = sql_text(name)
        with self._lock:
            [(count,)] = self._run(f"select count(*) from (\n{select}\n)")  # noqa: S608 - a statement of sql/
            # Of no rows only the columns are asked for: they cost nothing, and the statement a second time does.
            some = f"order by all limit {limit:d}" if count else "limit 0"
            sample = self._frame(f"select * from (\n{select}\n) {some}")  # noqa: S608
        return int(count), sample

    def _frame(self, sql: str, params: dict[str, Any] | None = None) -> pl.DataFrame:
        return pl.DataFrame(ArrowStream(self._connection.sql(parsed(self._connection, sql), params=params or {})))

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name."""
        table = definition(full_name)
        check_columns(table, frame.columns)
        with self.transaction():
            # After an error it goes with the rollback: an aborted transaction refuses to unregister.
            self._connection.register("__frame", ArrowStream(frame))
            self._create(table)
            rows = self._insert(table, 'select * from "__frame"', {})
            self._connection.unregister("__frame")
        return rows

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there; what is append-only is never cleared."""
        table = definition(full_name)
        may_be_replaced(table)
        with self.transaction():
            self._create(table)

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        with self._lock:
            return self._frame(f"from {_quoted(definition(full_name))}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        with self._lock:
            if self._depth == 0:
                self._run("begin transaction")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._run("commit")
            except BaseException:
                if self._depth == 1:
                    self._there = None
                    # After some errors DuckDB has rolled back by itself; the first error is the one to tell.
                    with suppress(duckdb.Error):
                        self._run("rollback")
                raise
            finally:
                self._depth -= 1

    def insert(self, full_name: str, select: str, params: Mapping[str, Any]) -> int:
        """Add the rows of a query, by the names of its columns; returns how many. Never to append-only tables."""
        table = definition(full_name)
        may_be_replaced(table)
        with self.transaction():
            [(rows,)] = self._run(f"insert into {_quoted(table)} by name {select}", dict(params))
        return int(rows)

    @property
    def rows_at_once(self) -> int:
        """Rows of a release, texts and all, that may be joined, sorted and written at once: by the memory there is."""
        [(limit,)] = self._run("select parse_formatted_bytes(current_setting('memory_limit'))")
        return int(limit) // _BYTES_OF_A_ROW

    @contextmanager
    def parted(self, full_name: str, key: str, places: str, **params: Scalar) -> Iterator[Parted]:
        """The rows of ``sql/<schema>/<table>.sql`` in parts, outside the warehouse, which need not hold them twice.

        They lie in the order of their parts and in each by the key: whoever reads a part reads its rows and few others,
        and texts are sorted once. Until the block ends, DuckDB reads tables in the order in which they lie.
        """
        with self._lock:
            self._run("attach ':memory:' as scratch")
            try:
                rows = _numbered(full_name, key, places)
                create = f"create table scratch.parts as select * from {rows} order by file_number, {key}"  # noqa: S608 - own names
                self._in_memory(lambda: self._run(create, given(full_name, params)))
                self._run("set preserve_insertion_order = true")
                counts = self._run("select file_number, count(*) from scratch.parts group by all order by all")
                yield _Parted({int(part): int(count) for part, count in counts}, self._connection)
            finally:
                self._run("detach scratch")
                self._run("set preserve_insertion_order = false")

    def part_digests(self, full_name: str, key: str, places: str, **params: Scalar) -> dict[int, str]:
        """A hash of each part's rows, which lie nowhere meanwhile."""
        rows = _numbered(full_name, key, places)
        return self._in_memory(lambda: part_digests(self._connection, rows, key, given(full_name, params)))

    def spread(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any] | None:  # noqa: ARG002
        """None: there is no other machine."""
        return None

    @contextmanager
    def without_checkpoints(self) -> Iterator[None]:
        """Until the block ends, no commit tidies what it finds: for many small statements on tables kept in memory.

        A checkpoint of a database in memory goes through all of its tables with one thread, after nearly every commit.
        """
        self._run("set checkpoint_threshold = '1TB'")
        try:
            yield
        finally:
            self._run(f"set checkpoint_threshold = '{_TIDIED_AT}'")

    @contextmanager
    def tidied_meanwhile(self) -> Iterator[None]:
        """While the block runs, which changes no table, the checkpoint is made that closing would make.

        Either takes one thread, and beside closing the others have nothing to do. A short log is left to it.

        Raises:
            duckdb.Error: the checkpoint failed, and nothing in the block did.
        """
        log = Path(f"{self._path}.wal")
        if not log.exists() or log.stat().st_size < _LONG_LOG:
            yield
            return
        # Who waits may be interrupted, and a handle that works cannot be closed: its own thread does that.
        with ThreadPoolExecutor(1) as pool:
            tidying = pool.submit(_tidy, self.cursor())
            yield
        tidying.result()

    def close(self) -> None:
        """Close the warehouse; closing twice is harmless."""
        with self._lock:
            self._connection.close()


class _Parted:
    """Parts of a table in memory."""

    def __init__(self, counts: Mapping[int, int], connection: duckdb.DuckDBPyConnection) -> None:
        self.counts, self._connection = counts, connection

    def select(self, number: int) -> str:
        return f"select * exclude (file_number) from scratch.parts where file_number = {number:d}"  # noqa: S608 - own names

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._connection.cursor()


def _numbered(full_name: str, key: str, places: str) -> str:
    """The rows of a statement, each with the number of its part."""
    return (
        "(select whole.*, cast(places.file_number as integer) as file_number "  # noqa: S608 - own names
        f"from ({sql_text(full_name)}) as whole join ({places}) as places on places.{key} = whole.{key})"
    )


def connect(path: str, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the file, and make it with its folder when it is to be written.

    Raises:
        ConfigError: the file is no DuckDB database.
        IntegrityError: it is one, and damaged.
        UnreachableError: another process has the file open.
    """
    if path != _MEMORY and not read_only:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        return duckdb.connect(path, read_only=read_only)
    except duckdb.IOException as error:
        if held := _HOLDER.search(str(error)):
            raise UnreachableError(
                f"the warehouse is open in another process: {held['program']}, pid {held['pid']}",
                where=path,
                todo="wait until it ends, or stop it",
            ) from error
        raise ConfigError(
            f"cannot open the warehouse: {error}",
            where=path,
            todo=f"if another file is meant, name it under warehouse: in prefstrata.yaml; else {_RESTORE}",
        ) from error
    except duckdb.Error as error:
        if told := damage(error, path):
            raise told from error
        raise


def _tidy(handle: duckdb.DuckDBPyConnection) -> None:
    with closing(handle):
        handle.execute("checkpoint").fetchall()


def damage(error: duckdb.Error, where: str) -> IntegrityError | None:
    """What an error tells of a warehouse whose bytes are not those that were written; None when it is another one."""
    if "Corrupt database file" not in str(error):
        return None
    return IntegrityError(f"the warehouse is damaged: {str(error).splitlines()[0]}", where=where, todo=_RESTORE)


@cache
def _type(text: str) -> str:
    return duckdb_type(parse_type(text))


def _quoted(table: Table) -> str:
    return f'"{table.schema}"."{table.name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
