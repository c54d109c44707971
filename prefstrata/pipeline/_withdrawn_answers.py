"""Answers that come back about texts that left with people who withdrew: they would bring the texts back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine import demand_built, read_warehouse
from prefstrata.model import ConfigError, UnreachableError
from prefstrata.model.arrow import ArrowStream
from prefstrata.pipeline._told import briefly, place_of
from prefstrata.sources import withdrawn_by_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prefstrata.engine import DuckDBEngine
    from prefstrata.project import Project

__all__ = ["demand_consented"]

_TEXTS = ("prompt_id", "left_id", "right_id")


def demand_consented(engine: DuckDBEngine, project: Project, file: Path, suffix: str, table: Sequence[int]) -> None:
    """See that no answer of a file is about a text that left because consent was withdrawn.

    Args:
        engine: the ledger that holds the file.
        project: whose warehouse knows what left.
        file: the answers, for people.
        suffix: its suffix, which tells what its parts are called.
        table: see :func:`place_of`.

    Raises:
        ConfigError: one is, or somebody withdrew since the last run, or somebody withdrew and there is no warehouse.
        UnreachableError: somebody withdrew, and a run has the warehouse open.
        IntegrityError: the warehouse is damaged.
    """
    gone = _gone(project)
    asked = engine.read("ledger.votes").unpivot(on=_TEXTS, index="line", value_name="id")
    lines = asked.join(gone, on="id", how="semi")["line"].unique().sort().to_list()
    if not lines:
        return
    told = briefly((place_of(suffix, table, line) for line in lines), len(lines))
    raise ConfigError(
        "\n".join(
            [f"{len(lines):,} of its answers are about texts that left with people who withdrew consent:", *told]
        ),
        where=str(file),
        todo="leave these answers out and import the rest: they would bring the texts back; nothing was imported",
    )


def _gone(project: Project) -> pl.DataFrame:
    """The texts that nobody is asked about any more."""
    none = pl.DataFrame(schema={"id": pl.String})
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(read_warehouse(project.warehouse_path))
        except (ConfigError, UnreachableError):
            if withdrawn_by_command(project):
                raise
            return none
        tables = "select table_schema || '.' || table_name from information_schema.tables"
        is_built = ("evidence.erased",) in connection.execute(tables).fetchall()
        if not is_built and not withdrawn_by_command(project):
            return none
        demand_built(connection, "evidence.erased")
        return pl.DataFrame(ArrowStream(connection.sql("select id from evidence.erased")))
