"""The one connection: who may open it, whose turn it is, its memory and its checkpoints."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Never

import duckdb
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError, UnreachableError
from prefstrata.model.tables import table
from tests.unit.engine._tables import DIMENSIONS

if TYPE_CHECKING:
    from pathlib import Path


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


def test_checkpoints_stop_until_the_block_ends_however_it_ends(engine: DuckDBEngine) -> None:
    """Work on staged tables puts checkpoints off, and never for good."""
    usual = _checkpoints_after(engine)
    with pytest.raises(KeyError), engine.without_checkpoints():  # noqa: PT012 - what ends the block is the point
        assert _checkpoints_after(engine) != usual
        raise KeyError
    assert _checkpoints_after(engine) == usual


def _checkpoints_after(engine: DuckDBEngine) -> object:
    with engine.connection() as connection:
        return connection.execute("select current_setting('checkpoint_threshold')").fetchall()


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
