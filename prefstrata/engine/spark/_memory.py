"""Tables in memory, their statements on a local Spark: they hold ``sql/`` to one meaning on both engines."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine._shared import check_columns, may_be_replaced
from prefstrata.engine.spark._statements import Statements, no_rows, polars_schema, schema_of
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from pyspark.sql import DataFrame, SparkSession

    from prefstrata.engine._protocol import Scalar
    from prefstrata.model.tables import Table

__all__ = ["SparkEngine"]

Rows = tuple[tuple[Any, ...], ...]


class SparkEngine(Statements):
    """Tables in the memory of this process, shown to Spark when a statement reads them.

    A job costs far more than the few rows of a test. So a statement is one job: its rows are collected as it runs, and
    are counted, read and kept here.

    Args:
        session: as :func:`spark_session` gives it; the engine uses it and does not stop it.
    """

    def __init__(self, session: SparkSession) -> None:
        """Use the session; engines on one session do not see each other's tables."""
        super().__init__(session)
        self._tables: dict[str, Rows] = {}
        self._shown: dict[str, str] = {}
        self._depth = 0

    def view(self, full_name: str) -> str:
        """The name of a view of the rows that the table has now; it is made again only for other rows."""
        rows = self._tables[full_name]
        name = self.name(full_name) if rows else f"{self.name(full_name)}__empty"
        told = repr(rows)  # which tells 0.0 from -0.0, as equality does not
        if self._shown.get(name) != told:
            self._frame(definition(full_name), rows).createOrReplaceTempView(name)
            self._shown[name] = told
        return name

    def _frame(self, table: Table, rows: Rows) -> DataFrame:
        """The rows for Spark, in one piece: no join or aggregate then needs a shuffle, each of which is a stage."""
        if not rows:
            return no_rows(self.session, table)
        return self.session.createDataFrame(list(rows), schema_of(table)).coalesce(1)

    def _rows(self, table: Table, params: dict[str, Scalar]) -> Rows:
        with self.rows_of(table, params) as rows:
            return tuple(tuple(row.asDict(recursive=True).values()) for row in rows.collect())

    def held(self, rows: DataFrame) -> AbstractContextManager[DataFrame]:
        """The same rows, in this process's memory once they are worked out; Spark lets them go with the last reader."""
        # That they are in one piece is not kept with them.
        return nullcontext(rows.localCheckpoint(eager=False).coalesce(1))

    def ensure(self, table: Table) -> None:
        """Create the table when it is not there yet."""
        self._tables.setdefault(table.full_name, ())

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing."""
        table = definition(full_name)
        may_be_replaced(table)
        rows = self._rows(table, params)
        self._tables[full_name] = rows
        return len(rows)

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        table = definition(full_name)
        self.ensure(table)
        rows = self._rows(table, params)
        self._tables[full_name] += rows
        return len(rows)

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name."""
        table = definition(full_name)
        check_columns(table, frame.columns)
        cast = frame.select(pl.col(name).cast(type_) for name, type_ in polars_schema(table).items())
        self._tables[full_name] = tuple(cast.rows())
        return cast.height

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there; what is append-only is never cleared."""
        may_be_replaced(definition(full_name))
        self._tables[full_name] = ()

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        return pl.DataFrame(list(self._tables[full_name]), schema=polars_schema(definition(full_name)), orient="row")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        before = dict(self._tables)
        self._depth += 1
        try:
            yield
        except BaseException:
            if self._depth == 1:
                self._tables = before
            raise
        finally:
            self._depth -= 1

    def close(self) -> None:
        """Forget the tables; the session stays."""
        for name in self._shown:
            self.session.catalog.dropTempView(name)
        self._shown = {}
        self._tables = {}
