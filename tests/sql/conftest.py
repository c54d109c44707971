"""An engine of each kind, with no tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine, Engine
from prefstrata.engine.spark import SparkEngine, spark_session
from tests._spark import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """One local Spark for a module: it takes seconds to start, and tests of other modules stop what runs."""
    session = spark_session("local[2]", IN_MEMORY)
    # Otherwise each step of a plan looks through the whole stack for who called.
    for form in ("short", "long"):
        session.sparkContext.setLocalProperty(f"callSite.{form}", "a case")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def duckdb() -> Iterator[DuckDBEngine]:
    """One DuckDB for a module: to open one and define the functions in it takes longer than a case."""
    engine = DuckDBEngine(":memory:", threads=2)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def in_memory(spark: SparkSession) -> Iterator[SparkEngine]:
    """One engine on it for a module: many cases have the same rows in a table, or none, and share its view."""
    engine = SparkEngine(spark)
    yield engine
    engine.close()


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn, in memory, with no tables."""
    if request.param == "duckdb":
        kept: DuckDBEngine = request.getfixturevalue("duckdb")
        yield kept
        _drop_all(kept)
    else:
        made: SparkEngine = request.getfixturevalue("in_memory")
        yield made
        made._tables = {}  # noqa: SLF001 - to close it would drop the views as well


def _drop_all(engine: DuckDBEngine) -> None:
    """Drop the tables that a case has made, so that the next one has none of them; cases make no views."""
    with engine.connection() as connection:
        tables = "select format('{}.{}.{}', database_name, schema_name, table_name) from duckdb_tables()"
        for (name,) in connection.execute(tables).fetchall():
            connection.execute(f"drop table {name}")
    engine._catalogue._there = None  # noqa: SLF001 - it asks once which tables are there; nobody else drops one
