"""Read one file: the bulk read when it is exact, the careful path when it may not be."""

from __future__ import annotations

import secrets
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
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
from prefstrata.sources.framing._rejects import Rejects
from prefstrata.sources.framing._scan import scan
from prefstrata.sources.framing._spec import Framed, Framing, Limits
from prefstrata.sources.framing._stored import Seen, Source, opened
from prefstrata.sources.framing._target import Target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prefstrata.sources.framing._records import Record

__all__ = ["fetch_records", "frame"]

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
    """Read ``path`` into temp view ``table``, and its refused records into temp table ``<table>_rejects``.

    Whether a record is taken depends on its own bytes alone. Call it outside a transaction: an exact read is tried
    first, and where that fails an open transaction would be lost.

    Args:
        connection: a cursor; temp tables belong to it alone, so read them through it.
        path: the file.
        spec: what is in it.
        table: name of the temp view, and the beginning of those of the tables behind it; replaced when they exist.
        line: name of the column that holds the number of the record; no field may have it.
        limits: bounds on one record.
        seen: the file when it was hashed; it is not hashed again, and refused when it was written to since.

    Raises:
        ConfigError: the fields do not fit the file.
        PrefstrataError: the file is missing, unreadable, or changes while it is read, or its compressed stream is
            broken; nothing is staged.
    """
    kind = spec.kind_of(path)
    if kind == "csv":
        with opened(path, spec) as (_, source):
            spec = with_columns(source, spec, limits, path)
    elif kind == "parquet" and spec.fields is None:
        with opened(path, spec), _linked(path, limits) as plain:
            spec = replace(spec, fields=columns_as_found(connection, plain, path))
    if spec.fields is None:
        raise ConfigError(f"a {kind} file has no columns to go by", where=str(path), todo="Declare its fields.")
    if line.lower() in {name.lower() for name in spec.fields}:
        raise ConfigError(
            f"field {line!r} has the name of the line number", where=str(path), todo="Name that otherwise."
        )
    with tempfile.TemporaryDirectory(prefix="prefstrata-", dir=limits.temp_directory) as folder:
        target = Target(connection, table, line, spec.fields)
        before = (seen.bytes, seen.modified_ns) if seen else _stamp(path)
        framed = _READERS[kind](path, spec, target, limits, Path(folder), seen.sha256 if seen else None)
        if before is None or before != _stamp(path):
            raise PrefstrataError(
                "it changed while it was read",
                where=str(path),
                todo="Read it again once it is complete; nothing was taken.",
            )
        return framed


def _stamp(path: Path) -> tuple[int, int] | None:
    found = path.stat() if path.exists() else None
    return (found.st_size, found.st_mtime_ns) if found else None


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
    with opened(path, spec) as (_, source):
        return {
            record.line: (record.offset, record.raw)
            for record in _records(source, path, spec, limits)
            if record.line in wanted
        }


def _lines(  # noqa: PLR0913, PLR0917 (as `frame`)
    path: Path, spec: Framing, target: Target, limits: Limits, folder: Path, known: str | None
) -> Framed:
    """Newline-delimited JSON: read in bulk while its bytes are scanned; line by line when either finds a doubt."""
    judge = judge_for(target.fields, limits)
    plain = folder / "plain"
    with opened(path, spec, known) as (stored, source):
        if spec.compression_of(path) == "none":
            _link(path, folder)
            with ThreadPoolExecutor(1) as pool:
                scanning = pool.submit(scan, source, judge, limits)
                rows = _tried(target, plain, limits)
                scanned = scanning.result()
        else:
            with plain.open("wb") as copy:
                scanned = scan(source, judge, limits, copy)
            rows = _tried(target, plain, limits) if scanned.clean else None
        sha256, size = stored.finish(), stored.size
    if scanned.clean and rows == scanned.lines:
        with Rejects(target.connection, target.rejects, limits):
            return Framed(target.table, target.rejects, sha256, size, rows, 0, fast=True)
    with opened(plain, _PLAIN) as (_, source):
        read, rejected = _carefully(records_of_lines(source, limits), target, limits, folder)
    return Framed(target.table, target.rejects, sha256, size, read, rejected)


def _tried(target: Target, path: Path, limits: Limits) -> int | None:
    try:
        return target.fill(path, limits)
    except (duckdb.Error, UnicodeDecodeError):
        # Which record it was, and why, is for the judge to say; that a sound file fails here is only slower. The second
        # comes up when the reader's own message quotes bytes that are no text.
        return None


def _others(  # noqa: PLR0913, PLR0917 (as `frame`)
    path: Path, spec: Framing, target: Target, limits: Limits, folder: Path, known: str | None
) -> Framed:
    with opened(path, spec, known) as (stored, source):
        read, rejected = _carefully(_records(source, path, spec, limits), target, limits, folder)
        return Framed(target.table, target.rejects, stored.finish(), stored.size, read, rejected)


def _rows(  # noqa: PLR0913, PLR0917 (as `frame`)
    path: Path, spec: Framing, target: Target, limits: Limits, folder: Path, known: str | None
) -> Framed:
    with opened(path, spec, known) as (stored, _):
        plain = _link(path, folder)
        read, rejected = fill_from_parquet(target, plain, path, limits)
        return Framed(target.table, target.rejects, stored.finish(), stored.size, read, rejected)


def _link(path: Path, folder: Path) -> Path:
    # DuckDB takes brackets and stars in a path for a pattern.
    plain = folder / "plain"
    plain.symlink_to(path.resolve())
    return plain


@contextmanager
def _linked(path: Path, limits: Limits) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="prefstrata-", dir=limits.temp_directory) as folder:
        yield _link(path, Path(folder))


def _carefully(records: Iterator[Record], target: Target, limits: Limits, folder: Path) -> tuple[int, int]:
    # A name no record can have guessed, or its own key would collide with it.
    line_key = f"line {secrets.token_hex(16)}"
    clean = folder / "clean"
    with Rejects(target.connection, target.rejects, limits) as rejects:
        read = write_clean(records, judge_for(target.fields, limits), clean, rejects, line_key=line_key)
    target.fill_judged(clean, limits, line_key)
    return read, rejects.count


def _records(source: Source, path: Path, spec: Framing, limits: Limits) -> Iterator[Record]:
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
