"""The tables of a warehouse are those that are declared."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError
from prefstrata.model.tables import TABLES, table
from tests.unit.engine._tables import DIMENSIONS

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_has_the_declared_columns_and_says_what_a_row_is(engine: DuckDBEngine) -> None:
    """What the definitions say is what the warehouse has; in the databases of one run, nobody reads comments."""
    in_memory = ("staging", "fit", "release")
    for each in TABLES:
        if each.append_only:
            engine.ensure(each)
        else:
            engine.clear(each.full_name)
    with engine.connection() as connection:
        found = connection.execute(
            f"select if(database_name in {in_memory}, database_name, schema_name) || '.' || table_name,"  # noqa: S608
            " column_name from duckdb_columns() order by column_index"
        ).fetchall()
        said = connection.execute(
            f"select if(database_name in {in_memory}, database_name, schema_name) || '.' || table_name, comment"  # noqa: S608
            " from duckdb_tables()"
        ).fetchall()
    assert dict(said) == {each.full_name: None if each.schema in in_memory else each.grain for each in TABLES}
    for each in TABLES:
        assert [name for full_name, name in found if full_name == each.full_name] == [
            column.name for column in each.columns
        ]


def test_ensure_leaves_a_table_that_is_there(engine: DuckDBEngine) -> None:
    """Ensuring twice loses no row."""
    engine.load("policy.dimensions", DIMENSIONS)
    engine.ensure(table("policy.dimensions"))
    assert engine.read("policy.dimensions").height == 2


def test_ensure_makes_again_what_a_failed_transaction_took_back(engine: DuckDBEngine) -> None:
    """What the engine remembers of its tables is what is there."""
    with suppress(ZeroDivisionError), engine.transaction():
        engine.ensure(table("policy.dimensions"))
        raise ZeroDivisionError
    engine.ensure(table("policy.dimensions"))
    assert engine.read("policy.dimensions").is_empty()


def test_a_ledger_of_another_version_is_brought_up_to_date_or_refused(tmp_path: Path) -> None:
    """What an earlier version did not write down is null; what a later one did would be lost."""
    path = tmp_path / "w.duckdb"
    engine = DuckDBEngine(path)
    engine.ensure(table("ledger.raters"))
    with engine.connection() as connection:
        connection.execute("alter table ledger.raters drop column level").fetchall()
        connection.execute("insert into ledger.raters by name select 'crowd:ann' as rater_id").fetchall()
    engine.close()
    engine = DuckDBEngine(path)
    engine.ensure(table("ledger.raters"))
    assert [(row["rater_id"], row["level"]) for row in engine.read("ledger.raters").to_dicts()] == [("crowd:ann", None)]
    with engine.connection() as connection:
        connection.execute("alter table ledger.raters add column mood varchar").fetchall()
    engine.close()
    engine = DuckDBEngine(path)
    with pytest.raises(
        ConfigError, match=r"another version of prefstrata: ledger\.raters has the column mood"
    ) as refused:
        engine.ensure(table("ledger.raters"))
    engine.close()
    assert refused.value.where == str(path)
