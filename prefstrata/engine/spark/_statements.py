"""What both homes of Spark's tables share: statements run, small results read."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine._files import sql_text
from prefstrata.engine._shared import check_columns, given
from prefstrata.engine._types import parse_type, polars_type, spark_type

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType

    from prefstrata.engine._protocol import Scalar
    from prefstrata.model.tables import Table

__all__ = ["Statements", "is_untyped", "no_rows", "polars_schema", "schema_of", "typed"]

_NUMBERS = itertools.count()


class Statements(ABC):
    """Runs the statements of ``sql/`` on a session; where the tables are, :meth:`view` says.

    Args:
        session: as :func:`spark_session` gives it; used, and not stopped.
    """

    def __init__(self, session: SparkSession) -> None:
        """Use the session; engines on one session do not see each other's tables."""
        self.session = session
        self._prefix = f"prefstrata_{next(_NUMBERS)}"

    def name(self, full_name: str) -> str:
        """The name of a table's view, the session's own."""
        return f"{self._prefix}_{full_name.replace('.', '__')}"

    @abstractmethod
    def view(self, full_name: str) -> str:
        """The name of a view that holds the table's rows now."""

    def forget(self, full_name: str) -> None:
        """Drop a table's view."""
        self.session.catalog.dropTempView(self.name(full_name))

    @abstractmethod
    def held(self, rows: DataFrame) -> AbstractContextManager[DataFrame]:
        """The same rows, worked out once for all who read them until the block ends."""

    def run(self, name: str, params: dict[str, Scalar]) -> AbstractContextManager[DataFrame]:
        """The result of ``sql/<name>.sql``, not computed yet; to be computed before the block ends."""
        return self.translated(sql_text(name), given(name, params))

    @contextmanager
    def translated(self, sql: str, params: dict[str, Scalar]) -> Iterator[DataFrame]:
        """The result of a statement in DuckDB's dialect, not computed yet; to be computed before the block ends."""
        from prefstrata.engine.spark._translate import to_spark  # noqa: PLC0415 - sqlglot is optional

        number = next(_NUMBERS)
        found = to_spark(sql, params, self.view, lambda part: self.name(f"held.{number}.{part}"))
        with ExitStack() as until_the_end:
            for name, select in found.parts:
                rows = until_the_end.enter_context(self.held(self.session.sql(select)))
                rows.createOrReplaceTempView(name)
                until_the_end.callback(self.session.catalog.dropTempView, name)
            yield self.session.sql(found.rest)

    @contextmanager
    def rows_of(self, table: Table, params: dict[str, Scalar]) -> Iterator[DataFrame]:
        """What :meth:`run` gives for the table's own statement, with the table's columns and types."""
        with self.run(table.full_name, params) as frame:
            check_columns(table, frame.columns)
            yield typed(table, frame, [column.name for column in table.columns])

    def evaluate(self, expression: str) -> object:
        """The value of one expression in the dialect of ``sql/``: the way to look at a named function."""
        with self.translated(f"select {expression} as value", {}) as frame:
            [row] = frame.collect()
        return row["value"]

    def query(self, name: str, **params: Scalar) -> pl.DataFrame:
        """The result of ``sql/<name>.sql``, which must be small."""
        with self.run(name, params) as frame:
            return _small(frame)

    def count_and_sample(self, name: str, limit: int) -> tuple[int, pl.DataFrame]:
        """How many rows ``sql/<name>.sql`` has, and the first ``limit`` of them by their columns."""
        with self.run(name, {}) as frame:
            rows = frame.count()
            return rows, _small(frame.orderBy(*frame.columns).limit(limit) if rows else frame.limit(0))


def typed(table: Table, frame: DataFrame, order: list[str]) -> DataFrame:
    """The frame with the types of the table, its columns in a given order."""
    types = {column.name: _type(column.type) for column in table.columns}
    return frame.selectExpr(*(f"cast(`{name}` as {types[name]}) as `{name}`" for name in order))


def schema_of(table: Table) -> str:
    """The columns of a table as Spark spells a schema."""
    return ", ".join(f"`{column.name}` {_type(column.type)}" for column in table.columns)


def no_rows(session: SparkSession, table: Table) -> DataFrame:
    """The table without rows: Spark knows that before it runs anything, and prunes what hangs on it."""
    columns = ", ".join(f"cast(null as {_type(column.type)}) as `{column.name}`" for column in table.columns)
    return session.sql(f"select {columns} where false")


def is_untyped(of: DataType) -> bool:
    """Whether a type has a place for nothing but null."""
    from pyspark.sql.types import ArrayType, NullType, StructType  # noqa: PLC0415 - optional

    if isinstance(of, StructType):
        return any(is_untyped(field.dataType) for field in of.fields)
    return is_untyped(of.elementType) if isinstance(of, ArrayType) else isinstance(of, NullType)


def _type(text: str) -> str:
    return spark_type(parse_type(text))


def _small(frame: DataFrame) -> pl.DataFrame:
    rows = [tuple(row.asDict(recursive=True).values()) for row in frame.collect()]
    schema = {field.name: _polars(field.dataType) for field in frame.schema.fields}
    if any(type_ is None for type_ in schema.values()):
        return pl.DataFrame(rows, schema=frame.columns, orient="row", infer_schema_length=None)
    return pl.DataFrame(rows, schema=schema, orient="row")


_SCALARS: dict[str, pl.DataType] = {
    "string": pl.String(),
    "tinyint": pl.Int64(),
    "smallint": pl.Int64(),
    "int": pl.Int64(),
    "bigint": pl.Int64(),
    "float": pl.Float64(),
    "double": pl.Float64(),
    "boolean": pl.Boolean(),
    "timestamp_ntz": pl.Datetime("us"),
    "date": pl.Date(),
}


def _polars(of: DataType) -> pl.DataType | None:
    """The type as Polars has it; None where it is for Polars to see what comes, as with decimals."""
    from pyspark.sql.types import ArrayType, StructType  # noqa: PLC0415 - optional

    if isinstance(of, ArrayType):
        item = _polars(of.elementType)
        return None if item is None else pl.List(item)
    if isinstance(of, StructType):
        fields = {field.name: _polars(field.dataType) for field in of.fields}
        known = {name: type_ for name, type_ in fields.items() if type_ is not None}
        return pl.Struct(known) if len(known) == len(fields) else None
    return _SCALARS.get(of.simpleString())


def polars_schema(table: Table) -> dict[str, pl.DataType]:
    """The columns of a table as Polars has them."""
    return {column.name: polars_type(parse_type(column.type)) for column in table.columns}
