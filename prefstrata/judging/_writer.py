"""The one thread that writes to the journal: what gathers while it commits is the next transaction."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.judging._rows import PREPARED, connect, told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prefstrata.judging._rows import Row

__all__ = ["Writer"]


@dataclass(slots=True, eq=False)
class _Group:
    """What is written in one transaction: rows per statement, in the order in which they came."""

    loop: asyncio.AbstractEventLoop | None = None
    rows: dict[str, list[Row]] = field(default_factory=dict)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    def add(self, statements: Iterable[tuple[str, Row]]) -> None:
        for sql, row in statements:
            self.rows.setdefault(sql, []).append(row)


class Writer:
    """Writes groups to the disk, one transaction each.

    An event loop hands over one group at a time, so that a commit costs it one message and one wake-up, however many
    requests it is for. Rows of one statement keep their order; those of different statements in one group must not
    depend on each other.

    Args:
        path: the journal.
    """

    def __init__(self, path: Path) -> None:
        """Start the thread."""
        self._waiting: queue.SimpleQueue[tuple[_Group, threading.Event | None] | None] = queue.SimpleQueue()
        self._path = path
        self._gathering: _Group | None = None
        self._under_way: _Group | None = None
        self._connection = connect(path)  # here, where who opens the journal is told of it
        self._thread = threading.Thread(target=self._work, name="judging-journal", daemon=True)
        self._thread.start()

    async def write(self, statements: Iterable[tuple[str, Row]]) -> None:
        """Write rows; returns when they are on the disk.

        Raises:
            ConfigError: there is no room for them, or the journal cannot be written for another reason.
            Exception: they are not on the disk, and why.
        """
        loop = asyncio.get_running_loop()
        group = self._gathering
        if group is None or group.loop is not loop:
            group = self._gathering = _Group(loop)
            if self._under_way is None or self._under_way.loop is not loop:
                # Whatever else this turn of the loop has to write goes with it.
                loop.call_soon(self._hand_over, group)
        group.add(statements)
        await group.written.wait()
        if group.error is not None:
            raise group.error

    def write_now(self, statements: Iterable[tuple[str, Row]]) -> None:
        """The same, waiting for it."""
        group, done = _Group(), threading.Event()
        group.add(statements)
        self._waiting.put((group, done))
        done.wait()
        if group.error is not None:
            raise group.error

    def close(self) -> None:
        """Write what was handed over and what had gathered since, and end."""
        if self._gathering is not None:
            self._waiting.put((self._gathering, None))
        self._waiting.put(None)
        self._thread.join()

    def _hand_over(self, group: _Group) -> None:
        if self._gathering is group:
            self._gathering = None
        self._under_way = group
        self._waiting.put((group, None))

    def _is_written(self, group: _Group) -> None:
        self._under_way = None
        group.written.set()
        if self._gathering is not None:
            self._hand_over(self._gathering)

    def _work(self) -> None:
        connection = self._connection
        while (taken := self._waiting.get()) is not None:
            group, done = taken
            try:
                with connection:
                    for sql, rows in group.rows.items():
                        prepare = PREPARED.get(sql)
                        connection.executemany(sql, rows if prepare is None else map(prepare, rows))
            except sqlite3.Error as error:
                group.error = told(error, self._path)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                group.error = error
            if done is not None:
                done.set()
            elif group.loop is not None:
                with suppress(RuntimeError):  # the loop is closed, and nobody waits
                    group.loop.call_soon_threadsafe(self._is_written, group)
        connection.close()
