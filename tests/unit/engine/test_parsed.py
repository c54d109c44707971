"""A statement that is kept does what its text does."""

from __future__ import annotations

import duckdb
import pytest

from prefstrata.engine import parsed
from prefstrata.engine._parsed import _KEPT


def test_a_statement_is_parsed_once_and_runs_anywhere() -> None:
    """With its parameters, after the tables changed, and in another database."""
    text = "select $x + (select count(*) from t) as found"
    with duckdb.connect() as one, duckdb.connect() as other:
        for connection, rows in ((one, 1), (other, 3)):
            connection.execute(f"create table t as from range({rows})").fetchall()
        first = parsed(one, text)
        assert parsed(other, text) is first
        assert one.execute(first, {"x": 10}).fetchall() == [(11,)]
        assert other.execute(first, {"x": 20}).fetchall() == [(23,)]
        one.execute("create or replace table t as from range(7)").fetchall()
        assert one.execute(first, {"x": 10}).fetchall() == [(17,)]


def test_several_statements_and_very_long_ones_stay_texts() -> None:
    """The first kind is run one by one; the second would fill the memory."""
    with duckdb.connect() as connection:
        assert parsed(connection, "select 1; select 2") == "select 1; select 2"
        long = f"select '{'x' * 40_000}'"
        assert parsed(connection, long) == long


def test_what_is_kept_has_an_end() -> None:
    """However many statements a process runs."""
    with duckdb.connect() as connection:
        for number in range(1100):
            parsed(connection, f"select {number}")
    assert 0 < len(_KEPT) <= 1024


@pytest.mark.parametrize("text", ["selec 1", "select 1 +", "select nothing"])
def test_a_mistake_is_the_same_as_of_the_text(text: str) -> None:
    """Its kind and its words."""
    with duckdb.connect() as connection:
        with pytest.raises(duckdb.Error) as of_text:
            connection.execute(text)
        with pytest.raises(duckdb.Error) as of_statement:
            connection.execute(parsed(connection, text))
    assert (type(of_statement.value), str(of_statement.value)) == (type(of_text.value), str(of_text.value))
