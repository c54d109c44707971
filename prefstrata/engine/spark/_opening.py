"""A Spark and a warehouse on it, for the length of a block."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.engine.spark._session import spark_session
from prefstrata.engine.spark._warehouse import SparkWarehouse
from prefstrata.model.errors import ConfigError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pyspark.sql import SparkSession

__all__ = ["spark_warehouse"]

_PATTERN = frozenset("*?[]{}\\,")


@contextmanager
def spark_warehouse(  # noqa: PLR0913 - one setting each
    path: Path,
    *,
    master: str,
    options: Mapping[str, str],
    threads: int | None = None,
    memory_limit: str | None = None,
    where: str = "engine",
) -> Iterator[SparkWarehouse]:
    """The tables in ``path`` on a Spark; one that this process runs already is used, and left running.

    Args:
        path: the folder of the tables.
        master: where Spark runs.
        options: Spark settings.
        threads: cores that DuckDB takes in this process.
        memory_limit: memory that DuckDB takes in this process.
        where: what to name in errors.

    Raises:
        ConfigError: Spark cannot be had, or the path is no folder of tables.
        UnreachableError: Spark ended before the block did.
    """
    if path.is_file():
        raise ConfigError(
            "this is a file: the tables of a project on Spark are in a folder",
            where=str(path),
            todo="name another path under warehouse: in prefstrata.yaml, or leave it out",
        )
    if odd := sorted(_PATTERN & set(str(path))):
        raise ConfigError(
            f"Spark takes {odd[0]} in a path for a pattern", where=str(path), todo="name another path under warehouse:"
        )
    running = _running()
    session = spark_session(master, options, where=where)
    try:
        warehouse = SparkWarehouse(session, path, threads=threads, memory_limit=memory_limit)
        try:
            yield warehouse
        finally:
            warehouse.close()
    except Exception as error:
        if _is_there(session):
            raise
        raise UnreachableError(
            "Spark ended while it was at work: its Java process is gone",
            where=master,
            todo="see above what Java said; where it was memory, raise spark.driver.memory under engine: options:, then"
            " run again: every table is as it was before the step",
        ) from error
    finally:
        if not running and _is_there(session):
            session.stop()


def _is_there(session: SparkSession) -> bool:
    """Whether anybody answers."""
    try:
        return bool(session.version)
    except Exception:  # noqa: BLE001 - a connection is refused, reset or empty, as it happens
        return False


def _running() -> bool:
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - optional
    except ImportError:
        return False
    return SparkSession.getActiveSession() is not None
