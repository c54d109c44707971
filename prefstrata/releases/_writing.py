"""The one writer of layer files: sorted Parquet, cut by day and hash, whose bytes depend on the records alone."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import polars as pl

from prefstrata.model.errors import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table
from prefstrata.releases._layout import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prefstrata.engine import Parted, Warehouse

__all__ = ["WrittenFile", "write_layers", "write_table"]

_WRITERS = 2
_SPANS: dict[str, Any] = {
    column.name: pl.Int64 if column.type == "bigint" else pl.String for column in table("manifest.spans").columns
}
# Made before the texts are joined: a join carries along whatever was joined already.
_APART = {"pairs": ("release.estimates", "release.origins")}
# One row group a file: the borders of row groups would depend on how threads meet.
_ROW_GROUP = 4 * 1024 * 1024
# What a file is made from names this, and DuckDB's version: what else decides how files are written belongs here too.
_FORMAT = f"format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP}"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a release: its path there, where its bytes are, and what they are.

    Attributes:
        path: in the release.
        local: where it was written; None when an earlier release has it, and it was not written again.
        sha256: hex, of its bytes.
        size: in bytes.
        rows: how many it has.
        made_from: hex sha256 of its rows, and of all else that decides its bytes: two files made from the same are the
            same. Empty where nobody asks.
    """

    path: str
    local: Path | None
    sha256: str
    size: int
    rows: int
    made_from: str = ""


class _File(NamedTuple):
    """A layer file before it has rows: its layer, its path in the release, and whether its records have days."""

    layer: str
    path: str
    dated: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of one layer file, and where it is in the release."""

    layer: str
    path: str
    number: int
    rows: int
    made_from: str


def write_layers(
    engine: Warehouse,
    directory: Path,
    *,
    held: Mapping[str, WrittenFile] = MappingProxyType({}),
    for_reuse: bool = False,
) -> tuple[WrittenFile, ...]:
    """Write every layer's records below ``directory``, cut into files as ``_layout`` says.

    Args:
        engine: holds the layers.
        directory: where to write.
        held: files of the newest release by path, each with what it was made from. One that would be made from the
            same again is returned as it is: most of what is old, where releases are daily and the fit is kept.
        for_reuse: whether the next release may look for files to keep: then files of dated records say what they were
            made from. Those without a day are few and large samples of the prompts, and every addition changes them.

    Returns:
        The files, sorted by path: ``<layer>/<kind>/<days>.<bucket>.parquet``. A layer without records of a kind has
        none.

    Raises:
        IntegrityError: a record of a layer has no text, or more than one, so the files would not hold what was counted.
    """
    engine.build("manifest.days")
    calendar: dict[str, dict[str, dict[int | None, int]]] = {}
    for layer, kind, day, records in engine.query("manifest/calendar").iter_rows():
        calendar.setdefault(kind, {}).setdefault(layer, {})[day] = records
    files = _place(engine, calendar)
    written: list[WrittenFile] = []
    for kind, layers in sorted(calendar.items()):
        records = {name: sum(days.values()) for name, days in layers.items()}
        written += _write_kind(engine, _Target(directory, held, for_reuse), kind, records, files)
    return tuple(sorted(written, key=lambda file: file.path))


def _place(engine: Warehouse, calendar: dict[str, dict[str, dict[int | None, int]]]) -> list[_File]:
    """Fill ``manifest.places``; returns the files, each at its number; some come out empty."""
    files: list[_File] = []
    rows: list[tuple[str, str, int | None, int, int]] = []
    for kind, layers in sorted(calendar.items()):
        for layer, days in sorted(layers.items()):
            for span in spans(days):
                rows += [(kind, layer, day, len(files), span.buckets) for day in span.days]
                paths = (f"{layer}/{kind}/{span.file(bucket)}" for bucket in range(span.buckets))
                files += [_File(layer, path, span.days != (None,)) for path in paths]
    engine.load("manifest.spans", pl.DataFrame(rows, schema=_SPANS, orient="row"))
    engine.build("manifest.places")
    return files


class _Target(NamedTuple):
    """Where files go, and which of them need not: see :func:`write_layers`."""

    directory: Path
    held: Mapping[str, WrittenFile]
    for_reuse: bool


def _write_kind(
    engine: Warehouse, target: _Target, kind: str, layers: dict[str, int], files: list[_File]
) -> list[WrittenFile]:
    """Write the files of a kind, as many at once as memory has room for."""
    key = KINDS[kind]
    sizes = engine.query("manifest/files").filter(kind=kind).select("file_number", "records").rows()
    written: list[tuple[str, WrittenFile]] = []
    with _apart(engine, kind):
        for first, last in _together(sizes, engine.rows_at_once):
            engine.build("release.placed", kind=kind, first=first, last=last)
            places = f"select record_id as {key}, file_number from release.placed"  # noqa: S608 - own names
            with engine.parted(f"release.{kind}", key, places) as parted:
                parts = _parts(parted, files, for_reuse=target.for_reuse)
                with _by_types_alone(engine):
                    found = _write_parts(parted, target, parts)
            written += zip((part.layer for part in parts), found, strict=True)
    _demand_all(kind, layers, written)
    return [file for _, file in written]


def _parts(parted: Parted, files: list[_File], *, for_reuse: bool) -> list[_Part]:
    """The parts with what they are made from: their rows and columns, and how they are written."""
    dated = [number for number in parted.counts if files[number].dated] if for_reuse else []
    made_from = {
        number: hashlib.sha256(json.dumps([duckdb.__version__, _FORMAT, digest]).encode()).hexdigest()
        for number, digest in (parted.digests(dated) if dated else {}).items()
    }
    return [
        _Part(files[number].layer, files[number].path, number, rows, made_from.get(number, ""))
        for number, rows in parted.counts.items()
    ]


def _together(sizes: list[tuple[int, int]], room: int) -> Iterator[tuple[int, int]]:
    """First and last number of files that are written at once: their records have room, or it is one file."""
    first, last, held = -1, -1, 0
    for number, records in sizes:
        if first >= 0 and held + records > room:
            yield first, last
            first, held = -1, 0
        first, last, held = (number if first < 0 else first), number, held + records
    if first >= 0:
        yield first, last


def _write_parts(parted: Parted, target: _Target, parts: list[_Part]) -> list[WrittenFile]:
    handles: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    for _ in range(_WRITERS):
        handles.put(parted.cursor())

    def write(part: _Part) -> WrittenFile:
        held = target.held.get(part.path)
        if held and part.made_from and held.made_from == part.made_from:
            return held
        handle = handles.get()
        try:
            made = _copy(handle, parted.select(part.number), target.directory / part.path, part.path, part.rows)
            return replace(made, made_from=part.made_from)
        finally:
            handles.put(handle)

    with ThreadPoolExecutor(max_workers=_WRITERS) as pool:
        return list(pool.map(write, parts))


@contextmanager
def _apart(engine: Warehouse, kind: str) -> Iterator[None]:
    """The tables that stand for the kind's estimates, origins and places, as long as it is written."""
    names = _APART.get(kind, ())
    for name in names:
        engine.build(name)
    try:
        yield
    finally:
        for name in (*names, "release.placed"):
            engine.clear(name)


