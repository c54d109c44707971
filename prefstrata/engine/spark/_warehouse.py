"""A project's tables on Spark: Parquet in a folder, statements on the cluster, DuckDB to look at what came of it."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine._duckdb import DuckDBEngine
from prefstrata.engine._folder import Parts, TableFolder, duckdb_columns, parquet_files, show_tables
from prefstrata.engine._parts import part_digests
from prefstrata.engine._shared import check_columns, may_be_replaced
from prefstrata.engine.spark._statements import Statements, is_untyped, no_rows, polars_schema, schema_of, typed
from prefstrata.model.tables import PASSING
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    import duckdb
    from pyspark.sql import DataFrame, SparkSession

    from prefstrata.engine._protocol import Parted, Scalar
    from prefstrata.model.tables import Table

__all__ = ["SparkWarehouse"]


class SparkWarehouse(Statements):
    """Tables as Parquet in a folder that the driver and all workers see under one path.

    Args:
        session: as :func:`spark_session` gives it; used, and not stopped.
        path: the folder; made when missing. One process at a time may write to it.
        threads: cores that DuckDB takes in this process.
        memory_limit: memory that DuckDB takes in this process.

    Raises:
        ConfigError: the folder does not say where its tables are.
    """

    def __init__(
        self, session: SparkSession, path: Path, *, threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        """Start from what was committed last, and sweep away what was not."""
        super().__init__(session)
        self._folder = TableFolder(path)
        self._folder.sweep()
        self._state = self._folder.state()
        self._viewed: dict[str, Parts] = {}
        self._shown: dict[str, Parts] = {}
        self._depth = 0
        self._spill = tempfile.TemporaryDirectory(prefix="prefstrata-")
        self._desk = DuckDBEngine(
            ":memory:", threads=threads, memory_limit=memory_limit, temp_directory=self._spill.name
        )

    # What Spark sees.

    def view(self, full_name: str) -> str:
        """The name of a view over the table's files of now."""
        parts = self._state[full_name]
        if self._viewed.get(full_name) != parts:
            self._frame(definition(full_name), parts).createOrReplaceTempView(self.name(full_name))
            self._viewed[full_name] = parts
        return self.name(full_name)

    def _frame(self, table: Table, parts: Parts) -> DataFrame:
        paths = [str(self._folder.path / part) for part in parts]
        if not paths:
            return no_rows(self.session, table)
        return self.session.read.schema(schema_of(table)).parquet(*paths)

    @contextmanager
    def held(self, rows: DataFrame) -> Iterator[DataFrame]:
        """The same rows, written once: all workers see them, and none takes them with it when it dies."""
        if is_untyped(rows.schema):  # Parquet has no such column
            yield rows
            return
        part = self._folder.new_scratch("held")
        try:
            rows.write.parquet(str(self._folder.path / part))
            yield self.session.read.schema(rows.schema).parquet(str(self._folder.path / part))
        finally:
            self._folder.drop(part)

    # What is in the tables.

    def ensure(self, table: Table) -> None:
        """Create the table when it is not there yet."""
        if table.full_name not in self._state:
            with self.transaction():
                self._state[table.full_name] = ()

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing."""
        table = definition(full_name)
        may_be_replaced(table)
        part, rows = self._written(table, params)
        self._replace(full_name, (part,) if rows else ())
        return rows

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        table = definition(full_name)
        self.ensure(table)
        part, rows = self._written(table, params)
        if rows:
            with self.transaction():
                self._state[full_name] = (*self._state[full_name], part)
        return rows

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name."""
        table = definition(full_name)
        check_columns(table, frame.columns)
        cast = frame.select(pl.col(name).cast(type_) for name, type_ in polars_schema(table).items())
        part = self._folder.new_part(full_name)
        if cast.height:
            (self._folder.path / part).mkdir(parents=True)
            cast.write_parquet(self._folder.path / part / "part-0.parquet")
            self._settle(part)
        self._replace(full_name, (part,) if cast.height else ())
        return cast.height

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there; what is append-only is never cleared."""
        may_be_replaced(definition(full_name))
        self._replace(full_name, ())

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        schema = polars_schema(definition(full_name))
        files = self._files(self._state[full_name])
        found = [
            pl.read_parquet(file).select(pl.col(name).cast(type_) for name, type_ in schema.items()) for file in files
        ]
        return pl.concat(found) if found else pl.DataFrame(schema=schema)

    def insert(self, full_name: str, select: str, params: Mapping[str, Any]) -> int:
        """Add the rows of a DuckDB query, by the names of its columns, to a table that may be replaced."""
        table = definition(full_name)
        may_be_replaced(table)
        self.ensure(table)
        part = self._folder.new_part(full_name)
        (self._folder.path / part).mkdir(parents=True)
        columns = duckdb_columns(table)
        with self.connection() as connection:
            [(rows,)] = connection.execute(
                f"copy (select {columns} from ({select})) to '{_quoted(self._folder.path / part)}/part-0.parquet'"  # noqa: S608 - own names
                " (format parquet)",
                dict(params),
            ).fetchall()
        self._settle(part)
        with self.transaction():
            self._state[full_name] = (*self._state[full_name], part)
        return int(rows)

    def take(self, full_name: str, folder: str) -> None:
        """Let the files in a folder of :meth:`new_folder` be the whole content of a table that lives for one run."""
        self._replace(full_name, (folder,) if self._files((folder,)) else ())

    def new_folder(self, full_name: str) -> tuple[str, Path]:
        """A new folder for files of a table: its name for :meth:`take`, and where it is."""
        part = self._folder.new_part(full_name)
        (self._folder.path / part).mkdir(parents=True)
        return part, self._folder.path / part

    def _written(self, table: Table, params: dict[str, Scalar]) -> tuple[str, int]:
        """The rows of the table's statement in a new folder, and how many they are."""
        part = self._folder.new_part(table.full_name)
        with self.rows_of(table, params) as written:
            written.write.parquet(str(self._folder.path / part))
        files = self._files((part,))
        rows = int(pl.scan_parquet(files).select(pl.len()).collect().item()) if files else 0
        self._settle(part)
        return part, rows

    def _settle(self, part: str) -> None:
        if part.startswith("data/"):
            self._folder.settle(part)

    def _files(self, parts: Parts) -> list[Path]:
        return [path for part in parts for path in parquet_files(self._folder.path / part)]

    def _replace(self, full_name: str, parts: Parts) -> None:
        before = self._state.get(full_name, ())
        with self.transaction():
            self._state[full_name] = parts
        if self._depth == 0:
            # What lives for one run is replaced in every step of a fit. Other tables may be read by somebody right now.
            for part in before:
                if part.startswith("scratch/"):
                    self._folder.drop(part)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        before = dict(self._state)
        self._depth += 1
        try:
            yield
            if self._depth == 1 and _lasting(self._state) != _lasting(before):
                self._folder.commit(_lasting(self._state))
        except BaseException:
            if self._depth == 1:
                self._state = before
            raise
        finally:
            self._depth -= 1

    # What DuckDB sees.

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A DuckDB connection in this process that sees all tables as they are now."""
        with self._desk.connection() as connection:
            show_tables(connection, self._folder.path, self._state, self._shown)
            yield connection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A new handle that sees all tables as they are now; the caller closes it."""
        with self.connection() as connection:
            return connection.cursor()

    @property
    def rows_at_once(self) -> int:
        """No bound: each part is written by a task of its own."""
        return sys.maxsize

    def parted(self, full_name: str, key: str, places: str, **params: Scalar) -> AbstractContextManager[Parted]:
        """The rows of ``sql/<schema>/<table>.sql`` in parts: Spark writes a folder for each."""
        return self._parted(full_name, key, places, params)

    def part_digests(self, full_name: str, key: str, places: str, **params: Scalar) -> dict[int, str]:
        """A hash of each part's rows."""
        with self._parted(full_name, key, places, params) as parted:
            return parted.digests() if parted.counts else {}

    @contextmanager
    def _parted(self, full_name: str, key: str, places: str, params: dict[str, Scalar]) -> Iterator[_Parted]:
        table = definition(full_name)
        part = self._folder.new_part(full_name)
        folder = self._folder.path / part
        try:
            with self.run(full_name, params) as found, self.translated(places, {}) as placed:
                check_columns(table, found.columns)
                rows = typed(table, found, found.columns)
                numbers = placed.selectExpr(key, "cast(file_number as int) as file_number")
                numbered = rows.join(numbers, on=key).select(*rows.columns, "file_number")
                numbered.repartition("file_number").write.partitionBy("file_number").parquet(str(folder))
            yield _Parted(folder, key, self._desk)
        finally:
            self._folder.drop(part)

    def spread(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any] | None:
        """What a function makes of each item, on the workers, one task each."""
        if not items:
            return []
        return list(self.session.sparkContext.parallelize(items, len(items)).map(function).collect())

    def without_checkpoints(self) -> AbstractContextManager[None]:
        """Nothing: there are no checkpoints here."""
        return nullcontext()

    def tidied_meanwhile(self) -> AbstractContextManager[None]:
        """Nothing: what closing does here is done in no time."""
        return nullcontext()

    def close(self) -> None:
        """Sweep up, and let go; the session stays. Closing twice is harmless."""
        for full_name in self._viewed:
            self.forget(full_name)
        self._viewed = {}
        self._desk.close()
        self._spill.cleanup()
        self._folder.sweep()


