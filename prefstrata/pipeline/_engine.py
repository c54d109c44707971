"""The engine that a project names, opened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.engine import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.engine import Warehouse
    from prefstrata.project import Project

__all__ = ["opened_warehouse"]


@contextmanager
def opened_warehouse(project: Project) -> Iterator[Warehouse]:
    """The project's warehouse, open until the block ends; a Spark that was not running before is stopped then.

    Raises:
        ConfigError: the engine cannot be had: its settings are wrong, or Java or pyspark is missing.
        UnreachableError: another process has the warehouse.
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
    engine = DuckDBEngine(project.warehouse_path, threads=config.threads, memory_limit=config.memory_limit)
    try:
        yield engine
    finally:
        engine.close()
