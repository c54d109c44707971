"""The DuckDB engine keeps tables whole, or as they were."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Never

import duckdb
import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError, UnreachableError
from prefstrata.model.tables import TABLES, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIMENSIONS = pl.DataFrame(
    {
        "dimension": ["tone", "truth"],
        "scenario": ["*", "*"],
        "priority": [2, 1],
        "definition": ["kind", "so"],
        "kind": ["brand", "professional"],
        "weight": [0.5, 1.0],
    }
)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """An empty engine in memory."""
    made = DuckDBEngine(":memory:", threads=1)
    yield made
    made.close()


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


def test_a_transaction_is_one_threads_own(engine: DuckDBEngine) -> None:
    """Another thread waits until the transaction ends, and sees all of it."""
    seen: list[int] = []
    engine.ensure(table("policy.dimensions"))
    reader = threading.Thread(target=lambda: seen.append(engine.read("policy.dimensions").height))
    with engine.transaction():
        engine.load("policy.dimensions", DIMENSIONS)
        reader.start()
        reader.join(0.1)
        assert seen == []
    reader.join()
    assert seen == [2]


def test_names_the_process_that_has_the_file_open(tmp_path: Path) -> None:
    """Two processes cannot share a warehouse; the second is told who has it."""
    path = tmp_path / "deep" / "warehouse.duckdb"
    DuckDBEngine(path).close()
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect({str(path)!r}); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(UnreachableError, match=f"warehouse.duckdb: .* pid {holder.pid}"):
            DuckDBEngine(path)
    finally:
        holder.communicate(b"\n")


def test_refuses_a_file_that_is_no_warehouse(tmp_path: Path) -> None:
    """Another kind of file is a mistake in the config, and is left alone."""
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk " * 1000)
    with pytest.raises(ConfigError, match="cannot open the warehouse"):
        DuckDBEngine(path)
    assert path.read_text().startswith("remember the milk")


def test_refuses_a_setting_that_duckdb_refuses() -> None:
    """A wrong memory limit is told with its name and value."""
    with pytest.raises(ConfigError, match=r"memory_limit = 'lots'"):
        DuckDBEngine(":memory:", memory_limit="lots")


def test_checkpoints_stop_until_the_block_ends_however_it_ends(engine: DuckDBEngine) -> None:
    """Work on staged tables puts checkpoints off, and never for good."""
    usual = _checkpoints_after(engine)
    with pytest.raises(KeyError), engine.without_checkpoints():  # noqa: PT012 - what ends the block is the point
        assert _checkpoints_after(engine) != usual
        raise KeyError
    assert _checkpoints_after(engine) == usual


def test_a_long_log_is_tidied_while_other_work_goes_on(tmp_path: Path) -> None:
    """What closing would take its time over is done when the block ends, and all rows are there; a short log stays."""
    path = tmp_path / "w.duckdb"
    log = tmp_path / "w.duckdb.wal"
    engine = DuckDBEngine(path)
    engine.load("policy.dimensions", DIMENSIONS)
    short = log.stat().st_size
    with engine.tidied_meanwhile():
        pass
    assert log.stat().st_size == short > 0
    rows = _long(engine)
    assert log.stat().st_size > 16 << 20
    with engine.tidied_meanwhile():
        assert engine.read("policy.dimensions").height == 2
    assert not log.exists() or log.stat().st_size < short
    engine.close()
    again = DuckDBEngine(path)
    with again.connection() as connection:
        assert connection.execute("select count(*), count(distinct uri) from ledger.batches").fetchall() == [
            (rows, rows)
        ]
    again.close()


def test_a_log_that_cannot_be_tidied_is_told_unless_the_block_failed_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever goes on would find a warehouse that takes nothing any more; the first error is the one to tell."""

    class Full:
        def execute(self, _: str) -> Never:
            raise duckdb.IOException("No space left on device")

        def close(self) -> None:
            pass

    engine = DuckDBEngine(tmp_path / "w.duckdb")
    _long(engine)
    monkeypatch.setattr(engine._connection, "cursor", Full)  # noqa: SLF001 - no disk is full here
    with pytest.raises(duckdb.IOException, match="No space left"), engine.tidied_meanwhile():
        pass
    with pytest.raises(KeyError), engine.tidied_meanwhile():
        raise KeyError
    engine.close()


def test_a_log_is_tidied_beside_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before it, nor after; the handle is closed by who used it, and an interrupt is told as what it is."""
    goes_on = threading.Event()
    told: list[object] = []

    class Waiting:
        def execute(self, sql: str) -> Waiting:
            told.append((sql, goes_on.wait(60)))
            return self

        def fetchall(self) -> list[tuple[()]]:
            return []

        def close(self) -> None:
            told.append(threading.current_thread() is not threading.main_thread())

    engine = DuckDBEngine(tmp_path / "w.duckdb")
    _long(engine)
    monkeypatch.setattr(engine._connection, "cursor", Waiting)  # noqa: SLF001 - no checkpoint takes as long

    def interrupted() -> Never:
        with engine.tidied_meanwhile():
            goes_on.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told == [("checkpoint", True), True]
    engine.close()


def _long(engine: DuckDBEngine) -> int:
    """Write what makes a long log into the ledger; returns the rows."""
    engine.ensure(table("ledger.batches"))
    with engine.connection() as connection:
        [(rows,)] = connection.execute(
            "insert into ledger.batches by name"
            " select repeat(md5(i::varchar), 10) as batch_id, i::varchar as uri from range(100_000) as of(i)"
        ).fetchall()
    return int(rows)


def _checkpoints_after(engine: DuckDBEngine) -> object:
    with engine.connection() as connection:
        return connection.execute("select current_setting('checkpoint_threshold')").fetchall()


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


def test_what_does_not_fit_with_all_threads_is_tried_with_one(tmp_path: Path) -> None:
    """A second try, not in an open transaction, and all threads are back after it."""
    engine = DuckDBEngine(tmp_path / "warehouse.duckdb", threads=2, memory_limit="40MB")
    tried = []

    def built() -> int:
        with engine.transaction(), engine.connection() as connection:
            [(threads,)] = connection.execute("select current_setting('threads')").fetchall()
            tried.append(threads)
            rows = 20_000_000 if threads > 1 else 1
            connection.execute("select list(hash(i)) from range($rows) as rows(i)", {"rows": rows}).fetchall()
        return rows

    assert engine._connection.within_memory(built) == 1  # noqa: SLF001 - no table is as large
    with pytest.raises(duckdb.OutOfMemoryException), engine.transaction():
        engine._connection.within_memory(built)  # noqa: SLF001 - no table is as large
    assert tried == [2, 1, 2]
    engine.close()
