"""The one writer of layer files: sorted Parquet, cut by day and hash, whose bytes depend on the records alone."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine import sql_text
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.errors import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table
from prefstrata.releases._layout import spans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from prefstrata.engine import DuckDBEngine

__all__ = ["WrittenFile", "write_layers", "write_table"]

_WRITERS = 2
# One row group a file: the borders of row groups would depend on how threads meet.
_ROW_GROUP = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file written for a release: its path there, where its bytes are now, and what they are."""

    path: str
    local: Path
    sha256: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of one layer file."""

    kind: str
    layer: str
    number: int
    name: str
    rows: int

    @property
    def path(self) -> str:
        return f"{self.layer}/{self.kind}/{self.name}"


def write_layers(engine: DuckDBEngine, directory: Path) -> tuple[WrittenFile, ...]:
    """Write every layer's records below ``directory``, cut into files as ``_layout`` says.

    Returns:
        The files, sorted by path: ``<layer>/<kind>/<days>.<bucket>.parquet``. A layer without records of a kind has
        none.

    Raises:
        IntegrityError: a record of a layer has no text, or more than one, so the files would not hold what was counted.
    """
    written: list[WrittenFile] = []
    with engine.connection() as connection, _scratch(connection) as scratch:
        held = connection.execute(
            f"select kind, layer, day, count(*) from {scratch}.days group by all order by all"  # noqa: S608 - own name
        ).fetchall()
        for kind in sorted({row[0] for row in held}):
            days: dict[str, dict[int | None, int]] = {}
            for _, layer, day, records in (row for row in held if row[0] == kind):
                days.setdefault(layer, {})[day] = records
            written += _write_kind(connection, scratch, directory, kind, days)
    return tuple(sorted(written, key=lambda file: file.path))


@contextmanager
def _scratch(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """A database outside the warehouse, which need not hold every text twice; it has the day of every record."""
    connection.execute("attach ':memory:' as scratch").fetchall()
    try:
        connection.execute(
            "create table scratch.days as "  # noqa: S608 - own names
            "select placed.kind, placed.layer, placed.record_id, placed.prompt_id, dated.day "
            "from layers.records as placed "
            f"left join ({sql_text('manifest.days')}) as dated "
            "on dated.kind = placed.kind and dated.record_id = placed.record_id"
        ).fetchall()
        yield "scratch"
    finally:
        connection.execute("detach scratch").fetchall()


def _write_kind(
    connection: duckdb.DuckDBPyConnection,
    scratch: str,
    directory: Path,
    kind: str,
    days: dict[str, dict[int | None, int]],
) -> Iterator[WrittenFile]:
    names = _place(connection, scratch, kind, days)
    texts = f"{scratch}.{kind}"
    connection.execute(
        f"create table {texts} as "  # noqa: S608 - own names
        "select released.*, places.file_number "
        f"from ({sql_text(f'release.{kind}')}) as released "
        f"join {scratch}.places as places on places.record_id = released.{KINDS[kind]} "
        "order by file_number"
    ).fetchall()
    try:
        found = connection.execute(
            f"select layer, file_number, count(*) from {texts} group by all order by all"  # noqa: S608 - own names
        ).fetchall()
        parts = [_Part(kind, layer, number, names[number], rows) for layer, number, rows in found]
        _demand_all(kind, {layer: sum(of_layer.values()) for layer, of_layer in days.items()}, parts)
        handles: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for _ in range(_WRITERS):
            handles.put(connection.cursor())

        def write(part: _Part) -> WrittenFile:
            handle = handles.get()
            try:
                return _write_part(handle, texts, directory, part)
            finally:
                handles.put(handle)

        with ThreadPoolExecutor(max_workers=_WRITERS) as pool:
            yield from pool.map(write, parts)
    finally:
        connection.execute(f"drop table {texts}").fetchall()


def _place(
    connection: duckdb.DuckDBPyConnection, scratch: str, kind: str, days: dict[str, dict[int | None, int]]
) -> dict[int, str]:
    """Give every record of a kind the number of its file; returns the name of each file in its folder."""
    names: dict[int, str] = {}
    rows: list[tuple[str, int | None, int, int]] = []
    for layer, of_layer in sorted(days.items()):
        for span in spans(of_layer):
            first = len(names)
            names |= {first + bucket: span.file(bucket) for bucket in range(span.buckets)}
            rows += [(layer, day, first, span.buckets) for day in span.days]
    frame = pl.DataFrame(
        rows, schema={"layer": pl.String, "day": pl.Int64, "first": pl.Int32, "buckets": pl.Int32}, orient="row"
    )
    connection.register("__spans", ArrowStream(frame))
    connection.execute(
        f"create or replace table {scratch}.places as "  # noqa: S608 - own names
        "select days.record_id, "
        "cast(spans.first + hash_bits_high(days.prompt_id) % spans.buckets as integer) as file_number "
        f"from {scratch}.days as days "
        'join "__spans" as spans on spans.layer = days.layer and spans.day is not distinct from days.day '
        f"where days.kind = '{kind}'"
    ).fetchall()
    connection.unregister("__spans")
    return names


def _demand_all(kind: str, layers: dict[str, int], parts: list[_Part]) -> None:
    """Every record of the layers must have found its texts: what the manifest counts is what the files hold."""
    for layer, records in sorted(layers.items()):
        written = sum(part.rows for part in parts if part.layer == layer)
        if written != records:
            raise IntegrityError(
                f"the {layer} layer has {records} {kind}, but {written} of them came out with their texts",
                where=f"sql/release/{kind}.sql",
                todo="look for texts that the ledger lost or has twice: prefstrata sql",
            )


def _write_part(handle: duckdb.DuckDBPyConnection, texts: str, directory: Path, part: _Part) -> WrittenFile:
    select = (
        f"select * exclude (file_number) from {texts} "  # noqa: S608 - own names
        f"where file_number = {part.number} order by {KINDS[part.kind]}"
    )
    return _copy(handle, select, directory / part.path, part.path, part.rows)


def write_table(engine: DuckDBEngine, full_name: str, directory: Path, path: str) -> WrittenFile:
    """Write a whole table to ``path`` below ``directory``, sorted by what identifies its rows."""
    key = ", ".join(table(full_name).key)
    with engine.connection() as connection:
        [(rows,)] = connection.execute(f"select count(*) from {full_name}").fetchall()  # noqa: S608 - own name
        return _copy(connection, f"select * from {full_name} order by {key}", directory / path, path, rows)  # noqa: S608


def _copy(handle: duckdb.DuckDBPyConnection, select: str, local: Path, path: str, rows: int) -> WrittenFile:
    local.parent.mkdir(parents=True, exist_ok=True)
    handle.execute(
        f"copy ({select}) to $path "
        f"(format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP})",
        {"path": str(local)},
    ).fetchall()
    with local.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(path, local, digest, local.stat().st_size, rows)
