"""Stages files: framed, mapped, what is refused set beside what is accepted."""

# ruff: noqa: S608 - the names in these statements are ours

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import PrefstrataError
from prefstrata.model.arrow import ArrowStream
from prefstrata.sources._grown import REST, not_passed
from prefstrata.sources._opened import Opened
from prefstrata.sources._pseudonyms import unlocked
from prefstrata.sources.formats import is_answers
from prefstrata.sources.framing import (
    LINE_BITS,
    Limits,
    demand_unchanged,
    drop,
    fetch_records,
    frame,
    frame_together,
    frames,
    is_joinable,
)
from prefstrata.sources.framing._rejects import readable
from prefstrata.sources.mapping import File as Mapped
from prefstrata.sources.mapping import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from prefstrata.engine import DuckDBEngine
    from prefstrata.sources._opened import Known
    from prefstrata.sources._reading import Reading
    from prefstrata.sources.mapping import Demand, Refused

    File = tuple[Reading, Path, Opened | Known]
    """A file that a source found."""

__all__ = ["Staged", "Stager", "grouped", "speaks_of_users", "to_stage"]

Staged = tuple[int, dict[str, int]]
"""Records read of a file, and the refused ones by reason."""

# A part is copied, and its first rows wait for its scan: what is smaller is read faster as a whole.
_LIMITS = Limits(part_bytes=2 << 30)
_FRAMED = "__framed"
_REJECTS = f"{_FRAMED}_rejects"
_AT_ONCE = 20_000
_TOGETHER = 4 << 20
"""Bytes of the files that are read together: what a statement costs besides is little beside what they cost."""
_UNPACKED = 16
"""How many times as long a packed file is taken to be: records of one kind often are."""


class Stager:
    """Stages files, small ones of a source together; ``batches`` counts them."""

    def __init__(self, engine: DuckDBEngine, demand: Demand, key: Callable[[], bytes]) -> None:
        """Stage into the engine's staging tables, which must be there and empty; ``key`` gives that of pseudonyms."""
        self._engine, self._demand, self._key = engine, demand, key
        self.batches = 0

    def stage_all(self, files: Iterable[File]) -> Iterator[tuple[File, Staged | None]]:
        """Stage files, in their order; of those that are known, nothing."""
        for group in grouped(files):
            new = to_stage(group)
            staged = iter(self.stage(group[0][0], new) if new else ())
            for file in group:
                yield file, next(staged) if isinstance(file[2], Opened) else None

    def stage(self, reading: Reading, files: Sequence[tuple[Path, Opened]]) -> list[Staged]:
        """Stage files of a source; returns of each the records read and the refused ones by reason.

        Raises:
            PrefstrataError: a file is broken, or is not the one that was looked at.
        """
        with self._engine.connection() as connection:
            joined = self._join(connection, reading)
            with unlocked(connection, self._key()) if speaks_of_users(reading) else nullcontext():
                if len(files) == 1:
                    one, refused = self._one(connection, reading, *files[0], joined)
                    read: Sequence[int] = [one]
                else:
                    seen = [(path, opened.seen) for path, opened in files]
                    framed = frame_together(
                        connection, seen, reading.framing, table=_FRAMED, line="__line", limits=_LIMITS
                    )
                    read, refused = framed.read, self._mapped(connection, reading, files, framed.table, joined)
            if joined:
                refused = _told_of_joined(connection, f"{joined}_rejects", refused)
            staged = self._hand_over(connection, reading, files, read, refused)
            for path, opened in files:
                # What is refused was fetched from the file once more.
                demand_unchanged(path, opened.seen)
            for table in (_FRAMED, *((joined,) if joined else ())):
                drop(connection, table)
                _execute(connection, f"drop table if exists {table}_rejects")
            _execute(connection, f"drop table if exists {REST}")
        return staged

    def _one(
        self,
        connection: duckdb.DuckDBPyConnection,
        reading: Reading,
        path: Path,
        opened: Opened,
        joined: str | None,
    ) -> tuple[int, list[Refused]]:
        """Map a file part by part; the records that the ledger lacked, and those that the mapping refused."""
        read, passed = 0, opened.passed
        refused: list[Refused] = []
        for framed in frames(
            connection, path, reading.framing, table=_FRAMED, line="__line", limits=_LIMITS, seen=opened.seen
        ):
            records = framed.table
            if read < passed:
                records = not_passed(connection, reading, path, opened, framed, passed - read)
            read += framed.read
            refused += self._mapped(connection, reading, [(path, opened)], records, joined)
        return read + len(opened.again) - passed, refused

    def _mapped(
        self,
        connection: duckdb.DuckDBPyConnection,
        reading: Reading,
        files: Sequence[tuple[Path, Opened]],
        records: str,
        joined: str | None,
    ) -> list[Refused]:
        return stage(
            connection,
            reading.compiled,
            records,
            files=[Mapped(opened.batch_id, path.name) for path, opened in files],
            columns=list(reading.framing.fields or {}),
            joined=joined,
            demand=self._demand if is_answers(reading.source.format) else replace(self._demand, latest=None),
            all_texts=reading.source.frozen,
        )

    def _join(self, connection: duckdb.DuckDBPyConnection, reading: Reading) -> str | None:
        if reading.joined_path is None or reading.joined_framing is None:
            return None
        path, framing, seen = reading.joined_path, reading.joined_framing, reading.joined_seen
        return frame(connection, path, framing, table="__second", line="__line", seen=seen).table

    def _hand_over(
        self,
        connection: duckdb.DuckDBPyConnection,
        reading: Reading,
        files: Sequence[tuple[Path, Opened]],
        read: Sequence[int],
        refused: list[Refused],
    ) -> list[Staged]:
        """Stage of each file its batch, and what was refused of it when it was framed and when it was mapped."""
        reasons = _reasons(connection, _REJECTS)
        by_file: defaultdict[int, list[Refused]] = defaultdict(list)
        for each in refused:
            number, line = divmod(each.line, 1 << LINE_BITS)
            by_file[number].append(replace(each, line=line))
        staged: list[Staged] = []
        for number, ((path, opened), records) in enumerate(zip(files, read, strict=True)):
            rejected, unmapped = reasons[number], by_file[number]
            is_refused = records > 0 and rejected.total() + len(unmapped) == records
            batch_id = opened.if_refused if is_refused else opened.batch_id
            if rejected:
                _keep_rejects(connection, _REJECTS, number, batch_id)
            _quarantine(connection, reading, path, batch_id, unmapped)
            self._batch(connection, reading, opened, batch_id, records)
            rejected.update(each.reason for each in unmapped)
            staged.append((records, dict(sorted(rejected.items()))))
        return staged

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


