"""What the warehouse says of the queues; a warehouse of an earlier version, or without a run, says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine import demand_built, sql_text
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table

if TYPE_CHECKING:
    import duckdb

__all__ = ["QUEUES", "proposals", "read_key", "read_tasks", "waiting"]

QUEUES = ("arbitration", "backflow", "review", "reannotation", "golden", "calibration")
"""Every queue, the one that cannot wait first."""


def waiting(connection: duckdb.DuckDBPyConnection, queue: str | None = None) -> pl.DataFrame:
    """The rows of ``noise.queue``, queue by queue, the most urgent first; of one queue only when it is named."""
    if not _is_there(connection, "noise.queue"):
        return pl.DataFrame(schema=[column.name for column in table("noise.queue").columns])
    return _frame(connection, "reports/queue_waiting", queue=queue)


def proposals(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The rows of ``noise.proposals``, the most frequent first."""
    if not _is_there(connection, "noise.proposals"):
        return pl.DataFrame(schema=[column.name for column in table("noise.proposals").columns])
    return _frame(connection, "reports/proposals")


def read_tasks(
    connection: duckdb.DuckDBPyConnection, queue: str, *, scenario: str | None = None, most: int | None = None
) -> pl.DataFrame:
    """The questions of a queue, the most urgent pair first.

    Args:
        connection: the warehouse.
        queue: one of :data:`QUEUES`.
        scenario: questions about prompts of this scenario only.
        most: at most so many pairs; a pair may be asked about on several dimensions.

    Returns:
        All text, null when there is none: item (the pair), queue, dimension, question, prompt (to read), left, right,
        task, scenario, risk_level, language, messages (the prompt as JSON), check (a digest of the texts,
        a dash, and a digest of the question: item, dimension, task, scenario, risk_level and language).

    Raises:
        ConfigError: nothing has been run yet, or somebody withdrew consent since.
    """
    demand_built(connection, "noise.queue")
    return _frame(connection, "reports/queue_tasks", queue=queue, scenario=scenario, most=most)


def read_key(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The known answers of the calibration queue: item, dimension, kind, answer (left, right or tie), votes."""
    return _frame(connection, "reports/queue_answers")


def _is_there(connection: duckdb.DuckDBPyConnection, full_name: str) -> bool:
    """Whether the table is there, with the columns it has now."""
    found = connection.execute(
        "select column_name from duckdb_columns() where schema_name || '.' || table_name = ?", [full_name]
    ).fetchall()
    return {name for (name,) in found} >= {column.name for column in table(full_name).columns}


def _frame(connection: duckdb.DuckDBPyConnection, name: str, **params: str | int | None) -> pl.DataFrame:
    return pl.DataFrame(ArrowStream(connection.sql(sql_text(name), params=params)))
