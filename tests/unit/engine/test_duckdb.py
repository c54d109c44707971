"""The DuckDB engine keeps tables whole, or as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from prefstrata.model.tables import table
from tests.unit.engine._tables import DIMENSIONS

if TYPE_CHECKING:
    from prefstrata.engine import DuckDBEngine


def test_load_goes_by_name_and_replaces(engine: DuckDBEngine) -> None:
    """The frame's column order makes no difference, and the old rows are gone."""
    engine.load("policy.dimensions", DIMENSIONS)
    assert engine.load("policy.dimensions", DIMENSIONS.head(1)) == 1
    assert engine.read("policy.dimensions").rows() == [("*", "tone", "kind", "brand", 2, 0.5)]


def test_a_lent_frame_is_the_table_until_another_is(engine: DuckDBEngine) -> None:
    """And a view of a statement sees which one is lent by then."""
    engine.lend("policy.dimensions", DIMENSIONS)
    assert engine.read("policy.dimensions").height == 2
    engine.lend("policy.dimensions", DIMENSIONS.head(1))
    assert engine.read("policy.dimensions").height == 1
    with pytest.raises(ValueError, match=r"policy\.dimensions: the statement lacks weight"):
        engine.lend("policy.dimensions", DIMENSIONS.drop("weight"))


def test_of_what_is_not_there_only_the_columns_are_shown(engine: DuckDBEngine) -> None:
    """Counting rows of which there is none names the columns of the statement."""
    for name in ("prompts", "responses"):
        engine.ensure(table(f"ledger.{name}"))
    with engine.connection() as connection:
        connection.execute("insert into ledger.prompts (seq) values (1), (1), (2), (2), (3)").fetchall()
    count, sample = engine.count_and_sample("checks/ledger/texts_have_their_own_place", 1)
    assert (count, sample.rows()) == (2, [("prompts", 1, 2)])
    with engine.connection() as connection:
        connection.execute("delete from ledger.prompts").fetchall()
    count, sample = engine.count_and_sample("checks/ledger/texts_have_their_own_place", 1)
    assert (count, sample.height, sample.columns) == (0, 0, ["name", "seq", "times"])


def test_a_wrong_column_is_named_and_changes_nothing(engine: DuckDBEngine) -> None:
    """Missing and extra columns are both named; the table keeps its rows."""
    engine.load("policy.dimensions", DIMENSIONS)
    with pytest.raises(ValueError, match=r"policy\.dimensions: the statement lacks priority; has the undeclared prio"):
        engine.load("policy.dimensions", DIMENSIONS.rename({"priority": "prio"}))
    assert engine.read("policy.dimensions").height == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("* exclude (task)", '"task" in REPLACE list not found'),
        ("*, 2 as tasks", '"prompts" does not have a column with name "tasks"'),
        ("* exclude (task), 2 as tasks", '"task" in REPLACE list not found'),
        ("*, task", '"prompts" does not have a column with name "task_1"'),
    ],
)
def test_what_a_statement_gives_is_what_the_table_declares(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    """A column too few, too many or twice is named, and the table keeps its rows."""
    engine.clear("evidence.prompts")
    with engine.connection() as connection:
        connection.execute("insert into evidence.prompts (prompt_id) values ('p')").fetchall()
    statement = f"select {given} from evidence.prompts"  # noqa: S608 - our own columns
    monkeypatch.setattr("prefstrata.engine._duckdb.sql_text", lambda _: statement)
    with pytest.raises(duckdb.BinderException, match=said):
        engine.build("evidence.prompts")
    assert engine.read("evidence.prompts")["prompt_id"].to_list() == ["p"]


def test_a_value_that_does_not_fit_changes_nothing(engine: DuckDBEngine) -> None:
    """An error in the middle of the rows leaves the old content."""
    engine.load("policy.dimensions", DIMENSIONS)
    bad = DIMENSIONS.with_columns(priority=pl.Series(["1", "first"]))
    with pytest.raises(duckdb.ConversionException):
        engine.load("policy.dimensions", bad)
    assert engine.read("policy.dimensions").height == 2


def test_a_failed_transaction_changes_nothing(engine: DuckDBEngine) -> None:
    """What an inner transaction did goes with the outer one."""
    engine.load("policy.dimensions", DIMENSIONS)
    with pytest.raises(KeyboardInterrupt):
        _clear_and_stop(engine)
    assert engine.read("policy.dimensions").height == 2


def _clear_and_stop(engine: DuckDBEngine) -> None:
    with engine.transaction():
        with engine.transaction():
            engine.clear("policy.dimensions")
        raise KeyboardInterrupt


def test_facts_are_never_replaced(engine: DuckDBEngine) -> None:
    """Building or clearing a ledger table is a bug of the caller."""
    for change in (engine.build, engine.clear):
        with pytest.raises(ValueError, match="append-only"):
            change("ledger.votes")


def test_parameters_are_those_of_the_text(engine: DuckDBEngine) -> None:
    """A parameter that the text does not name is an error before anything runs."""
    with pytest.raises(TypeError, match="takes the parameters"):
        engine.query("reports/batches_of_run", day="2026-11-20")
