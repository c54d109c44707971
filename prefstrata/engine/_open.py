"""Opens an engine by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.engine._duckdb import DuckDBEngine
from prefstrata.engine._spark import SparkEngine, spark_session
from prefstrata.model.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.engine._protocol import Engine

__all__ = ["open_engine"]


def open_engine(
    kind: str,
    path: str | Path,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    temp_directory: str | Path | None = None,
) -> Engine:
    """An engine that is ready to run.

    Args:
        kind: ``duckdb`` or ``spark``.
        path: the warehouse file, or ``:memory:``; Spark keeps its tables in memory in this version.
        threads: cores to use; all of them by default.
        memory_limit: such as ``2GB``, which is DuckDB's default here; Spark's driver takes it as its heap.
        temp_directory: where DuckDB spills; beside the warehouse file by default.

    Raises:
        ConfigError: there is no such engine, or what it needs is not installed.
        UnreachableError: another process has the warehouse file open.
    """
    if kind == "duckdb":
        return DuckDBEngine(path, threads=threads, memory_limit=memory_limit, temp_directory=temp_directory)
    if kind == "spark":
        return SparkEngine(spark_session(threads or 2, memory_limit or "2g"))
    raise ConfigError(f"there is no engine {kind!r}", todo="write duckdb or spark")
