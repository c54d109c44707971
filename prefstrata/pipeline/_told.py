"""What is told of answers that were read: which row is refused, why, and what to do; which names look like one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from prefstrata.engine import read_warehouse, sql_text
from prefstrata.model import ConfigError, UnreachableError
from prefstrata.model.arrow import ArrowStream
from prefstrata.pipeline._spreadsheet import RESAVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from prefstrata.engine import DuckDBEngine

__all__ = ["RefusedAnswer", "alike", "briefly", "place_of", "refused_answers"]

_MOST = 100
_TOLD = 10
_AGAIN = "export the queue again, and fill in choice, rater, reason_tags, rationale and decided_at only"
_TODO = {
    "unanswered": "write left, right, tie or both_bad into choice",
    "unknown_value": "write left, right, tie or both_bad into choice",
    "nameless": "write who answered into rater",
    "unchecked": _AGAIN,
    "text_changed": _AGAIN,
    "question_changed": _AGAIN,
    "in_the_future": "write into decided_at when it was decided, as 2026-11-25T10:00:00Z",
    "bad_time": "write into decided_at when it was decided, as 2026-11-25T10:00:00Z",
    "rationale_required": "write the reason into rationale, or short reasons into reason_tags",
    "tags_required": "write short reasons into reason_tags",
    "not_utf8": "save the file as UTF-8",
    "wrong_cells": RESAVE,
    "not_csv": RESAVE,
}
_AGAIN_STUDIO = "export the queue again, import it as new tasks, and leave their data as it is"
_TODO_STUDIO = {
    "unanswered": "annotate the task, and export the project as JSON again",
    "nameless": "export the project as JSON again, with completed_by",
    "rationale_required": "write the reason into the task's rationale or reason_tags",
    "tags_required": "write short reasons into the task's reason_tags",
    "text_changed": _AGAIN_STUDIO,
    "question_changed": _AGAIN_STUDIO,
    "in_the_future": "put the clock of the server right, and submit that annotation again; the others wait for it",
    "bad_time": "export the project as JSON again, and leave created_at and updated_at as they are",
}
_REST = "correct it, or export the queue again"
_PLACES = {"csv": "record", "tsv": "record", "json": "task"}


@dataclass(frozen=True, slots=True)
class RefusedAnswer:
    """An answer that no run will take.

    Attributes:
        line: its number in ``ledger.quarantine``.
        at: where it is for people: ``row 2`` of a table, as a spreadsheet counts it, ``line 3`` or ``task 4``;
            ``record 1`` of a table whose rows are not known.
        reason: a word, as in ``ledger.quarantine``.
        detail: what is wrong.
        todo: what to do about it.
    """

    line: int
    at: str
    reason: str
    detail: str
    todo: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.at}: {self.reason}: {self.detail}; {self.todo}"


def briefly(lines: Iterable[object], count: int) -> list[str]:
    """The first ten of some lines for people, and how many more there are.

    Args:
        lines: ten of them, or all.
        count: how many there are.
    """
    told = [str(each) for each in islice(lines, _TOLD)]
    return [*told, f"and {count - len(told):,} more"] if count > len(told) > 0 else told


def refused_answers(
    engine: DuckDBEngine, form: str, suffix: str, table: Sequence[int] = ()
) -> tuple[RefusedAnswer, ...]:
    """The first hundred answers that were refused, in their order.

    Args:
        engine: the ledger that holds one file.
        form: its named format.
        suffix: its suffix, which tells what its parts are called.
        table: of a table, the row of its header and of each record; empty where they are not known.
    """
    todo = _TODO_STUDIO if form == "label-studio" else _TODO
    rows = engine.query("reports/refused_answers", most=_MOST)
    return tuple(
        RefusedAnswer(line, place_of(suffix, table, line), reason, detail or reason, todo.get(reason, _REST))
        for line, reason, detail in rows.iter_rows()
    )


def place_of(suffix: str, table: Sequence[int], line: int) -> str:
    """Where a record is for people.

    Args:
        suffix: of its file, which tells what its parts are called.
        table: of a table, the row of its header and of each record; empty where they are not known.
        line: its number in the ledger.
    """
    place = "row" if table else _PLACES.get(suffix.split(".")[1], "line")
    return f"{place} {table[line] if table else line}"


def alike(engine: DuckDBEngine, warehouse: Path) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Raters of one file whose names differ by case only from each other's, or from one's in the warehouse.

    Args:
        engine: the ledger that holds the file.
        warehouse: where those are who answered before; where there is none, or none of ours, or a run has it open,
            only the file is looked at.

    Returns:
        The raters, those that look like one together: the first hundred of such groups, and how many there are.

    Raises:
        IntegrityError: the warehouse is damaged.
    """
    raters = chr(30).join(engine.read("ledger.raters")["rater_id"].unique().sort())
    if not raters:
        return (), 0
    try:
        with read_warehouse(warehouse) as connection:
            stream = ArrowStream(connection.sql(sql_text("reports/raters_alike"), params={"raters": raters}))
            found = pl.DataFrame(stream)
    except (ConfigError, UnreachableError, duckdb.CatalogException):
        found = engine.query("reports/raters_alike", raters=raters)
    groups = found.group_by("name", maintain_order=True).agg("rater_id")
    return tuple(tuple(each) for each in groups["rater_id"].head(_MOST).to_list()), groups.height
