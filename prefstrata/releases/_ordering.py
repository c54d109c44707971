"""A row of the value ordering, read from the other end: what a policy puts upper may be lower in the next version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["as_ordered_now"]

Row = dict[str, Any]
_DIGITS = 12


def as_ordered_now(earlier: Iterable[Row], now: Iterable[Row]) -> list[Row]:
    """The earlier rows, those turned round whose two dimensions stand the other way now.

    The policy's order is which of two dimensions is named first; what the data says of them does not change with it.

    Args:
        earlier: rows of ``ordering`` of a release: scenario, risk_level, upper, lower, follows, low, high.
        now: the same of the release that it is held against.
    """
    ordered = {_cell(row) for row in now}
    return [_turned(row) if _cell(row) not in ordered and _cell(_turned(row)) in ordered else row for row in earlier]


def _cell(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return row["scenario"], row["risk_level"], row["upper"], row["lower"]


def _turned(row: Row) -> Row:
    turned = {**row, "upper": row["lower"], "lower": row["upper"]}
    for name, other in (("follows", "follows"), ("low", "high"), ("high", "low")):
        if name in row:
            turned[name] = None if row.get(other) is None else round(1 - row[other], _DIGITS)
    return turned
