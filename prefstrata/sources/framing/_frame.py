"""Read one file: the bulk read when it is exact, the careful path when it may not be."""

from __future__ import annotations

import secrets
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing._clean import write_clean
from prefstrata.sources.framing._delimited import records_of_rows, with_columns
from prefstrata.sources.framing._documents import records_of_document
from prefstrata.sources.framing._judge import judge_for
from prefstrata.sources.framing._lines import records_of_lines
from prefstrata.sources.framing._parquet import columns_as_found, fetch_rows, fill_from_parquet
from prefstrata.sources.framing._parts import Parts
from prefstrata.sources.framing._rejects import Rejects
from prefstrata.sources.framing._scan import scan
from prefstrata.sources.framing._spec import Framed, Framing, Limits
from prefstrata.sources.framing._stored import Seen, opened
from prefstrata.sources.framing._target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from concurrent.futures import Future

    from prefstrata.sources.framing._fields import Fields
    from prefstrata.sources.framing._records import Record
    from prefstrata.sources.framing._scan import Scanned
    from prefstrata.sources.framing._stored import Source

__all__ = [
    "carefully",
    "demand_no_field",
    "demand_unchanged",
    "fetch_records",
    "frame",
    "frames",
    "records_of",
    "rejects_of",
    "room",
    "tried",
]

_LIMITS = Limits()
_PLAIN = Framing(compression="none")


def frame(  # noqa: PLR0913 (a path, what is in it, and where it goes)
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    spec: Framing,
    *,
    table: str,
    line: str = "line",
    limits: Limits = _LIMITS,
    seen: Seen | None = None,
) -> Framed:
    """All of a file as one part, whatever ``limits.part_bytes`` says; else as `frames`."""
    limits = replace(limits, part_bytes=None)
    [framed] = frames(connection, path, spec, table=table, line=line, limits=limits, seen=seen)
    return framed


def frames(  # noqa: PLR0913 (as `frame`)
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    spec: Framing,
    *,
    table: str,
    line: str = "line",
    limits: Limits = _LIMITS,
    seen: Seen | None = None,
) -> Iterator[Framed]:
    """Read ``path`` into temp view ``table``, a part at a time, and its refused records into ``<table>_rejects``.

    Whether a record is taken depends on its own bytes alone. Call it outside a transaction: an exact read is tried
    first, and where that fails an open transaction would be lost. The next part replaces the view: be done with one
    before asking for another, and ask to the end, where the file is looked at once more.

    Args:
        connection: a cursor; temp tables belong to it alone, so read them through it.
        path: the file.
        spec: what is in it.
        table: name of the temp view, and the beginning of those of the tables behind it; replaced when they exist.
        line: name of the column that holds the number of the record; no field may have it.
        limits: bounds on one record and one part.
        seen: the file when it was looked at; it is refused when it was written to since.

    Yields:
        At least one part.

    Raises:
        ConfigError: the fields do not fit the file.
        PrefstrataError: the file is missing, unreadable, or changes while it is read, or its compressed stream is
            broken; what was read of it must not be taken.
    """
    before = seen or _seen(path)
    kind = spec.kind_of(path)
    if kind == "csv":
        with opened(path, spec) as source:
            spec = with_columns(source, spec, limits, path)
    elif kind == "parquet" and spec.fields is None:
        with opened(path, spec), _linked(path, limits) as plain:
            spec = replace(spec, fields=columns_as_found(connection, plain, path))
    if spec.fields is None:
        raise ConfigError(f"a {kind} file has no columns to go by", where=str(path), todo="Declare its fields.")
    demand_no_field(line, spec.fields, path)
    target = Target(connection, table, line, spec.fields)
    with tempfile.TemporaryDirectory(prefix="prefstrata-", dir=limits.temp_directory) as folder:
        yield from _READERS[kind](path, spec, target, limits, Path(folder))
    demand_unchanged(path, before)


def demand_no_field(line: str, fields: Fields, path: Path) -> None:
    """Refuse a field that is called as the column of the records' numbers."""
    if line.lower() in {name.lower() for name in fields}:
        raise ConfigError(
            f"field {line!r} has the name of the line number", where=str(path), todo="Name that otherwise."
        )


def demand_unchanged(path: Path, before: Seen | None) -> None:
    """Refuse a file whose size or time of change is another than before it was read, or that was not there then."""
    now = _seen(path)
    if before is None or now is None or (before.bytes, before.modified_ns) != (now.bytes, now.modified_ns):
        raise PrefstrataError(
            "it changed while it was read",
            where=str(path),
            todo="Read it again once it is complete; nothing was taken.",
        )


def _seen(path: Path) -> Seen | None:
    found = path.stat() if path.exists() else None
    return Seen("", found.st_size, found.st_mtime_ns) if found else None


def fetch_records(
    path: Path, spec: Framing, lines: Collection[int], *, limits: Limits = _LIMITS
) -> dict[int, tuple[int | None, bytes]]:
    """Offset and bytes of the records numbered ``lines``, from one pass over ``path``.

    For what is refused after framing. The bytes are those of the record as found, at most ``limits.record_bytes`` each.
    """
    if spec.kind_of(path) == "parquet":
        with opened(path, spec), _linked(path, limits) as plain:
            return fetch_rows(plain, path, lines)
    wanted = set(lines)
    with opened(path, spec) as source:
        return {
            record.line: (record.offset, record.raw)
            for record in records_of(source, path, spec, limits)
            if record.line in wanted
        }


