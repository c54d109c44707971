"""The hash of a part's rows: other rows have another, and the same rows the same, wherever and however they lie."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.engine._parts import part_digests
from prefstrata.model.tables import Column, Table

_TABLE = Table(
    "release",
    "things",
    "a thing",
    (
        Column("id", "varchar", "which"),
        Column("p", "double", "a number"),
        Column("names", "varchar[]", "a list"),
        Column("sides", "struct(chosen varchar[], rejected varchar[])", "two lists"),
    ),
    key=("id",),
)
_ROW: dict[str, Any] = {"id": "a", "p": 0.5, "names": ["x"], "sides": {"chosen": ["x", "y"], "rejected": []}}


def _digests(rows: list[tuple[int, dict[str, Any]]], numbers: list[int]) -> dict[int, str]:
    with closing(duckdb.connect()) as connection:
        columns = ", ".join(f'"{column.name}" {column.type}' for column in _TABLE.columns)
        connection.execute(f"create table parts ({columns}, file_number integer)")
        for number, row in rows:
            connection.execute("insert into parts values (?, ?, ?, ?, ?)", [*row.values(), number])
        return part_digests(connection, _TABLE, "id", "parts", numbers)


def _digest(*rows: dict[str, Any]) -> str:
    return _digests([(3, row) for row in rows], [3])[3]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "b"},
        {"p": 0.5000000000000001},
        {"p": None},
        {"names": []},
        {"names": None},
        {"names": [None]},
        {"names": ["null"]},
        {"names": ["x", "x"]},
        {"names": ['x", "x']},
        {"sides": {"chosen": ["x"], "rejected": ["y"]}},
        {"sides": {"chosen": ["y", "x"], "rejected": []}},
        {"sides": {"chosen": ["x", "y"], "rejected": None}},
        {"sides": None},
    ],
)
def test_whatever_differs_shows(change: dict[str, Any]) -> None:
    """Nested values, nulls and the borders of lists among it, of which DuckDB's own hash misses some."""
    assert _digest({**_ROW, **change}) != _digest(_ROW)


def test_zeros_have_signs_and_no_number_is_a_number() -> None:
    """They are other bytes in a file."""
    found = {_digest({**_ROW, "p": p}) for p in (0.0, -0.0, float("nan"), float("inf"), float("-inf"), None)}
    assert len(found) == 6


def test_rows_count_in_the_order_of_the_key() -> None:
    """However they lie; and of each part its own alone, of those asked for."""
    one, other = _ROW, {**_ROW, "id": "b", "p": 0.25}
    assert _digest(one, other) == _digest(other, one)
    assert _digest(one, other) not in {_digest(one), _digest(other), _digest({**one, "p": 0.25}, {**other, "p": 0.5})}
    rows = [(1, one), (2, other), (7, one)]
    assert _digests(rows, [1, 2, 9]) == {1: _digest(one), 2: _digest(other)}


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_passes_for_another(one: str, other: str) -> None:
    """Whatever is in it: quotes, backslashes, what looks like JSON."""
    row = {**_ROW, "names": [one]}
    assert (_digest(row) == _digest({**_ROW, "names": [other]})) == (one == other)
    assert _digest(row) != _digest({**_ROW, "names": [one, ""]})
