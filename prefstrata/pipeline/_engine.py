"""The engine that a project names, opened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.engine import Warehouse
    from prefstrata.project import Project

__all__ = ["opened_warehouse"]

_FULL = "No space left on device"


@contextmanager
def opened_warehouse(project: Project) -> Iterator[Warehouse]:
    """The project's warehouse, open until the block ends; a Spark that was not running before is stopped then.

    Raises:
        ConfigError: the engine cannot be had: its settings are wrong, or Java or pyspark is missing.
        UnreachableError: another process has the warehouse.

    In the block, what the machine has too little of is a ConfigError, too.
    """
    config = project.engine
    if config.kind == "spark":
        from prefstrata.engine.spark import spark_warehouse  # noqa: PLC0415 - optional, and nobody else needs it

        with spark_warehouse(
            project.warehouse_path,
            master=config.master,
            options=config.options,
            threads=config.threads,
            memory_limit=config.memory_limit,
            where=f"{project.file}: engine",
        ) as spark:
            yield spark
        return
    with _what_a_machine_lacks(project):
        engine = DuckDBEngine(project.warehouse_path, threads=config.threads, memory_limit=config.memory_limit)
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def _what_a_machine_lacks(project: Project) -> Iterator[None]:
    """Tell too little memory or disk as what it is: a matter of settings."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise ConfigError(
            f"DuckDB needs more memory than it may take: {_first_line(error)}",
            where=f"{project.file}: engine.memory_limit",
            todo="raise it, or set engine.threads lower; the run begins again where this one stopped",
        ) from error
    except duckdb.IOException as error:
        if _FULL not in str(error):
            raise
        raise ConfigError(
            f"the disk is full: {_first_line(error)}",
            where=str(project.warehouse_path.parent),
            todo="make room, for DuckDB spills beside the warehouse; the run begins again where this one stopped",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
