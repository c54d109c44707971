"""Stages files: framed, mapped, what is refused set beside what is accepted."""

# ruff: noqa: S608 - the names in these statements are ours

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import PrefstrataError
from prefstrata.model.arrow import ArrowStream
from prefstrata.sources._files import Known
from prefstrata.sources._pseudonyms import unlocked
from prefstrata.sources.formats import is_answers
from prefstrata.sources.framing import Limits, drop, fetch_records, frame, frames
from prefstrata.sources.framing._rejects import readable
from prefstrata.sources.mapping import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import duckdb

    from prefstrata.engine import DuckDBEngine
    from prefstrata.sources._files import Opened
    from prefstrata.sources._reading import Reading
    from prefstrata.sources.framing import Framed
    from prefstrata.sources.mapping import Demand, Refused

    File = tuple[Reading, Path, Opened | Known]
    """A file that a source found."""

__all__ = ["Staged", "Stager", "speaks_of_users"]

Staged = tuple[int, dict[str, int]]
"""Records read of a file, and the refused ones by reason."""

# A part is copied, and its first rows wait for its scan: what is smaller is read faster as a whole.
_LIMITS = Limits(part_bytes=2 << 30)
_FRAMED = "__framed"
_REJECTS = f"{_FRAMED}_rejects"
_AT_ONCE = 20_000


class Stager:
    """Stages one file after the other; ``batches`` counts them."""

    def __init__(self, engine: DuckDBEngine, demand: Demand, key: Callable[[], bytes]) -> None:
        """Stage into the engine's staging tables, which must be there and empty; ``key`` gives that of pseudonyms."""
        self._engine, self._demand, self._key = engine, demand, key
        self.batches = 0

    def stage_all(self, files: Iterable[File]) -> Iterator[tuple[File, Staged | None]]:
        """Stage files, each before the next one is asked for; of those that are known, nothing."""
        for reading, path, opened in files:
            told = None if isinstance(opened, Known) else self.stage(reading, path, opened)
            yield (reading, path, opened), told

    def stage(self, reading: Reading, path: Path, opened: Opened) -> tuple[int, dict[str, int]]:
        """Stage a file; returns the records read and the refused ones by reason.

        Raises:
            PrefstrataError: the file is broken, or is not the one that was looked at.
        """
        with self._engine.connection() as connection:
            joined = self._join(connection, reading)
            read, passed = 0, opened.passed
            refused: list[Refused] = []
            with unlocked(connection, self._key()) if speaks_of_users(reading) else nullcontext():
                for framed in frames(
                    connection, path, reading.framing, table=_FRAMED, line="__line", limits=_LIMITS, seen=opened.seen
                ):
                    records = framed.table
                    if read < passed:
                        records = _not_passed(connection, reading, path, opened, framed, passed - read)
                    read += framed.read
                    refused += self._mapped(connection, reading, path, opened.batch_id, records, joined)
            if joined:
                refused = _told_of_joined(connection, f"{joined}_rejects", refused)
            read += len(opened.again) - passed
            batch_id = opened.batch_id
            if read and _count(connection, _REJECTS) + len(refused) == read:
                batch_id = opened.if_refused
            reasons = _keep_rejects(connection, _REJECTS, batch_id)
            _quarantine(connection, reading, path, batch_id, refused)
            reasons.update(each.reason for each in refused)
            self._batch(connection, reading, opened, batch_id, read)
            for table in (_FRAMED, *((joined,) if joined else ())):
                drop(connection, table)
                _execute(connection, f"drop table if exists {table}_rejects")
            _execute(connection, "drop table if exists __rest")
        return read, dict(sorted(reasons.items()))

    def _join(self, connection: duckdb.DuckDBPyConnection, reading: Reading) -> str | None:
        if reading.joined_path is None or reading.joined_framing is None:
            return None
        path, framing, seen = reading.joined_path, reading.joined_framing, reading.joined_seen
        return frame(connection, path, framing, table="__second", line="__line", seen=seen).table

    def _mapped(  # noqa: PLR0913, PLR0917 - a part of a file, and how it is read
        self,
        connection: duckdb.DuckDBPyConnection,
        reading: Reading,
        path: Path,
        batch_id: str,
        records: str,
        joined: str | None,
    ) -> list[Refused]:
        return stage(
            connection,
            reading.compiled,
            records,
            batch_id=batch_id,
            file=path.name,
            columns=list(reading.framing.fields or {}),
            joined=joined,
            demand=self._demand if is_answers(reading.source.format) else replace(self._demand, latest=None),
        )

    def _batch(
        self, connection: duckdb.DuckDBPyConnection, reading: Reading, opened: Opened, batch_id: str, read: int
    ) -> None:
        source = reading.source
        row = (
            batch_id,
            source.name,
            source.mode,
            source.supervisor,
            opened.uri,
            opened.seen.bytes,
            read,
            self.batches,
        )
        connection.execute("insert into staging.batches values (?, ?, ?, ?, ?, ?, ?, ?)", list(row)).fetchall()
        self.batches += 1


