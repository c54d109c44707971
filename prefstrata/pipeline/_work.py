"""What a run had to do: per stage, what it read, made anew and left as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from prefstrata.engine import lineage
from prefstrata.noise import FITTED, READS
from prefstrata.pipeline._plan import COMPUTED, STAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from prefstrata.engine import Warehouse
    from prefstrata.pipeline._plan import Stage
    from prefstrata.releases import Outcome
    from prefstrata.sources import IngestSummary

__all__ = ["Work", "ledger_work", "reads_of", "release_work", "rows_of", "stage_work", "work_spared"]


@dataclass(frozen=True, slots=True)
class Work:
    """What a stage did about what it is made of.

    Attributes:
        counted: what the numbers count: records of sources, rows of tables, or files of a release.
        scope: ``new`` when only what is new is looked at, ``whole`` when all is made anew from everything,
            ``none`` when nothing was done.
        read: gone through, to make what the stage makes. A row that several of its tables read counts once.
        recomputed: made and kept: accepted records, rows of the stage's tables, files that the store did not have.
        skipped: left as it was: records read by earlier runs, rows of tables that still hold, files that the store had.
    """

    counted: Literal["records", "rows", "files"]
    scope: Literal["new", "whole", "none"]
    read: int
    recomputed: int
    skipped: int


def reads_of(full_name: str) -> tuple[str, ...]:
    """The tables that a table is made from: those its SQL names, the rater model is fitted to, or Python reads."""
    if full_name in COMPUTED:
        return COMPUTED[full_name].reads
    return READS if full_name in FITTED else lineage(full_name)


def ledger_work(engine: Warehouse, ingested: IngestSummary) -> Work:
    """Records of new files are read; those that the ledger holds already are not looked at again."""
    [(held,)] = _asked(engine, "select coalesce(sum(read), 0) from ledger.batches")
    return Work("records", "new", ingested.read, ingested.accepted, int(held) - ingested.read)


def stage_work(engine: Warehouse, stage: Stage, rows: Mapping[str, int], kept: Collection[str] = ()) -> Work:
    """A stage makes its tables anew, from all rows of the tables before it, but for those that still hold.

    Args:
        engine: holds the tables.
        stage: what was built.
        rows: rows of tables, of all that the run has asked for so far.
        kept: tables that are as an earlier run built them.
    """
    made = set(stage.tables).difference(kept)
    before = {name for built in made for name in reads_of(built)}.difference(stage.tables)
    read = sum(rows[name] if name in rows else rows_of(engine, name) for name in before)
    skipped = sum(rows[name] for name in stage.tables if name in kept)
    return Work("rows", "whole" if made else "none", read, sum(rows[name] for name in made), skipped)


def release_work(outcome: Outcome) -> Work:
    """Every file of a release is asked for its hash, or for what it is made from; those the store lacks go there."""
    return Work("files", "whole", outcome.uploaded + outcome.reused, outcome.uploaded, outcome.reused)


def work_spared(engine: Warehouse) -> dict[str, Work]:
    """By name, the stages after the ledger of a run that found nothing new: what they hold stays."""
    return {
        stage.name: Work("rows", "none", 0, 0, sum(rows_of(engine, name) for name in stage.tables))
        for stage in STAGES
        if stage.tables
    }


def rows_of(engine: Warehouse, full_name: str) -> int:
    """How many rows a table has."""
    [(rows,)] = _asked(engine, f"select count(*) from {full_name}")  # noqa: S608 - a name of model.tables
    return int(rows)


def _asked(engine: Warehouse, select: str) -> list[tuple[int]]:
    with engine.connection() as connection:
        found: list[tuple[int]] = connection.execute(select).fetchall()
    return found
