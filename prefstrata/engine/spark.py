"""The Spark engine: the same statements on a local Spark, tables in memory.

In this version it is there to hold ``sql/`` to one meaning on both engines; its tables end with it.
"""

from __future__ import annotations

import itertools
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine._files import sql_text
from prefstrata.engine._shared import check_columns, given, may_be_replaced
from prefstrata.engine._types import parse_type, polars_type, spark_type
from prefstrata.model.errors import ConfigError
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame, SparkSession

    from prefstrata.engine._protocol import Scalar
    from prefstrata.model.tables import Table

__all__ = ["SparkEngine", "spark_session"]

_TODO = "pip install 'prefstrata[spark]', and install a Java runtime, 17 or later"
_SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.catalogImplementation": "in-memory",
}
_NUMBERS = itertools.count()


def spark_session(threads: int = 2, memory_limit: str = "2g") -> SparkSession:
    """A local Spark with the settings under which ``sql/`` means the same as on DuckDB; one that runs is used again.

    Raises:
        ConfigError: pyspark, sqlglot or Java is missing.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - optional, and heavy
        from pyspark.sql import SparkSession  # noqa: PLC0415

        from prefstrata.engine._translate import python_functions  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(f"engine: spark needs {error.name}, which is not installed", todo=_TODO) from error
    builder = SparkSession.builder.master(f"local[{threads}]").appName("prefstrata")
    for name, value in {**_SETTINGS, "spark.driver.memory": memory_limit}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, FileNotFoundError) as error:
        raise ConfigError(f"Spark does not start: {error}", where="engine: spark", todo=_TODO) from error
    # Otherwise its workers are whatever python3 the path finds, perhaps of another version.
    session.sparkContext.pythonExec = sys.executable
    for name, function in python_functions().items():
        session.udf.register(name, function)
    return session


class SparkEngine:
    """Tables in the memory of a local Spark.

    Args:
        session: as :func:`spark_session` gives it; the engine uses it and does not stop it.
    """

    def __init__(self, session: SparkSession) -> None:
        """Use the session; engines on one session do not see each other's tables."""
        self._session = session
        self._prefix = f"prefstrata_{next(_NUMBERS)}"
        self._tables: dict[str, DataFrame] = {}
        self._depth = 0

    def _view(self, full_name: str) -> str:
        return f"{self._prefix}_{full_name.replace('.', '__')}"

    def _keep(self, full_name: str, frame: DataFrame) -> None:
        self._tables[full_name] = frame
        frame.createOrReplaceTempView(self._view(full_name))

    def _run(self, name: str, params: dict[str, Scalar]) -> DataFrame:
        from prefstrata.engine._translate import to_spark  # noqa: PLC0415 - sqlglot is optional

        return self._session.sql(to_spark(sql_text(name), given(name, params), self._view))

    def _rows(self, table: Table, **params: Scalar) -> DataFrame:
        """The rows of the table's statement, computed now: what they are made from may be replaced next."""
        frame = self._run(table.full_name, params)
        check_columns(table, frame.columns)
        typed = [f"cast(`{column.name}` as {_type(column.type)}) as `{column.name}`" for column in table.columns]
        return frame.selectExpr(*typed).localCheckpoint(eager=True)

    def _frame(self, table: Table, rows: list[tuple[Any, ...]]) -> DataFrame:
        if not rows:
            # Spark knows a relation without rows before it runs anything, and prunes what hangs on it.
            columns = ", ".join(f"cast(null as {_type(column.type)}) as `{column.name}`" for column in table.columns)
            return self._session.sql(f"select {columns} where false")
        schema = ", ".join(f"`{column.name}` {_type(column.type)}" for column in table.columns)
        return self._session.createDataFrame(rows, schema)

    def evaluate(self, expression: str) -> object:
        """The value of one expression in the dialect of ``sql/``: the way to look at a named function."""
        from prefstrata.engine._translate import to_spark  # noqa: PLC0415 - sqlglot is optional

        [row] = self._session.sql(to_spark(f"select {expression} as value", {}, self._view)).collect()
        return row["value"]

    def ensure(self, table: Table) -> None:
        """Create the table when it is not there yet."""
        if table.full_name not in self._tables:
            self._keep(table.full_name, self._frame(table, []))

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing."""
        table = definition(full_name)
        may_be_replaced(table)
        rows = self._rows(table, **params)
        self._keep(full_name, rows)
        return int(rows.count())

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        table = definition(full_name)
        self.ensure(table)
        rows = self._rows(table, **params)
        self._keep(full_name, self._tables[full_name].union(rows))
        return int(rows.count())

    def query(self, name: str, **params: Scalar) -> pl.DataFrame:
        """The result of ``sql/<name>.sql``, which must be small."""
        return _small(self._run(name, params))

    def count_and_sample(self, name: str, limit: int) -> tuple[int, pl.DataFrame]:
        """How many rows ``sql/<name>.sql`` has, and the first ``limit`` of them by their columns."""
        frame = self._run(name, {})
        return frame.count(), _small(frame.orderBy(*frame.columns).limit(limit))

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name."""
        table = definition(full_name)
        check_columns(table, frame.columns)
        typed = frame.select(pl.col(column.name).cast(polars_type(parse_type(column.type))) for column in table.columns)
        self._keep(full_name, self._frame(table, typed.rows()))
        return typed.height

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there; what is append-only is never cleared."""
        table = definition(full_name)
        may_be_replaced(table)
        self._keep(full_name, self._frame(table, []))

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        table = definition(full_name)
        rows = [tuple(row.asDict(recursive=True).values()) for row in self._tables[full_name].collect()]
        schema = {column.name: polars_type(parse_type(column.type)) for column in table.columns}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        before = dict(self._tables)
        self._depth += 1
        try:
            yield
        except BaseException:
            if self._depth == 1:
                self.close()
                for full_name, frame in before.items():
                    self._keep(full_name, frame)
            raise
        finally:
            self._depth -= 1

    def close(self) -> None:
        """Forget the tables; the session stays."""
        for full_name in self._tables:
            self._session.catalog.dropTempView(self._view(full_name))
        self._tables = {}


def _small(frame: DataFrame) -> pl.DataFrame:
    rows = [tuple(row.asDict(recursive=True).values()) for row in frame.collect()]
    return pl.DataFrame(rows, schema=frame.columns, orient="row", infer_schema_length=None)


def _type(text: str) -> str:
    return spark_type(parse_type(text))