def _lasting(state: Mapping[str, Parts]) -> dict[str, Parts]:
    return {name: parts for name, parts in state.items() if name.split(".")[0] not in PASSING}


class _Parted:
    """Parts in folders that Spark wrote."""

    def __init__(self, folder: Path, key: str, desk: DuckDBEngine) -> None:
        self._folder, self._key, self._desk = folder, key, desk
        self.counts: Mapping[int, int] = {
            int(part.name.partition("=")[2]): pl.scan_parquet(parquet_files(part)).select(pl.len()).collect().item()
            for part in sorted(folder.glob("file_number=*"), key=lambda part: int(part.name.partition("=")[2]))
        }

    def select(self, number: int) -> str:
        files = f"{_quoted(self._folder)}/file_number={number:d}/*.parquet"
        read = f"read_parquet('{files}', hive_partitioning = false)"
        return f"select * from {read} order by {self._key}"  # noqa: S608 - own names

    def digests(self) -> dict[int, str]:
        # From the last folder alone: where the warehouse lies may be called task=x, and a column must not be.
        part = r"cast(regexp_extract(filename, 'file_number=(\d+)/[^/]*$', 1) as integer)"
        files = f"read_parquet('{_quoted(self._folder)}/*/*.parquet', hive_partitioning = false, filename = true)"
        relation = f"(select * exclude (filename), {part} as file_number from {files})"  # noqa: S608 - own names
        with self._desk.connection() as connection:
            return part_digests(connection, relation, self._key)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._desk.cursor()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