def _demand_all(kind: str, layers: dict[str, int], files: list[tuple[str, WrittenFile]]) -> None:
    """Every record of the layers must have found its texts: what the manifest counts is what the files hold."""
    for layer, records in sorted(layers.items()):
        written = sum(file.rows for each, file in files if each == layer)
        if written != records:
            raise IntegrityError(
                f"the {layer} layer has {records} {kind}, but {written} of them came out with their texts",
                where=f"sql/release/{kind}.sql",
                todo="look for texts that the ledger lost or has twice: prefstrata sql",
            )


@contextmanager
def _by_types_alone(engine: Warehouse) -> Iterator[None]:
    """Until the block ends, every column of a file may be null, as far as its schema says.

    DuckDB writes a column as required when it knows that no row has a null, and what it knows comes from all rows of a
    table, and from how they are stored. So a null in one file would change the bytes of all others.
    """
    setting = "disabled_optimizers"
    with engine.connection() as connection:
        connection.execute(f"set {setting} = 'statistics_propagation'").fetchall()
    try:
        yield
    finally:
        with engine.connection() as connection:
            connection.execute(f"reset {setting}").fetchall()


def write_table(engine: Warehouse, full_name: str, directory: Path, path: str) -> WrittenFile:
    """Write a whole table to ``path`` below ``directory``, sorted by what identifies its rows."""
    key = ", ".join(table(full_name).key)
    with engine.connection() as connection, _by_types_alone(engine):
        [(rows,)] = connection.execute(f"select count(*) from {full_name}").fetchall()  # noqa: S608 - own name
        return _copy(connection, f"select * from {full_name} order by {key}", directory / path, path, rows)  # noqa: S608


def _copy(handle: duckdb.DuckDBPyConnection, select: str, local: Path, path: str, rows: int) -> WrittenFile:
    local.parent.mkdir(parents=True, exist_ok=True)
    handle.execute(f"copy ({select}) to $path ({_FORMAT})", {"path": str(local)}).fetchall()
    with local.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(path, local, digest, local.stat().st_size, rows)
