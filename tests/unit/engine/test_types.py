"""Types are read in one spelling and written in each engine's."""

from __future__ import annotations

import polars as pl
import pytest

from prefstrata.engine._types import duckdb_type, parse_type, polars_type, spark_type
from prefstrata.model.tables import TABLES

NESTED = "struct(role varchar, tags varchar[])[]"


def test_writes_a_nested_type_for_duckdb() -> None:
    """Field names are quoted: some are words of SQL."""
    assert duckdb_type(parse_type(NESTED)) == 'struct("role" varchar, "tags" varchar[])[]'


def test_writes_a_nested_type_for_spark() -> None:
    """Lists are arrays, text is string, timestamps have no zone."""
    assert spark_type(parse_type(NESTED)) == "array<struct<`role`: string, `tags`: array<string>>>"
    assert spark_type(parse_type("timestamp")) == "timestamp_ntz"


def test_writes_a_nested_type_for_polars() -> None:
    """The Polars type is nested the same way."""
    assert polars_type(parse_type(NESTED)) == pl.List(pl.Struct({"role": pl.String(), "tags": pl.List(pl.String())}))


@pytest.mark.parametrize(
    "text", ["", "int", "varchar[", "struct(a)", "struct(a bigint", "varchar varchar", "bigint[3]"]
)
def test_refuses_what_is_no_type(text: str) -> None:
    """A spelling outside the subset is an error, not a guess."""
    with pytest.raises(ValueError, match="not a type"):
        parse_type(text)


@pytest.mark.parametrize("text", sorted({column.type for table in TABLES for column in table.columns}))
def test_reads_every_type_of_the_tables(text: str) -> None:
    """Every declared type is in the subset, and DuckDB's spelling reads back as the same type."""
    of = parse_type(text)
    assert parse_type(duckdb_type(of).replace('"', "")) == of