def grouped(files: Iterable[File]) -> Iterator[list[File]]:
    """Files that follow each other in groups: small new ones of a source together, with known ones between them."""
    group: list[File] = []
    size = 0
    for file in files:
        reading, path, opened = file
        more = _weight(reading, path, opened) if isinstance(opened, Opened) else 0
        joins = not isinstance(opened, Opened) or _is_small(reading, path, opened)
        if group and (group[0][0] is not reading or not joins or size + more > _TOGETHER):
            yield group
            group, size = [], 0
        group.append(file)
        size += more
        if not joins:
            yield group
            group, size = [], 0
    if group:
        yield group


def to_stage(group: Iterable[File]) -> list[tuple[Path, Opened]]:
    """The files of a group that are not known."""
    return [(path, opened) for _, path, opened in group if isinstance(opened, Opened)]


def _is_small(reading: Reading, path: Path, opened: Opened) -> bool:
    """Whether a file can be read with others: all of it, and in little time should its records be judged one by one."""
    return _weight(reading, path, opened) <= _TOGETHER and not opened.passed and is_joinable(path, reading.framing)


def _weight(reading: Reading, path: Path, opened: Opened) -> int:
    """The bytes of a file as it may be unpacked."""
    return opened.seen.bytes * (1 if reading.framing.compression_of(path) == "none" else _UNPACKED)


def speaks_of_users(reading: Reading) -> bool:
    return reading.source.supervisor == "user" or any(
        block.table in {"events", "withdrawals"} for block in reading.compiled.blocks
    )


def _told_of_joined(connection: duckdb.DuckDBPyConnection, rejects: str, refused: list[Refused]) -> list[Refused]:
    """Say beside a partner that is not there what of the joined file could not be read: it may be among that."""
    found = f"select count(*), arg_min(coalesce(detail, reason), line) from {rejects}"
    [(many, first)] = connection.execute(found).fetchall()
    if not many:
        return refused
    said = f"; {many:,} of its records could not be read, the first: {first}"
    return [replace(each, detail=each.detail + said) if each.reason == "no_match" else each for each in refused]


def _reasons(connection: duckdb.DuckDBPyConnection, rejects: str) -> defaultdict[int, Counter[str]]:
    """Refused records by their file's place and by reason."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    counted = f"select line >> {LINE_BITS}, reason, count(*) from {rejects} group by all"
    for number, reason, records in connection.execute(counted).fetchall():
        found[number][reason] = records
    return found


def _keep_rejects(connection: duckdb.DuckDBPyConnection, rejects: str, number: int, batch_id: str) -> None:
    connection.execute(
        f"insert into staging.rejects by name select ? as batch_id, * replace (line & {(1 << LINE_BITS) - 1} as line)"
        f" from {rejects} where line >> {LINE_BITS} = ?",
        [batch_id, number],
    ).fetchall()


def _quarantine(
    connection: duckdb.DuckDBPyConnection, reading: Reading, path: Path, batch_id: str, refused: list[Refused]
) -> None:
    """Fetch what the mapping refused from the file, some at a time: all of a large file may be refused."""
    schema = {"batch_id": pl.String, "line": pl.Int64, "offset": pl.Int64, "reason": pl.String, "detail": pl.String}
    schema |= {"raw": pl.String, "raw_sha256": pl.String}
    for start in range(0, len(refused), _AT_ONCE):
        part = refused[start : start + _AT_ONCE]
        found = fetch_records(path, reading.framing, [each.line for each in part])
        if gone := {each.line for each in part} - found.keys():
            raise PrefstrataError(
                f"it changed while it was read: record {min(gone)} is gone",
                where=str(path),
                todo="Read it again once it is complete; nothing was taken.",
            )
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
