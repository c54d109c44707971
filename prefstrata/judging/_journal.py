"""The journal: every request before it is sent, every reply as it came, every micro-dollar. A kill leaves it whole.

A file of its own beside the warehouse, because the warehouse has one writer and lets nobody read while it writes:
SQLite in WAL mode with full synchronisation. A request is *reserved* (its highest price is written down) before it is
sent, and *settled* (its price, its outcome and its reply are written in one transaction) when it is answered.
Whatever is reserved and not settled when the journal is opened was in flight when its process died: it may have been
paid, so its reservation stays spent.
"""

from __future__ import annotations

import asyncio
import fcntl
import queue
import sqlite3
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from prefstrata.model import ConfigError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["Attempt", "Journal", "JournalReader", "SentBatch", "open_journal", "read_journal", "today"]

_SCHEMA = """
create table if not exists attempts (
    id integer primary key, key text not null, run text not null, judge text not null, work text not null, day text
    not null, batch integer, reserved integer not null, cost integer, outcome text, status integer, input_tokens
    integer, output_tokens integer, asked_at text not null, ended_at text
); create index if not exists attempts_by_key on attempts (key); create index if not exists attempts_in_flight on
attempts (id) where cost is null; create index if not exists attempts_of_batch on attempts (batch) where batch is not
null; create table if not exists replies (attempt integer primary key, key text not null, judge text not null, body
blob not null); create index if not exists replies_by_key on replies (key); create table if not exists batches (
    id integer primary key, digest text not null unique, judge text not null, run text not null, state text not null,
    file_id text, batch_id text, requests integer not null, began_at text not null, ended_at text
);
create table if not exists runs (
    id text primary key, began_at text not null, ended_at text, outcome text, figures text
);
"""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request about to be sent: what is written before it is.

    Attributes:
        id: its number.
        key: the question's key.
        judge: name of the judge.
        work: the layer of work.
        reserved: the most it may cost, in micro-dollars.
        batch: number of the batch it is in; None when it is sent by itself.
        day: the day it was reserved on, when that was in an earlier run.
    """

    id: int
    key: str
    judge: str
    work: str
    reserved: int
    batch: int | None = None
    day: str = ""


@dataclass(frozen=True, slots=True)
class SentBatch:
    """A batch that is not over.

    Attributes:
        id: its number here.
        digest: what it is found again by at the endpoint: its metadata hold it, and the name of its file.
        judge: name of the judge.
        state: planned, or submitted.
        batch_id: the endpoint's id, once known.
    """

    id: int
    digest: str
    judge: str
    state: str
    batch_id: str | None


class JournalReader:
    """What a journal says, for plans and reports; a run may write meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through this connection."""
        self._reading = connection

    def _scalar(self, sql: str, *values: object) -> Any:  # noqa: ANN401 - whatever the column holds
        return self._reading.execute(sql, values).fetchone()[0]

    def spent(self, day: str | None = None) -> int:
        """Micro-dollars spent or in flight, over all time or on a day (``2026-11-25``, UTC)."""
        total = "select coalesce(sum(coalesce(cost, reserved)), 0) from attempts"
        return int(self._scalar(f"{total} where day = ?", day) if day else self._scalar(total))

    def replies(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Every kept reply to one of these questions, in the order in which they came: key and body."""
        with self._reading:
            self._reading.execute("create temp table if not exists wanted (key text primary key)")
            self._reading.execute("delete from wanted")
            self._reading.executemany("insert or ignore into wanted values (?)", ((key,) for key in keys))
        found = self._reading.execute(
            "select replies.key, body from wanted join replies on replies.key = wanted.key order by replies.attempt"
        )
        for key, body in found:
            yield key, zlib.decompress(body)

    def rejected(self) -> dict[str, str]:
        """Questions that an endpoint refused for good, with the outcome."""
        found = self._reading.execute("select key, outcome from attempts where outcome = 'rejected'")
        return dict(found.fetchall())

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a question to the journal, for reports."""
        found = self._reading.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Journal(JournalReader):
    """An open journal. Reading is direct; writing goes through one thread that commits what has gathered, many at once.

    Attributes:
        run: id of this run.
        lost: micro-dollars that were in flight when earlier runs died, over all time.
    """

    def __init__(self, path: Path, run: str) -> None:
        """Open the file and count as possibly paid what a dead run left in flight."""
        self.run = run
        super().__init__(_connect(path))
        self._reading.executescript(_SCHEMA)
        self._reading.execute(f"pragma user_version = {_VERSION}")
        with self._reading:
            # A request of a batch that was submitted is not lost: the endpoint still works on it.
            self._reading.execute(
                "update attempts set cost = reserved, outcome = 'lost', ended_at = ? where cost is null"
                " and (batch is null or batch in (select id from batches where ended_at is not null))",
                [_now()],
            )
        self._next = self._scalar("select coalesce(max(id), 0) + 1 from attempts")
        self._writer = _Writer(path)

    def open_batches(self) -> list[SentBatch]:
        """Batches that are not over, the oldest first."""
        rows = self._reading.execute(
            "select id, digest, judge, state, batch_id from batches where ended_at is null order by id"
        )
        return [SentBatch(*row) for row in rows.fetchall()]

    def in_batch(self, batch: int) -> list[Attempt]:
        """The requests of a batch that are not settled."""
        rows = self._reading.execute(
            "select id, key, judge, work, reserved, batch, day from attempts where batch = ? and cost is "
            "null order by id",
            [batch],
        )
        return [Attempt(*row) for row in rows.fetchall()]

    def begin_run(self) -> None:
        """Write down that this run began."""
        self._writer.write_now([("insert into runs (id, began_at) values (?, ?)", (self.run, _now()))])

    def end_run(self, outcome: str, figures: str) -> None:
        """Write down how it ended."""
        sql = "update runs set ended_at = ?, outcome = ?, figures = ? where id = ?"
        self._writer.write_now([(sql, (_now(), outcome, figures, self.run))])

    def attempt(self, key: str, judge: str, work: str, reserved: int, batch: int | None = None) -> Attempt:
        """A new attempt with a number of its own; nothing is written yet."""
        made = Attempt(self._next, key, judge, work, reserved, batch)
        self._next += 1
        return made

    async def reserve(self, attempts: Sequence[Attempt]) -> None:
        """Write attempts down; returns when they are on the disk, and only then may they be sent."""
        await self._writer.write(self._reservations(attempts))

    def _reservations(self, attempts: Sequence[Attempt]) -> list[tuple[str, tuple[object, ...]]]:
        sql = (
            "insert into attempts (id, key, run, judge, work, day, batch, reserved, asked_at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        now = _now()
        return [
            (sql, (each.id, each.key, self.run, each.judge, each.work, now[:10], each.batch, each.reserved, now))
            for each in attempts
        ]

    async def settle(  # noqa: PLR0913 - what is known of an answered request
        self,
        attempt: Attempt,
        outcome: str,
        cost: int,
        *,
        body: bytes | None = None,
        status: int | None = None,
        tokens: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Write down what an attempt came to, with its reply; returns when it is on the disk."""
        await self._writer.write(_settlement(attempt, outcome, cost, body, status, tokens))

    async def settle_many(
        self, settled: Iterable[tuple[Attempt, str, int, bytes | None, int | None, tuple[int | None, int | None]]]
    ) -> None:
        """The same for many at once, in one transaction."""
        await self._writer.write([statement for each in settled for statement in _settlement(*each)])

    async def plan_batch(self, digest: str, judge: str, attempts: Sequence[Attempt]) -> None:
        """Write down a batch and all its requests, before anything of it is sent; their batch number is already set."""
        sql = (
            "insert into batches (id, digest, judge, run, state, requests, began_at)"
            " values (?, ?, ?, ?, 'planned', ?, ?)"
        )
        number = attempts[0].batch
        await self._writer.write(
            [(sql, (number, digest, judge, self.run, len(attempts), _now())), *self._reservations(attempts)]
        )

    def next_batch(self) -> int:
        """A number for a new batch."""
        return int(self._scalar("select coalesce(max(id), 0) + 1 from batches"))

    async def note_batch(self, batch: int, state: str, *, batch_id: str | None = None, over: bool = False) -> None:
        """Write down how far a batch is."""
        sql = "update batches set state = ?, batch_id = coalesce(?, batch_id), ended_at = ? where id = ?"
        await self._writer.write([(sql, (state, batch_id, _now() if over else None, batch))])

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        self._writer.close()
        self._reading.close()