def speaks_of_users(reading: Reading) -> bool:
    return reading.source.supervisor == "user" or any(
        block.table in {"events", "withdrawals"} for block in reading.compiled.blocks
    )


def _not_passed(  # noqa: PLR0913, PLR0917 - a part of a grown file, and how much of it was read before
    connection: duckdb.DuckDBPyConnection, reading: Reading, path: Path, opened: Opened, framed: Framed, passed: int
) -> str:
    """What the ledger lacks of a part that begins with records read before: a table. Those are not refused twice."""
    last = _line_of(connection, framed, min(passed, framed.read))
    if opened.taken and passed <= framed.read:
        _refuse_grown(path, reading, last, opened.taken)
    rest = f"select * from {framed.table} where __line > {last} or __line in (select unnest(?))"
    connection.execute(f"create or replace temp table __rest as {rest}", [list(opened.again)]).fetchall()
    _execute(connection, f"delete from {framed.rejects} where line <= {last}")
    return "__rest"


def _refuse_grown(path: Path, reading: Reading, line: int, taken: int) -> None:
    """Refuse a file whose last record, in the ledger already, has more bytes than it had when it was taken."""
    found = fetch_records(path, reading.framing, [line]).get(line)
    if found is None or (found[0] or 0) + len(found[1].rstrip()) > taken:
        raise PrefstrataError(
            "its last record was taken before it was whole: bytes were added to it since",
            where=str(path),
            todo=f"Nothing was taken. Move the file away and put the records that follow its first {taken:,} bytes"
            " into a file of another name; that record stays in the ledger as it was. Add whole files only.",
        )


def _line_of(connection: duckdb.DuckDBPyConnection, framed: Framed, place: int) -> int:
    """The number of a part's record at a place, the first being 1: numbers may count blank lines, places do not."""
    numbers = f"select __line from {framed.table} union all select line from {framed.rejects}"
    [(first, last)] = connection.execute(f"select min(__line), max(__line) from ({numbers})").fetchall()
    if first is None or last - first + 1 == framed.read:
        return int(first or 1) + place - 1
    found = connection.execute(f"{numbers} order by 1 limit 1 offset {place - 1}").fetchall()
    return int(found[0][0]) if found else int(last)


def _told_of_joined(connection: duckdb.DuckDBPyConnection, rejects: str, refused: list[Refused]) -> list[Refused]:
    """Say beside a partner that is not there what of the joined file could not be read: it may be among that."""
    found = f"select count(*), arg_min(coalesce(detail, reason), line) from {rejects}"
    [(many, first)] = connection.execute(found).fetchall()
    if not many:
        return refused
    said = f"; {many:,} of its records could not be read, the first: {first}"
    return [replace(each, detail=each.detail + said) if each.reason == "no_match" else each for each in refused]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [(rows,)] = connection.execute(f"select count(*) from {table}").fetchall()
    return int(rows)


def _keep_rejects(connection: duckdb.DuckDBPyConnection, rejects: str, batch_id: str) -> Counter[str]:
    connection.execute(
        f"insert into staging.rejects by name select ? as batch_id, * from {rejects}", [batch_id]
    ).fetchall()
    return Counter(dict(connection.execute(f"select reason, count(*) from {rejects} group by reason").fetchall()))


def _quarantine(
    connection: duckdb.DuckDBPyConnection, reading: Reading, path: Path, batch_id: str, refused: list[Refused]
) -> None:
    """Fetch what the mapping refused from the file, some at a time: all of a large file may be refused."""
    schema = {"batch_id": pl.String, "line": pl.Int64, "offset": pl.Int64, "reason": pl.String, "detail": pl.String}
    schema |= {"raw": pl.String, "raw_sha256": pl.String}
    for start in range(0, len(refused), _AT_ONCE):
        part = refused[start : start + _AT_ONCE]
        found = fetch_records(path, reading.framing, [each.line for each in part])
        rows = [
            (
                batch_id,
                each.line,
                offset,
                each.reason,
                each.detail,
                readable(raw, _LIMITS),
                hashlib.sha256(raw).hexdigest(),
            )
            for each in part
            for offset, raw in [found[each.line]]
        ]
        frame_ = pl.DataFrame(rows, schema=schema, orient="row")
        connection.register("__refused_rows", ArrowStream(frame_))
        try:
            _execute(connection, "insert into staging.rejects by name select * from __refused_rows")
        finally:
            connection.unregister("__refused_rows")


def _execute(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    connection.execute(sql).fetchall()
