"""What a result says about bad rows."""

from __future__ import annotations

import duckdb

from checks._telling import BAD, MEANING, SAMPLE, SLICES, slices_of, told


def test_hostile_values_are_short_and_printable() -> None:
    """A value out of somebody's file cannot break a page: it is cut, and holds no control characters."""
    metadata = told("meaning", 1, [{"vote_id": "a\x1b[31m\nb\u202e" + "x" * 500, "line": None, "value": 0.5}])
    [record] = metadata[SAMPLE].records
    assert record.data["vote_id"].startswith("a [31m b xxx")
    assert len(record.data["vote_id"]) == 200
    assert (record.data["line"], record.data["value"]) == ("", 0.5)


def test_nothing_bad_has_no_sample() -> None:
    """A check that passed says that nothing was found before it says what would be, and shows no empty tables."""
    assert told("It counts twice.", 0, []) == {MEANING: "No bad row. What one would mean: It counts twice.", BAD: 0}
    said = told("Bad row: an id that stands twice. It counts twice.", 0, [])[MEANING]
    assert said == "No bad row. One would be: an id that stands twice. It counts twice."
    assert told("Bad row: an id.", 1, [])[MEANING] == "Bad row: an id."


def test_rows_need_not_have_the_same_columns() -> None:
    """A table shows every column that some row has."""
    metadata = told("meaning", 2, [{"a": 1}, {"b": 2}], [{"source": "crowd", "bad": 2}])
    assert [column.name for column in metadata[SAMPLE].schema.columns] == ["a", "b"]
    assert metadata[SLICES].records[0].data == {"source": "crowd", "bad": 2}


def test_slices_are_the_most_telling_columns() -> None:
    """Two columns at most, five slices at most, the largest first, over all rows."""
    connection = duckdb.connect()
    select = "select 's' || (i % 7) as source, 'left' as choice, 'k' as kind, i as line from range(100) as t(i)"
    found = slices_of(connection, select, ["line", "choice", "kind", "source"])
    assert found[:3] == [
        {"source": "s0", "kind": "k", "bad": 15},
        {"source": "s1", "kind": "k", "bad": 15},
        {"source": "s2", "kind": "k", "bad": 14},
    ]
    assert len(found) == 5
    assert slices_of(connection, select, ["line"]) == []
    connection.close()
