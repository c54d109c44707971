"""One connection to DuckDB that threads take turns at: its settings, its transactions, its checkpoints."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import polars as pl

from prefstrata.engine._opening import MEMORY, connect
from prefstrata.engine._parsed import parsed
from prefstrata.engine._shared import literal
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.errors import ConfigError
from prefstrata.model.tables import PASSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Connection"]

# At DuckDB's own 16 MiB a run tidied between its steps, again and again, what the next step replaces; closing tidies.
_TIDIED_AT = "256MB"
# Bytes that closing takes long enough over; a checkpoint costs something for every table, too.
_LONG_LOG = 16 << 20
_Made = TypeVar("_Made")


class Connection:
    """A connection behind a lock: a transaction of one thread is never seen half done by another.

    Args:
        path: the file, or ``:memory:``.
        threads: cores to use; all of them by default.
        memory_limit: beyond it DuckDB spills.
        temp_directory: where it spills; beside the file by default.

    Attributes:
        path: the file.
        undone: transactions that were taken back: what was remembered of tables before may not be so any more.

    Raises:
        ConfigError: the file is no DuckDB database, or a setting has a value that DuckDB refuses.
        UnreachableError: another process has the file open.
    """

    def __init__(self, path: str, *, threads: int | None, memory_limit: str, temp_directory: str | Path | None) -> None:
        """Open the file, and beside it what is kept in memory."""
        self._lock = RLock()
        self._depth = 0
        self.undone = 0
        self.path = path
        self._handle = connect(path)
        try:
            # What is staged, fitted or written to files lives for one run: in memory, spilled when it must be.
            # The database has the schema's name, so that SQL says staging.votes as it says ledger.votes.
            for schema in PASSING:
                self.run(f"attach ':memory:' as {schema}")
            self._configure(threads, memory_limit, temp_directory)
        except BaseException:
            self.close()
            raise

    def _configure(self, threads: int | None, memory_limit: str, temp: str | Path | None) -> None:
        settings: dict[str, str | int | bool] = {
            "TimeZone": "UTC",
            # Row order is never content here, and keeping it costs memory and parallel writing.
            "preserve_insertion_order": False,
            # A statement must read tables, never a Python variable that happens to have a table's name.
            "python_enable_replacements": False,
            # These two cost more than all the rest of writing a table of texts and ids, for a third of its size.
            "disabled_compression_methods": "dict_fsst,fsst",
            "memory_limit": memory_limit,
            "checkpoint_threshold": _TIDIED_AT,
        }
        if threads is not None:
            settings["threads"] = threads
        if temp is not None or self.path != MEMORY:
            settings["temp_directory"] = str(temp or f"{self.path}.tmp")
        for name, value in settings.items():
            try:
                self.run(f"set {name} = {literal(str(value))}")
            except duckdb.Error as error:
                raise ConfigError(
                    f"DuckDB refuses {name} = {value!r}: {error}", where="engine", todo="correct it in prefstrata.yaml"
                ) from error

    def run(self, sql: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement and read all of its result: an unread one would block the connection."""
        return self._handle.execute(parsed(self._handle, sql), params or {}).fetchall()

    def frame(self, sql: str, params: dict[str, Any] | None = None) -> pl.DataFrame:
        """The result of a statement, which must be small."""
        with self._lock:
            return pl.DataFrame(ArrowStream(self._handle.sql(parsed(self._handle, sql), params=params or {})))

    @contextmanager
    def taken(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB's own handle, for this thread alone until the block ends."""
        with self._lock:
            yield self._handle

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A new handle with a transaction of its own; the caller closes it."""
        with self._lock:
            return self._handle.cursor()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        with self._lock:
            if self._depth == 0:
                self.run("begin transaction")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self.run("commit")
            except BaseException:
                if self._depth == 1:
                    self.undone += 1
                    # After some errors DuckDB has rolled back by itself; the first error is the one to tell.
                    with suppress(duckdb.Error):
                        self.run("rollback")
                raise
            finally:
                self._depth -= 1

    def within_memory(self, work: Callable[[], _Made]) -> _Made:
        """Do the work, once more with one thread where memory is too little for all of them: each takes its own.

        In an open transaction there is no second try: it is lost with the first.
        """
        with self._lock:
            try:
                return work()
            except duckdb.OutOfMemoryException:
                [(threads,)] = self.run("select current_setting('threads')") if self._depth == 0 else [(1,)]
                if threads == 1:
                    raise
            self.run("set threads = 1")
            try:
                return work()
            finally:
                self.run(f"set threads = {threads}")

    @contextmanager
    def without_checkpoints(self) -> Iterator[None]:
        """Until the block ends, no commit tidies what it finds.

        A checkpoint of a database in memory goes through all of its tables with one thread, after nearly every commit.
        """
        self.run("set checkpoint_threshold = '1TB'")
        try:
            yield
        finally:
            self.run(f"set checkpoint_threshold = '{_TIDIED_AT}'")

    @contextmanager
    def tidied_meanwhile(self) -> Iterator[None]:
        """While the block runs, which changes no table, the checkpoint is made that closing would make.

        Either takes one thread, and beside closing the others have nothing to do. A short log is left to it.

        Raises:
            duckdb.Error: the checkpoint failed, and nothing in the block did.
        """
        log = Path(f"{self.path}.wal")
        if not log.exists() or log.stat().st_size < _LONG_LOG:
            yield
            return
        # Who waits may be interrupted, and a handle that works cannot be closed: its own thread does that.
        with ThreadPoolExecutor(1) as pool:
            tidying = pool.submit(_tidy, self.cursor())
            yield
        tidying.result()

    def close(self) -> None:
        """Close it; closing twice is harmless."""
        with self._lock:
            self._handle.close()


def _tidy(handle: duckdb.DuckDBPyConnection) -> None:
    with closing(handle):
        handle.execute("checkpoint").fetchall()
