"""Great Expectations on the warehouse connection of this very run. Import only inside a check: it costs seconds.

Great Expectations has no DuckDB source, and over SQLAlchemy it closes a connection before it has fetched. So the
engine here keeps its connection open, and the source hands out an engine over a cursor it is given: only one process
may open the warehouse, and nothing is copied.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import checks._quiet_import  # noqa: F401  # isort: skip - before what else imports it
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import sqlalchemy
    from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext

__all__ = ["add_duckdb"]


class _KeptOpen(SqlAlchemyExecutionEngine):
    """An engine that never closes the one connection there is."""

    @contextmanager
    def get_connection(self) -> Iterator[sqlalchemy.Connection]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class DuckDBSource(SQLDatasource):
    """Tables of an open DuckDB database."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]  # each of their own sources narrows it likewise
    kwargs: dict[str, Any] = {}  # noqa: RUF012 - a pydantic field

    @property
    def execution_engine_type(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - `type` is a field in here
        """The engine that keeps its connection."""
        return _KeptOpen


def add_duckdb(context: AbstractDataContext, cursor: duckdb.DuckDBPyConnection) -> DuckDBSource:
    """Add a source over ``cursor``, which the caller closes; nothing it does outlives its own statement."""
    source = DuckDBSource(
        name="warehouse",
        connection_string="duckdb:///:memory:",
        kwargs={
            "creator": lambda: ConnectionWrapper(cursor),
            "poolclass": StaticPool,
            # Great Expectations lets go of connections when they are collected, long after the cursor was closed.
            "pool_reset_on_return": None,
            "isolation_level": "AUTOCOMMIT",
        },
    )
    added: DuckDBSource = context.data_sources.add_or_update_duckdb(datasource=source)
    return added
