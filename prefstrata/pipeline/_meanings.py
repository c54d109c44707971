"""What the columns of the warehouse mean, told in the warehouse: who opens it need not have the reference beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model.tables import TABLES

if TYPE_CHECKING:
    from prefstrata.engine import Engine

__all__ = ["tell_meanings"]

_TABLE = "runs.meanings"


def tell_meanings(engine: Engine) -> None:
    """Fill ``runs.meanings``, unless it says just this already."""
    rows = [
        (table.full_name, column.name, place, column.type, column.doc)
        for table in TABLES
        if not table.passing
        for place, column in enumerate(table.columns, 1)
    ]
    names = ("full_name", "column_name", "place", "type", "meaning")
    meant = pl.DataFrame(rows, schema=names, orient="row")
    if not engine.read(_TABLE).sort("full_name", "place").equals(meant.sort("full_name", "place")):
        engine.load(_TABLE, meant)
