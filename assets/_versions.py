"""Data versions: what a table holds, as a hash that does not depend on the order of its rows.

Equal content has an equal version in any warehouse, so Dagster can tell a table that was built again from one that
changed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import dagster as dg

from prefstrata.model.tables import table

if TYPE_CHECKING:
    from prefstrata.engine import Warehouse

__all__ = ["rows_and_version"]


def rows_and_version(engine: Warehouse, full_name: str) -> tuple[int, dg.DataVersion]:
    """The number of rows of a table, and its data version.

    A ledger row is its key: ids there are hashes of all that was said, so its other columns need not be read.
    """
    defined = table(full_name)
    columns = defined.key if defined.append_only else tuple(column.name for column in defined.columns)
    chosen = ", ".join(f'"{name}" := "{name}"' for name in columns)
    row = f"select cast(to_json(struct_pack({chosen})) as varchar) as r from {full_name}"  # noqa: S608 - names of tables.py
    # Sums of hashes, not a hash of sorted rows: no order, and no sort of a million rows.
    summed = f"select count(*), sum(md5_number_upper(r)), sum(md5_number_lower(r)) from ({row})"  # noqa: S608
    with engine.connection() as connection:
        [(count, high, low)] = connection.execute(summed).fetchall()
    return int(count), dg.DataVersion(hashlib.sha256(f"{full_name} {count} {high} {low}".encode()).hexdigest()[:16])
