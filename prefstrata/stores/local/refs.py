"""Refs: everything in a local store that changes, in one SQLite file (WAL, synchronous=FULL).

Each row carries a seal, the sha256 of what it says, so that a flipped bit in a tag is damage and not another version.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rfc8785

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores.errors import RunGoneError
from prefstrata.stores.local.errors import mapped, only_readable, unread_log
from prefstrata.stores.types import FileInfo, TagInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Refs", "Run"]

_FORMAT = "1"
_BUSY_SECONDS = 60.0
_SCHEMA = """
create table if not exists refs (name text primary key, target text not null, seal text not null) without rowid;
create table if not exists runs (branch text primary key, release_id text not null, parent text not null, head text,
    seal text not null) without rowid;
create table if not exists staged (branch text not null, path text not null, sha256 text, size integer,
    seal text not null, primary key (branch, path)) without rowid;
create table if not exists purged (sha256 text primary key, reason text not null, seal text not null) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A release in the making: its branch, what it releases, where it started, and its commit when it has one."""

    branch: str
    release_id: str
    parent: str
    head: str | None


class Refs:
    """The refs of a local store. Reads see one moment; writes happen inside :meth:`writing`, one writer at a time.

    Args:
        root: the store's folder.
        readable: whether it can only be read: what the refs say now is copied once, and nothing is locked or written.
    """

    def __init__(self, root: Path, *, readable: bool = False) -> None:
        """Open the file, and make it when it is absent."""
        self._root, self._readable = root, readable
        with mapped(root):
            self._db = _copied(root / "refs.sqlite") if readable else _opened(root / "refs.sqlite")
        try:
            if not readable:
                self._prepare()
            self._check_format()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with mapped(self._root):
            self._db.execute("pragma journal_mode=wal").fetchall()
            self._db.execute("pragma synchronous=full").fetchall()
            if not self._db.execute("select 1 from sqlite_schema where name = 'purged'").fetchall():
                with self.writing():
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        self._db.execute(statement)
                    if self.get("format") is None:
                        self.set("format", _FORMAT)

    def _check_format(self) -> None:
        if self.get("format") != _FORMAT:
            raise ConfigError(
                "the store was made by another version of prefstrata",
                where=str(self._root),
                todo="upgrade prefstrata",
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Do everything in the block as one durable step, or nothing of it.

        Raises:
            ConfigError: the store can only be read.
        """
        if self._readable:
            raise only_readable(self._root)
        with mapped(self._root):
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

    def get(self, name: str) -> str | None:
        """Return what a ref names; None when there is no such ref."""
        rows = self._rows("select name, target, seal from refs where name = ?", (name,))
        if not rows:
            # A damaged name looks like an absent one: do not take the word of a table that has damage in it.
            self._rows("select name, target, seal from refs")
        return rows[0][1] if rows else None

    def set(self, name: str, target: str) -> None:
        """Make a ref name something else; only inside :meth:`writing`."""
        self._write("refs", (name, target))

    def tags(self) -> list[TagInfo]:
        """Return the release tags, oldest first.

        Raises:
            IntegrityError: a number is missing in between.
        """
        rows = self._rows("select name, target, seal from refs")
        tags = [TagInfo(name.removeprefix("tag/"), target) for name, target in rows if name.startswith("tag/")]
        tags.sort(key=lambda tag: tag.number)
        if [tag.number for tag in tags] != list(range(1, len(tags) + 1)):
            raise IntegrityError(
                "a release tag is missing from the store", where=str(self._root), todo="restore refs.sqlite from a copy"
            )
        return tags

    def runs(self) -> list[Run]:
        """Return the releases in the making, sorted by branch."""
        return [Run(*row) for row in self._rows("select branch, release_id, parent, head, seal from runs")]

    def run(self, branch: str) -> Run:
        """Return one release in the making.

        Raises:
            RunGoneError: there is none on this branch.
        """
        rows = self._rows("select branch, release_id, parent, head, seal from runs where branch = ?", (branch,))
        if not rows:
            raise RunGoneError(f"the branch {branch} is gone", where=str(self._root), todo="run again")
        return Run(*rows[0])

    def set_run(self, run: Run) -> None:
        """Record a release in the making; only inside :meth:`writing`."""
        self._write("runs", (run.branch, run.release_id, run.parent, run.head))

    def drop_run(self, branch: str) -> bool:
        """Forget a release in the making; only inside :meth:`writing`. Return whether there was one."""
        self._db.execute("delete from staged where branch = ?", (branch,))
        return self._db.execute("delete from runs where branch = ?", (branch,)).rowcount > 0

    def staged(self, branch: str, path: str | None = None) -> dict[str, FileInfo | None]:
        """Return what a run changed against its parent, by path; None for a removed path. Only one path when given."""
        query = "select branch, path, sha256, size, seal from staged where branch = ?"
        rows = self._rows(query, (branch,)) if path is None else self._rows(f"{query} and path = ?", (branch, path))
        return {path: None if sha256 is None else FileInfo(path, sha256, size) for _, path, sha256, size in rows}

    def stage(self, branch: str, path: str, file: FileInfo | None) -> None:
        """Record one change of a run; only inside :meth:`writing`."""
        sha256, size = (file.sha256, file.size) if file else (None, None)
        self._write("staged", (branch, path, sha256, size))

    def unstage(self, branch: str, path: str) -> None:
        """Forget one change of a run; only inside :meth:`writing`."""
        self._db.execute("delete from staged where branch = ? and path = ?", (branch, path))

    def purge_reason(self, sha256: str) -> str | None:
        """Return why bytes were purged; None when they were not."""
        rows = self._rows("select sha256, reason, seal from purged where sha256 = ?", (sha256,))
        return rows[0][1] if rows else None

    def purged(self) -> list[str]:
        """Return the sha256 of all bytes that were purged."""
        return [row[0] for row in self._rows("select sha256, reason, seal from purged")]

    def record_purge(self, sha256: str, reason: str) -> None:
        """Remember a purge; only inside :meth:`writing`. The first reason stays."""
        if self.purge_reason(sha256) is None:
            self._write("purged", (sha256, reason))

    def _rows(self, query: str, values: Sequence[str] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with mapped(self._root):
            rows = self._db.execute(query, values).fetchall()
        for *row, seal in rows:
            if _seal(row) != seal:
                raise IntegrityError(
                    f"the ref {row[0]!r} is damaged",
                    where=str(self._root / "refs.sqlite"),
                    todo="restore the file from a copy",
                )
        return [tuple(row[:-1]) for row in rows]

    def _write(self, table: str, row: tuple[str | int | None, ...]) -> None:
        marks = ", ".join("?" * (len(row) + 1))
        self._db.execute(f"insert or replace into {table} values ({marks})", (*row, _seal(row)))  # noqa: S608 - our own table names


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _copied(path: Path) -> sqlite3.Connection:
    """The refs in memory. Without a log beside it the file is whole, and stays so until one appears or it changes."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        while True:
            before = _state(path)
            how = "mode=ro" if before.log else "mode=ro&immutable=1"  # a log is read with its locks, by who wrote it
            with closing(sqlite3.connect(f"{path.as_uri()}?{how}", timeout=_BUSY_SECONDS, uri=True)) as stored:
                stored.backup(copy)
            if before.log or before == _state(path):
                return copy
    except sqlite3.OperationalError as error:
        copy.close()
        if before.log and not path.with_name(f"{path.name}-shm").exists():
            raise unread_log(path) from error
        raise
    except BaseException:
        copy.close()
        raise


@dataclass(frozen=True, slots=True)
class _State:
    """What tells whether somebody wrote: the file's number, size and time, and the bytes of the log beside it."""

    file: tuple[int, int, int]
    log: int


def _state(path: Path) -> _State:
    log, file = path.with_name(f"{path.name}-wal"), path.stat()
    try:
        written = log.stat().st_size
    except FileNotFoundError:
        written = 0
    return _State((file.st_ino, file.st_size, file.st_mtime_ns), written)


def _seal(row: Sequence[object]) -> str:
    return hashlib.sha256(rfc8785.dumps([value if value is None else str(value) for value in row])).hexdigest()