def _settlement(  # noqa: PLR0913, PLR0917 - what is known of an answered request
    attempt: Attempt,
    outcome: str,
    cost: int,
    body: bytes | None,
    status: int | None,
    tokens: tuple[int | None, int | None],
) -> list[tuple[str, tuple[object, ...]]]:
    sql = (
        "update attempts set outcome = ?, cost = ?, status = ?, input_tokens = ?, output_tokens = ?, ended_at = ?"
        " where id = ? and cost is null"
    )
    made: list[tuple[str, tuple[object, ...]]] = [(sql, (outcome, cost, status, *tokens, _now(), attempt.id))]
    if body is not None:
        kept = "insert or ignore into replies values (?, ?, ?, ?)"
        made.append((kept, (attempt.id, attempt.key, attempt.judge, zlib.compress(body, 1))))
    return made


class _Writer:
    """One thread that writes: what gathers while it commits goes into the next transaction together."""

    def __init__(self, path: Path) -> None:
        self._waiting: queue.SimpleQueue[tuple[list[tuple[str, tuple[object, ...]]], Any, Any] | None] = (
            queue.SimpleQueue()
        )
        self._path = path
        self._thread = threading.Thread(target=self._work, name="judging-journal", daemon=True)
        self._thread.start()

    async def write(self, statements: list[tuple[str, tuple[object, ...]]]) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.put((statements, done, loop))
        await done

    def write_now(self, statements: list[tuple[str, tuple[object, ...]]]) -> None:
        done = threading.Event()
        self._waiting.put((statements, done, None))
        done.wait()

    def _work(self) -> None:
        connection = _connect(self._path)
        while (first := self._waiting.get()) is not None:
            taken = [first]
            while not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    self._waiting.put(None)
                    break
                taken.append(following)
            error: Exception | None = None
            try:
                with connection:
                    for statements, _, _ in taken:
                        for sql, values in statements:
                            connection.execute(sql, values)
            except sqlite3.Error as raised:
                error = raised
            _tell(taken, error)
        connection.close()

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()


