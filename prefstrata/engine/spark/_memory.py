"""Tables in the memory of a local Spark: they hold ``sql/`` to one meaning on both engines, and end with the engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine._shared import check_columns, may_be_replaced
from prefstrata.engine.spark._statements import Statements, no_rows, polars_schema, schema_of
from prefstrata.model.tables import table as definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame, SparkSession

    from prefstrata.engine._protocol import Scalar
    from prefstrata.model.tables import Table

__all__ = ["SparkEngine"]


class SparkEngine(Statements):
    """Tables in the memory of a local Spark.

    Args:
        session: as :func:`spark_session` gives it; the engine uses it and does not stop it.
    """

    def __init__(self, session: SparkSession) -> None:
        """Use the session; engines on one session do not see each other's tables."""
        super().__init__(session)
        self._tables: dict[str, DataFrame] = {}
        self._depth = 0

    def _keep(self, full_name: str, frame: DataFrame) -> None:
        self._tables[full_name] = frame
        frame.createOrReplaceTempView(self.name(full_name))

    def _rows(self, table: Table, params: dict[str, Scalar]) -> DataFrame:
        """The rows of the table's statement, computed now: what they are made from may be replaced next."""
        return self.rows_of(table, params).localCheckpoint(eager=True)

    def _frame(self, table: Table, rows: list[tuple[Any, ...]]) -> DataFrame:
        return self.session.createDataFrame(rows, schema_of(table)) if rows else no_rows(self.session, table)

    def ensure(self, table: Table) -> None:
        """Create the table when it is not there yet."""
        if table.full_name not in self._tables:
            self._keep(table.full_name, self._frame(table, []))

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing."""
        table = definition(full_name)
        may_be_replaced(table)
        rows = self._rows(table, params)
        self._keep(full_name, rows)
        return int(rows.count())

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        table = definition(full_name)
        self.ensure(table)
        rows = self._rows(table, params)
        self._keep(full_name, self._tables[full_name].union(rows))
        return int(rows.count())

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name."""
        table = definition(full_name)
        check_columns(table, frame.columns)
        cast = frame.select(pl.col(name).cast(type_) for name, type_ in polars_schema(table).items())
        self._keep(full_name, self._frame(table, cast.rows()))
        return cast.height

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there; what is append-only is never cleared."""
        table = definition(full_name)
        may_be_replaced(table)
        self._keep(full_name, self._frame(table, []))

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        rows = [tuple(row.asDict(recursive=True).values()) for row in self._tables[full_name].collect()]
        return pl.DataFrame(rows, schema=polars_schema(definition(full_name)), orient="row")

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
            self.forget(full_name)
        self._tables = {}
