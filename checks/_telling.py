"""What a check says about the rows it found: the same three things on every page and in every alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

__all__ = ["BAD", "FAILED", "MEANING", "SAMPLE", "SLICES", "SLICE_COLUMNS", "slices_of", "table_of", "told"]

BAD, FAILED, MEANING, SAMPLE, SLICES = "bad rows", "failed figures", "meaning", "sample", "slices"
"""Keys of a result's metadata; the alert reads them."""

SLICE_COLUMNS = ("source", "name", "layer", "rule", "kind", "stratum", "dimension", "scenario", "choice", "reason")
"""Columns that say which part of the data bad rows are in, the most telling first."""

_BAD_ROW = "Bad row:"
"""How the comment of a check begins."""
_LONGEST = 200
_MOST = 20
_SLICES = 5


def slices_of(connection: duckdb.DuckDBPyConnection, select: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Where bad rows are: counts over all of them by the two most telling columns, the largest first.

    Args:
        connection: where to run.
        select: returns the bad rows.
        columns: its columns.
    """
    chosen = [name for name in SLICE_COLUMNS if name in columns][:2]
    if not chosen:
        return []
    by, bad = ", ".join(f'"{name}"' for name in chosen), f"(\n{select}\n)"
    counted = f"select {by}, count(*) as bad from {bad} group by {by} order by bad desc, {by} limit {_SLICES}"  # noqa: S608 - our own statements
    return [dict(zip([*chosen, "bad"], row, strict=True)) for row in connection.execute(counted).fetchall()]


def told(
    meaning: str, bad: int, sample: Sequence[Mapping[str, object]], slices: Sequence[Mapping[str, object]] = ()
) -> dict[str, Any]:
    """The metadata of a result.

    Args:
        meaning: what a bad row is and why it matters; where there is none, that is said first.
        bad: how many there are.
        sample: ids of the first of them.
        slices: where they are: slice columns and ``bad``, how many there.
    """
    metadata: dict[str, Any] = {MEANING: meaning if bad else _none_found(meaning), BAD: bad}
    if slices:
        metadata[SLICES] = table_of(slices)
    if sample:
        metadata[SAMPLE] = table_of(sample)
    return metadata


def _none_found(meaning: str) -> str:
    if meaning.startswith(_BAD_ROW):
        return f"No bad row. One would be:{meaning.removeprefix(_BAD_ROW)}"
    return f"No bad row. What one would mean: {meaning}"


def table_of(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Rows as a table of a page, the first twenty of them; texts are short and inert."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    schema = dg.TableSchema([dg.TableColumn(name) for name in columns])
    records = [dg.TableRecord({name: _plain(row.get(name)) for name in columns}) for row in rows[:_MOST]]
    return dg.MetadataValue.table(records, schema=schema)


def _plain(value: object) -> str | int | float | bool:
    """The value as a page can show it: short, and without what is not a character."""
    if isinstance(value, bool | int | float):
        return value
    text = "".join(each if each.isprintable() else " " for each in ("" if value is None else str(value)))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