def _tell(taken: list[tuple[Any, Any, Any]], error: Exception | None) -> None:
    """Wake those whose writing is done, with one call per event loop."""
    futures: dict[Any, list[asyncio.Future[None]]] = {}
    for _, done, loop in taken:
        if loop is None:
            done.set()
        else:
            futures.setdefault(loop, []).append(done)
    for loop, waiting in futures.items():
        loop.call_soon_threadsafe(_finish, waiting, error)


def _finish(waiting: list[asyncio.Future[None]], error: Exception | None) -> None:
    for each in waiting:
        if each.done():
            continue
        if error is None:
            each.set_result(None)
        else:
            each.set_exception(error)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    return connection


def today() -> str:
    """The day that spending counts for: of UTC, as ``2026-11-25``."""
    return _now()[:10]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def open_journal(path: Path, run: str) -> Iterator[Journal]:
    """Open a project's journal for a run; one process at a time, so that two never pay for the same question.

    Raises:
        UnreachableError: another process judges in this project.
        ConfigError: the file is no journal.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f"{path.name}.lock")
    with lock.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnreachableError(
                "another process judges in this project", where=str(lock), todo="wait until it ends, or stop it"
            ) from None
        try:
            journal = Journal(path, run)
        except sqlite3.DatabaseError as error:
            raise ConfigError(
                f"this is no journal of judges: {error}", where=str(path), todo="name another file under judges.journal"
            ) from error
        try:
            yield journal
        finally:
            journal.close()


@contextmanager
def read_journal(path: Path) -> Iterator[JournalReader]:
    """Look into a project's journal, which a run may be writing; one that is not there is empty."""
    if path.is_file():
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)
    else:
        connection = sqlite3.connect(":memory:")
        connection.executescript(_SCHEMA)
    try:
        yield JournalReader(connection)
    except sqlite3.DatabaseError as error:
        raise ConfigError(f"this is no journal of judges: {error}", where=str(path)) from error
    finally:
        connection.close()
