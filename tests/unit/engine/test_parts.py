"""The hash of a part's rows: other rows have another, and the same rows the same, wherever and however they lie."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.engine._parts import part_digests

_COLUMNS = ("id varchar", "p double", "names varchar[]", "sides struct(chosen varchar[], rejected varchar[])")
_ROW: dict[str, Any] = {"id": "a", "p": 0.5, "names": ["x"], "sides": {"chosen": ["x", "y"], "rejected": []}}


def _digests(rows: list[tuple[int, dict[str, Any]]], select: str = "parts") -> dict[int, str]:
    with closing(duckdb.connect()) as connection:
        connection.execute(f"create table parts ({', '.join(_COLUMNS)}, file_number integer)")
        for number, row in rows:
            connection.execute("insert into parts values (?, ?, ?, ?, ?)", [*row.values(), number])
        return part_digests(connection, select, "id")


def _digest(*rows: dict[str, Any]) -> str:
    return _digests([(3, row) for row in rows])[3]


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
    """However they lie; and of each part its own alone."""
    one, other = _ROW, {**_ROW, "id": "b", "p": 0.25}
    assert _digest(one, other) == _digest(other, one)
    assert _digest(one, other) not in {_digest(one), _digest(other), _digest({**one, "p": 0.25}, {**other, "p": 0.5})}
    assert _digests([(1, one), (2, other), (7, one)]) == {1: _digest(one), 2: _digest(other), 7: _digest(one)}


@pytest.mark.parametrize("change", ["p::float as p", "p as q", "p::decimal(3, 1) as p", "2::integer as p"])
def test_columns_count_as_they_come(change: str) -> None:
    """Their order, names and types are in the file; as JSON, numbers of two types may look the same."""
    row = (3, {**_ROW, "p": 2.0})
    whole = _digests([row])
    changed = f"(select id, {change}, names, sides, file_number from parts)"  # noqa: S608 - own names
    assert _digests([row], changed) != whole
    assert _digests([row], "(select p, id, names, sides, file_number from parts)") != whole
    assert _digests([row], "(select id, p, names, sides, file_number from parts)") == whole


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_passes_for_another(one: str, other: str) -> None:
    """Whatever is in it: quotes, backslashes, what looks like JSON."""
    row = {**_ROW, "names": [one]}
    assert (_digest(row) == _digest({**_ROW, "names": [other]})) == (one == other)
    assert _digest(row) != _digest({**_ROW, "names": [one, ""]})
