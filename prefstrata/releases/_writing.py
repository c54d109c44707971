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

from prefstrata.engine import sql_text
from prefstrata.model.errors import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table
from prefstrata.releases._layout import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prefstrata.engine import Parted, Warehouse

__all__ = ["WrittenFile", "write_edition", "write_layers", "write_table"]

_WRITERS = 2
_SPANS: dict[str, Any] = {
    column.name: pl.Int64 if column.type == "bigint" else pl.String for column in table("manifest.spans").columns
}
# Made before the texts are joined: a join carries along whatever was joined already.
_APART = {"pairs": ("release.estimates", "release.origins")}
# Rows without texts that have the room of one with them: each look at rows goes through all tables that they are joined
# from. A trace is missing, for its steps are texts that no id tells; masked texts are few.
_WITHOUT_TEXTS = {"pairs": 4, "ratings": 4, "unpaired": 4}
# One row group a file: the borders of row groups would depend on how threads meet.
_ROW_GROUP = 4 * 1024 * 1024
# What a file is made from names this, DuckDB's version and the statement: what else decides bytes belongs there too.
_FORMAT = f"format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP}"
# How a file is read that is written again: with the place of each row, and nothing made of what its path says.
_AS_IT_LIES = "file_row_number = true, hive_partitioning = false"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a release: its path there, where its bytes are, and what they are.

    Attributes:
        path: in the release.
        local: where it was written; None when an earlier release has it, and it was not written again.
        sha256: hex, of its bytes.
        size: in bytes.
        rows: how many it has.
        made_from: hex sha256 of its rows, with ids for texts, and of all else that decides its bytes: two files made
            from the same are the same, but for their editions. Empty where nobody asks.
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
        target = _Target(engine, directory, held, kind, files)
        with _apart(engine, kind):
            found = _write_kind(target, for_reuse=for_reuse)
        _demand_all(kind, {name: sum(days.values()) for name, days in layers.items()}, files, found)
        written += found.values()
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
    """Where the files of a kind go, and which of them need not: see :func:`write_layers`."""

    engine: Warehouse
    directory: Path
    held: Mapping[str, WrittenFile]
    kind: str
    files: list[_File]

    @property
    def by(self) -> tuple[str, str, str]:
        """The statement of the kind's records, their key, and a query for the file that each goes to."""
        key = KINDS[self.kind]
        return f"release.{self.kind}", key, f"select record_id as {key}, file_number from release.placed"  # noqa: S608


def _write_kind(target: _Target, *, for_reuse: bool) -> dict[int, WrittenFile]:
    """The files of a kind by their number; written is what must be, as many at once as memory has room for."""
    sizes = target.engine.query("manifest/files").filter(kind=target.kind).select("file_number", "records").rows()
    dated = [(number, records) for number, records in sizes if target.files[number].dated] if for_reuse else []
    made_from: dict[int, str] = {}
    room = target.engine.rows_at_once
    for _ in _due(target, dated, room * _WITHOUT_TEXTS.get(target.kind, 1)):
        made_from |= _made_from(target)
    found: dict[int, WrittenFile] = {}
    for number, made in made_from.items():
        held = target.held.get(target.files[number].path)
        if held and held.made_from == made:
            found[number] = held
    for _ in _due(target, [(number, records) for number, records in sizes if number not in found], room):
        with target.engine.parted(*target.by, texts=True) as parted, _by_types_alone(target.engine):
            found |= _write_parts(parted, target, made_from)
    return found


def _due(target: _Target, sizes: list[tuple[int, int]], room: int) -> Iterator[None]:
    """Let ``release.placed`` hold the records of some of these files after the other, as many as there is room for."""
    for numbers in _together(sizes, room):
        target.engine.load("release.due", pl.DataFrame({"file_number": numbers}, schema={"file_number": pl.Int64}))
        target.engine.build("release.placed", kind=target.kind)
        yield


def _made_from(target: _Target) -> dict[int, str]:
    """What each file that is due would be made from.

    Its rows and columns, without the texts: of those an id says all, but where something of them is masked, and that
    stands in the row. What the statement puts in the place of an id, its own words say.
    """
    how = [duckdb.__version__, _FORMAT, sql_text(target.by[0])]
    digests = target.engine.part_digests(*target.by, texts=False)
    return {number: hashlib.sha256(json.dumps([*how, rows]).encode()).hexdigest() for number, rows in digests.items()}


def _together(sizes: list[tuple[int, int]], room: int) -> Iterator[list[int]]:
    """Numbers of files that are written at once: their records have room, or it is one file."""
    numbers: list[int] = []
    held = 0
    for number, records in sizes:
        if numbers and held + records > room:
            yield numbers
            numbers, held = [], 0
        numbers.append(number)
        held += records
    if numbers:
        yield numbers


def _write_parts(parted: Parted, target: _Target, made_from: Mapping[int, str]) -> dict[int, WrittenFile]:
    handles: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    for _ in range(_WRITERS):
        handles.put(parted.cursor())

    def write(number: int) -> WrittenFile:
        path = target.files[number].path
        handle = handles.get()
        try:
            made = _copy(handle, parted.select(number), target.directory / path, path, parted.counts[number])
            return replace(made, made_from=made_from.get(number, ""))
        finally:
            handles.put(handle)

    with ThreadPoolExecutor(max_workers=_WRITERS) as pool:
        return dict(zip(parted.counts, pool.map(write, parted.counts), strict=True))


@contextmanager
def _apart(engine: Warehouse, kind: str) -> Iterator[None]:
    """The tables that stand for the kind's estimates, origins and places, as long as it is written."""
    names = _APART.get(kind, ())
    for name in names:
        engine.build(name)
    try:
        yield
    finally:
        for name in (*names, "release.due", "release.placed"):
            engine.clear(name)


def _demand_all(kind: str, layers: dict[str, int], files: list[_File], found: Mapping[int, WrittenFile]) -> None:
    """Every record of the layers must have found its texts: what the manifest counts is what the files hold."""
    for layer, records in sorted(layers.items()):
        written = sum(file.rows for number, file in found.items() if files[number].layer == layer)
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


def write_edition(engine: Warehouse, file: WrittenFile, local: Path, edition: int) -> WrittenFile:
    """Write the rows of a Parquet file to ``local``, in their order, in other bytes: its metadata name the edition."""
    select = f"select * exclude file_row_number from read_parquet($rows, {_AS_IT_LIES}) order by file_row_number"  # noqa: S608 - own words
    with engine.connection() as connection, _by_types_alone(engine):
        how = f"{_FORMAT}, kv_metadata {{edition: '{edition}'}}"
        again = _copy(connection, select, local, file.path, file.rows, how=how, given={"rows": str(file.local)})
    return replace(again, made_from=file.made_from)


def _copy(  # noqa: PLR0913 - what of, where to and how
    handle: duckdb.DuckDBPyConnection,
    select: str,
    local: Path,
    path: str,
    rows: int,
    *,
    how: str = _FORMAT,
    given: Mapping[str, str] = MappingProxyType({}),
) -> WrittenFile:
    local.parent.mkdir(parents=True, exist_ok=True)
    handle.execute(f"copy ({select}) to $path ({how})", {**given, "path": str(local)}).fetchall()
    with local.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(path, local, digest, local.stat().st_size, rows)