def _lines(path: Path, spec: Framing, target: Target, limits: Limits, folder: Path) -> Iterator[Framed]:
    """Newline-delimited JSON: read in bulk while its bytes are scanned; line by line when either finds a doubt."""
    if spec.compression_of(path) == "none" and not _is_more(path, limits.part_bytes):
        return _as_it_is(path, spec, target, limits, folder)
    return _in_parts(path, spec, target, limits, folder)


def _is_more(path: Path, size: int | None) -> bool:
    return size is not None and path.exists() and path.stat().st_size > size


def _as_it_is(path: Path, spec: Framing, target: Target, limits: Limits, folder: Path) -> Iterator[Framed]:
    with opened(path, spec) as source, ThreadPoolExecutor(1) as pool, rejects_of(target, limits) as rejects:
        plain = _link(path, folder)
        scanning = pool.submit(scan, source, judge_for(target.fields, limits), limits)
        rows = tried(lambda: target.fill(plain, limits))
        yield _judged(_Part(plain, scanning.result(), 0, 0), rows, target, limits, rejects)


def _in_parts(path: Path, spec: Framing, target: Target, limits: Limits, folder: Path) -> Iterator[Framed]:
    """While one part is worked on, the next one is copied and scanned."""
    judge = judge_for(target.fields, limits)
    with opened(path, spec) as source, ThreadPoolExecutor(1) as pool, rejects_of(target, limits) as rejects:
        parts = Parts(source, limits.part_bytes)

        def scanned(after: int, offset: int) -> _Part:
            plain = folder / f"part{offset}"
            with room(folder), plain.open("wb") as copy:
                return _Part(plain, scan(parts, judge, limits, copy), after, offset)

        coming: Future[_Part] | None = pool.submit(scanned, 0, 0)
        while coming is not None:
            part = coming.result()
            after, offset = part.after + part.scanned.lines, part.offset + part.path.stat().st_size
            coming = pool.submit(scanned, after, offset) if parts.more else None
            rows = tried(partial(target.fill, part.path, limits, part.after)) if part.scanned.clean else None
            yield _judged(part, rows, target, limits, rejects)
            part.path.unlink()


@dataclass(frozen=True)
class _Part:
    """A part of a text: where it lies, what a scan said of it, and how many lines and bytes are before it."""

    path: Path
    scanned: Scanned
    after: int
    offset: int


def tried(read: Callable[[], int]) -> int | None:
    """The rows that a bulk read of newline-delimited JSON took; None when it took none."""
    try:
        return read()
    except (duckdb.Error, UnicodeDecodeError):
        # Which record it was, and why, is for the judge to say; that a sound file fails here is only slower. The second
        # comes up when the reader's own message quotes bytes that are no text.
        return None


def _judged(part: _Part, rows: int | None, target: Target, limits: Limits, rejects: Rejects) -> Framed:
    """A part as the bulk reader took it, of which the rows are given, or else record by record."""
    if part.scanned.clean and rows == part.scanned.lines:
        return Framed(target.table, target.rejects, rows, 0, fast=True)
    with opened(part.path, _PLAIN) as source:
        records = records_of_lines(source, limits, after=part.after, offset=part.offset)
        return carefully(records, target, limits, part.path.parent, rejects)


def _others(path: Path, spec: Framing, target: Target, limits: Limits, folder: Path) -> Iterator[Framed]:
    with opened(path, spec) as source, rejects_of(target, limits) as rejects:
        yield carefully(records_of(source, path, spec, limits), target, limits, folder, rejects)


def _rows(path: Path, spec: Framing, target: Target, limits: Limits, folder: Path) -> Iterator[Framed]:
    with opened(path, spec):
        read, rejected = fill_from_parquet(target, _link(path, folder), path, limits)
        yield Framed(target.table, target.rejects, read, rejected)


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Say of a copy that cannot be written where there is no room."""
    try:
        yield
    except OSError as error:
        raise PrefstrataError(
            f"what is read cannot be copied there: {error.strerror or error}",
            where=str(folder.parent),
            todo="Make room, or set TMPDIR to a folder that has some; nothing was taken.",
        ) from error


def _link(path: Path, folder: Path) -> Path:
    # DuckDB takes brackets and stars in a path for a pattern.
    plain = folder / "plain"
    plain.symlink_to(path.resolve())
    return plain


@contextmanager
def _linked(path: Path, limits: Limits) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="prefstrata-", dir=limits.temp_directory) as folder:
        yield _link(path, Path(folder))


def rejects_of(target: Target, limits: Limits) -> Rejects:
    """The table of a target's refused records, empty."""
    return Rejects(target.connection, target.rejects, limits)


def carefully(records: Iterator[Record], target: Target, limits: Limits, folder: Path, rejects: Rejects) -> Framed:
    """Judge every record, and have the good ones read in bulk."""
    # A name no record can have guessed, or its own key would collide with it.
    line_key = f"line {secrets.token_hex(16)}"
    clean = folder / "clean"
    before = rejects.count
    with room(folder):
        read = write_clean(records, judge_for(target.fields, limits), clean, rejects, line_key=line_key)
    rejects.write()
    target.fill_judged(clean, limits, line_key)
    return Framed(target.table, target.rejects, read, rejects.count - before)


def records_of(source: Source, path: Path, spec: Framing, limits: Limits) -> Iterator[Record]:
    """Every record of a text as found."""
    match spec.kind_of(path):
        case "jsonl":
            return records_of_lines(source, limits)
        case "json":
            return records_of_document(source, spec, limits, str(path))
        case "csv":
            return records_of_rows(source, spec, limits, path)
        case "parquet":
            raise ConfigError("not a text", where=str(path))


_READERS = {"jsonl": _lines, "json": _others, "csv": _others, "parquet": _rows}
