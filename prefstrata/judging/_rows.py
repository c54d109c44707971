"""The rows of the journal: its tables, what is written into them and how."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.model import ConfigError, PrefstrataError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    Row = tuple[object, ...]

__all__ = [
    "ADDED",
    "PREPARED",
    "SCHEMA",
    "VERSION",
    "Attempt",
    "SentBatch",
    "Settled",
    "connect",
    "moment",
    "reservations",
    "settlements",
    "today",
    "told",
]

SCHEMA = """
create table if not exists attempts (
    id integer primary key, key text not null, run text not null, judge text not null, work text not null, day text
    not null, batch integer, reserved integer not null, cost integer, outcome text, status integer, input_tokens
    integer, output_tokens integer, asked_at text not null, ended_at text, rater text, item text
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
VERSION = 3
ADDED = ("rater", "item")
"""Columns that attempts have got since version 1: it did not say for which rater a request was, nor 2 about what."""

_RESERVE = (
    "insert into attempts (id, key, run, judge, work, day, batch, reserved, asked_at, rater, item)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SETTLE = (
    "update attempts set outcome = ?, cost = ?, status = ?, input_tokens = ?, output_tokens = ?, ended_at = ?"
    " where id = ? and cost is null"
)
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"}
_DISK = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM"}
_KEEP = "insert or ignore into replies values (?, ?, ?, ?)"


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
        rater: who the answer is a verdict of; None when it is none, and of one that an earlier run sent.
        item: id of what it is about; None of one that an earlier run sent.
    """

    id: int
    key: str
    judge: str
    work: str
    reserved: int
    batch: int | None = None
    day: str = ""
    rater: str | None = None
    item: str | None = None

    @property
    def is_adopted(self) -> bool:
        """Whether an earlier run reserved it."""
        return bool(self.day)

    @property
    def name(self) -> str:
        """What the endpoint hears it called: its number, and enough of the question to tell journals apart."""
        return f"prefstrata-{self.id}-{self.key[:16]}"


class Settled(NamedTuple):
    """What an attempt came to.

    Attributes:
        attempt: which.
        outcome: what became of it.
        cost: micro-dollars.
        body: the reply as it came.
        status: HTTP status, when one came.
        tokens: billed, in and out, where the reply says so.
    """

    attempt: Attempt
    outcome: str
    cost: int
    body: bytes | None = None
    status: int | None = None
    tokens: tuple[int | None, int | None] = (None, None)


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


def reservations(run: str, attempts: Iterable[Attempt]) -> Iterator[tuple[str, Row]]:
    """What is written before requests are sent."""
    now = moment()
    for each in attempts:
        said = (each.id, each.key, run, each.judge, each.work, now[:10], each.batch, each.reserved, now)
        yield _RESERVE, (*said, each.rater, each.item)


def settlements(settled: Iterable[Settled]) -> Iterator[tuple[str, Row]]:
    """What is written when they are answered: price and outcome, and the reply."""
    now = moment()
    for each in settled:
        attempt = each.attempt
        yield _SETTLE, (each.outcome, each.cost, each.status, *each.tokens, now, attempt.id)
        if each.body is not None:
            yield _KEEP, (attempt.id, attempt.key, attempt.judge, each.body)


def _pressed(row: Row) -> Row:
    *names, body = row
    return (*names, zlib.compress(body, 1)) if isinstance(body, bytes) else row


PREPARED = {_KEEP: _pressed}
"""What is done to the rows of a statement by the thread that writes, so that nobody waits for it."""


def told(error: sqlite3.Error, path: Path) -> PrefstrataError:
    """What SQLite says of the journal, as an error for people.

    Never that another file should be named where this one is a journal: all that it knows would be paid for again.
    """
    name = "_".join((getattr(error, "sqlite_errorname", "") or "").split("_")[:2])
    if name in _BUSY:
        return UnreachableError(
            f"another process keeps the journal of judges: {error}", where=str(path), todo="wait for it to end"
        )
    if name in _DISK:
        return ConfigError(
            f"the journal of judges cannot be read or written: {error}",
            where=str(path),
            todo="see that there is room, and that it may be written, then run it again: what is answered in it is not"
            " asked again",
        )
    return ConfigError(
        f"this is no journal of judges: {error}", where=str(path), todo="name another file under judges.journal"
    )


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes: the write-ahead log, on the disk before a commit returns."""
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    return connection


def today() -> str:
    """The day that spending counts for: of UTC, as ``2026-11-25``."""
    return moment()[:10]


def moment() -> str:
    """Now, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
