"""The journal: every request before it is sent, every reply as it came, every micro-dollar. A kill leaves it whole.

A file of its own beside the warehouse, because the warehouse has one writer and lets nobody read while it writes:
SQLite in WAL mode with full synchronisation. A request is *reserved* (its highest price is written down) before it is
sent, and *settled* (its price, its outcome and its reply are written in one transaction) when it is answered.
Whatever is reserved and not settled when the journal is opened was in flight when its process died: it may have been
paid, so its reservation stays spent.
"""

from __future__ import annotations

import fcntl
import sqlite3
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from prefstrata.judging._rows import (
    ADDED,
    SCHEMA,
    VERSION,
    Attempt,
    SentBatch,
    Settled,
    connect,
    moment,
    reservations,
    settlements,
    told,
)
from prefstrata.judging._verdicts import rater_name
from prefstrata.judging._writer import Writer
from prefstrata.model import PrefstrataError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from prefstrata.judging._question import Question

__all__ = ["Journal", "JournalReader", "open_journal", "read_journal"]


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

    def _lend(self, keys: Iterable[str]) -> None:
        """Let the temporary table ``lent`` hold these keys, for the next statement."""
        with self._reading:
            self._reading.execute("create temp table if not exists lent (key text primary key)")
            self._reading.execute("delete from lent")
            self._reading.executemany("insert or ignore into lent values (?)", ((key,) for key in keys))

    def replies(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Every kept reply to one of these questions, in the order in which they came: key and body."""
        self._lend(keys)
        found = self._reading.execute(
            "select replies.key, body from lent join replies on replies.key = lent.key order by replies.attempt"
        )
        for key, body in found:
            yield key, zlib.decompress(body)

    def spent_by_rater(self) -> dict[str, int]:
        """Micro-dollars spent or in flight on each rater's verdicts, exam and canaries included.

        What was sent before the journal named raters is nobody's.
        """
        if "rater" not in _columns(self._reading):
            return {}
        found = self._reading.execute(
            "select rater, sum(coalesce(cost, reserved)) from attempts where rater is not null group by rater"
        )
        return dict(found.fetchall())

    def begun(self, delivered: Iterable[str]) -> list[tuple[str, str]]:
        """Of what was answered, or is in a batch that is not over, and not delivered: layer of work and item's id.

        What was asked before the journal named items is not among them.

        Args:
            delivered: the keys of the verdicts that were delivered.
        """
        if "item" not in _columns(self._reading):
            return []
        self._lend(delivered)
        found = self._reading.execute(
            "select distinct work, item from ("
            " select work, item, min(id) as first from attempts where item is not null and rater is not null"
            " and (outcome in ('answered', 'unread') or (cost is null and batch is not null))"
            " group by work, rater, item having max(key in (select key from lent)) = 0) order by first"
        )
        return list(found.fetchall())

    def in_flight(self) -> frozenset[str]:
        """The keys of questions that are in a batch which is not over."""
        found = self._reading.execute("select key from attempts where cost is null and batch is not null")
        return frozenset(key for (key,) in found.fetchall())

    def rejected(self) -> dict[str, str]:
        """Questions that an endpoint refused for good, with the outcome.

        Where it answered nothing of a run, it refused the judge and not the question: that may be asked once it is
        mended.
        """
        found = self._reading.execute(
            "with answering as (select distinct run, judge from attempts where outcome = 'answered')"
            " select attempts.key, attempts.outcome from attempts join answering"
            " on answering.run = attempts.run and answering.judge = attempts.judge where attempts.outcome = 'rejected'"
        )
        return dict(found.fetchall())

    def said(self) -> dict[tuple[str, str], tuple[int, int]]:
        """By judge and layer of work, how many replies came whose tokens are known, and those of all of them.

        A judge that sat its exam anew, as another model does, is another one, as its raters are; of texts it is not,
        which are no rater's. What was sent before the journal named raters is nobody's.
        """
        if "rater" not in _columns(self._reading):
            return {}
        found = self._reading.execute(
            "select coalesce(substr(rater, 1, instr(rater, '/') - 1), judge) as named, work, count(*),"
            " sum(output_tokens) from attempts where output_tokens is not null group by named, work"
        )
        return {(judge, work): (answers, tokens) for judge, work, answers, tokens in found}

    def has_answered(self, judge: str) -> bool:
        """Whether a judge ever answered anything."""
        found = "select 1 from attempts where judge = ? and outcome = 'answered' limit 1"
        return self._reading.execute(found, [judge]).fetchone() is not None

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a question to the journal, for reports."""
        found = self._reading.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Journal(JournalReader):
    """An open journal. Reading is direct; writing goes through one thread that commits what has gathered, many at once.

    Attributes:
        run: id of this run.
    """

    def __init__(self, path: Path, run: str) -> None:
        """Open the file and count as possibly paid what a dead run left in flight."""
        self.run = run
        super().__init__(connect(path))
        self._reading.executescript(SCHEMA)
        for column in ADDED:
            if column not in _columns(self._reading):
                self._reading.execute(f"alter table attempts add column {column} text")
        self._reading.execute(f"pragma user_version = {VERSION}")
        with self._reading:
            # A request of a batch that was submitted is not lost: the endpoint still works on it.
            self._reading.execute(
                "update attempts set cost = reserved, outcome = 'lost', ended_at = ? where cost is null"
                " and (batch is null or batch in (select id from batches where ended_at is not null))",
                [moment()],
            )
        self._next = self._scalar("select coalesce(max(id), 0) + 1 from attempts")
        self._next_batch = self._scalar("select coalesce(max(id), 0) + 1 from batches")
        self._writer = Writer(path)

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

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write down that this run began; and that it failed, where an error for people ends it."""
        self._writer.write_now([("insert into runs (id, began_at) values (?, ?)", (self.run, moment()))])
        try:
            yield
        except PrefstrataError:
            with suppress(PrefstrataError):  # what cannot be written now is what has ended it
                self.end_run("failed", None)
            raise

    def end_run(self, outcome: str, figures: str | None) -> None:
        """Write down how it ended."""
        sql = "update runs set ended_at = ?, outcome = ?, figures = ? where id = ?"
        self._writer.write_now([(sql, (moment(), outcome, figures, self.run))])

    def attempt(self, question: Question, batch: int | None = None) -> Attempt:
        """A new attempt with a number of its own; nothing is written yet."""
        rater = rater_name(question) if question.rubric else None
        said = (self._next, question.key, question.judge.name, question.work, question.bound, batch)
        made = Attempt(*said, rater=rater, item=question.item.id)
        self._next += 1
        return made

    async def reserve(self, attempts: Sequence[Attempt]) -> None:
        """Write attempts down; returns when they are on the disk, and only then may they be sent."""
        await self._writer.write(reservations(self.run, attempts))

    async def settle(self, *settled: Settled) -> None:
        """Write down what attempts came to, with their replies; returns when it is on the disk."""
        await self._writer.write(settlements(settled))

    async def plan_batch(self, digest: str, judge: str, attempts: Sequence[Attempt]) -> None:
        """Write down a batch and all its requests, before anything of it is sent; their batch number is already set."""
        sql = (
            "insert into batches (id, digest, judge, run, state, requests, began_at)"
            " values (?, ?, ?, ?, 'planned', ?, ?)"
        )
        number = attempts[0].batch
        await self._writer.write(
            [(sql, (number, digest, judge, self.run, len(attempts), moment())), *reservations(self.run, attempts)]
        )

    def next_batch(self) -> int:
        """A number for a new batch; nothing is written yet."""
        number = int(self._next_batch)
        self._next_batch += 1
        return number

    async def note_batch(self, batch: int, state: str, *, batch_id: str | None = None, over: bool = False) -> None:
        """Write down how far a batch is."""
        sql = "update batches set state = ?, batch_id = coalesce(?, batch_id), ended_at = ? where id = ?"
        await self._writer.write([(sql, (state, batch_id, moment() if over else None, batch))])

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""
        self._writer.close()
        self._reading.close()


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {name for _, name, *_ in connection.execute("pragma table_info(attempts)").fetchall()}


@contextmanager
def open_journal(path: Path, run: str) -> Iterator[Journal]:
    """Open a project's journal for a run; one process at a time, so that two never pay for the same question.

    Raises:
        UnreachableError: another process judges in this project.
        ConfigError: the file is no journal, or there is no room for it.
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
        except sqlite3.Error as error:
            raise told(error, path) from error
        try:
            yield journal
        except sqlite3.Error as error:
            raise told(error, path) from error
        finally:
            journal.close()


@contextmanager
def read_journal(path: Path) -> Iterator[JournalReader]:
    """Look into a project's journal, which a run may be writing; one that is not there is empty."""
    if path.is_file():
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)
    else:
        connection = sqlite3.connect(":memory:")
        connection.executescript(SCHEMA)
    try:
        yield JournalReader(connection)
    except sqlite3.Error as error:
        raise told(error, path) from error
    finally:
        connection.close()
