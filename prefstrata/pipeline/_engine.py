"""The engine that a project names, opened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from prefstrata.engine import DuckDBEngine, damage
from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.project import Project

__all__ = ["opened_warehouse"]

_FULL = ("No space left on device", "max_temp_directory_size", "File too large", "Disk quota exceeded")
"""What DuckDB says when it can write no more, or may spill no more: nine tenths of the free disk by default."""
_KEPT = "what was read stays read, and nothing was released"


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
        engine = DuckDBEngine(
            project.warehouse_path,
            threads=config.threads,
            memory_limit=config.memory_limit,
            temp_directory=_spill(project),
        )
        try:
            yield engine
        finally:
            engine.close()


def _spill(project: Project) -> Path | None:
    """Where the project wants DuckDB to spill, made when it is not there; None for DuckDB's own place."""
    if project.engine.spill is None:
        return None
    folder = project.directory / project.engine.spill
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"DuckDB cannot spill there: {error.strerror}: {folder}",
            where=f"{project.file}: engine.spill",
            todo="name a folder that can be written",
        ) from error
    return folder


@contextmanager
def _what_a_machine_lacks(project: Project) -> Iterator[None]:
    """Tell too little memory or disk as what it is, a matter of settings, and a damaged file as that."""
    try:
        yield
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        if any(word in str(error) for word in _FULL):
            own = any(f'{project.warehouse_path}{end}"' in said for end in ("", ".wal"))
            elsewhere = "" if own else ", or let DuckDB spill elsewhere: engine.spill"
            raise ConfigError(
                f"the disk is full: {said}",
                where=str((not own and _spill(project)) or project.warehouse_path.parent),
                todo=f"make room{elsewhere}; {_KEPT}",
            ) from error
        # A checkpoint that lacks memory ends in an error of another class.
        if not isinstance(error, duckdb.OutOfMemoryException) and "could not allocate" not in str(error):
            if told := damage(error, str(project.warehouse_path)):
                raise told from error
            raise
        raise ConfigError(
            f"DuckDB needs more memory than it may take: {said}",
            where=f"{project.file}: engine.memory_limit",
            todo=f"raise it, or set engine.threads lower; {_KEPT}",
        ) from error
