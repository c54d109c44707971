"""The one writer of layer files: sorted, hash-bucketed Parquet whose bytes depend on the records alone."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from prefstrata.model.errors import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from prefstrata.engine import Warehouse

__all__ = ["WrittenFile", "write_layers", "write_table"]

_RECORDS_PER_FILE = 16_384
_MOST_BUCKETS = 256
_WRITERS = 2
# Made before the texts are joined: a join carries along whatever was joined already.
_APART = {"pairs": ("release.estimates", "release.origins")}
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
    number: int
    layer: str
    rows: int

    @property
    def path(self) -> str:
        return f"{self.layer}/{self.kind}/bucket={self.number % _MOST_BUCKETS:02d}.parquet"


def write_layers(engine: Warehouse, directory: Path) -> tuple[WrittenFile, ...]:
    """Write every layer's records below ``directory``.

    Returns:
        The files, sorted by path: ``<layer>/<kind>/bucket=NN.parquet``. A layer without records of a kind has none.

    Raises:
        IntegrityError: a record of a layer has no text, or more than one, so the files would not hold what was counted.
    """
    counts: dict[str, dict[str, int]] = {}
    for layer, kind, records in engine.query("manifest/sizes").iter_rows():
        counts.setdefault(kind, {})[layer] = records
    written: list[WrittenFile] = []
    for kind, layers in sorted(counts.items()):
        written += _write_kind(engine, directory, kind, layers)
    return tuple(sorted(written, key=lambda file: file.path))


def buckets(records: int) -> int:
    """The number of files for so many records: a power of two, so that growth splits files and moves nothing else."""
    needed = -(-records // _RECORDS_PER_FILE)
    return min(_MOST_BUCKETS, 1 << max(0, needed - 1).bit_length())


def _write_kind(engine: Warehouse, directory: Path, kind: str, layers: dict[str, int]) -> Iterator[WrittenFile]:
    # One number for layer and bucket: every file is found by comparing integers.
    names = sorted(layers)
    files = " ".join(
        f"when '{layer}' then {place * _MOST_BUCKETS} + hash_bits_high(prompt_id) % {buckets(layers[layer])}"
        for place, layer in enumerate(names)
    )
    with _apart(engine, kind), engine.parted(f"release.{kind}", f"case layer {files} end") as parted:
        parts = [_Part(kind, number, names[number // _MOST_BUCKETS], rows) for number, rows in parted.counts.items()]
        _demand_all(kind, layers, parts)
        handles: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for _ in range(_WRITERS):
            handles.put(parted.cursor())

        def write(part: _Part) -> WrittenFile:
            handle = handles.get()
            try:
                return _write_part(handle, parted.select(part.number), directory, part)
            finally:
                handles.put(handle)

        with _by_types_alone(engine), ThreadPoolExecutor(max_workers=_WRITERS) as pool:
            yield from pool.map(write, parts)


@contextmanager
def _apart(engine: Warehouse, kind: str) -> Iterator[None]:
    """The tables that stand for the kind's estimates and origins, as long as it is written."""
    names = _APART.get(kind, ())
    for name in names:
        engine.build(name)
    try:
        yield
    finally:
        for name in names:
            engine.clear(name)


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


def _write_part(handle: duckdb.DuckDBPyConnection, rows: str, directory: Path, part: _Part) -> WrittenFile:
    return _copy(handle, f"{rows} order by {KINDS[part.kind]}", directory / part.path, part.path, part.rows)


def write_table(engine: Warehouse, full_name: str, directory: Path, path: str) -> WrittenFile:
    """Write a whole table to ``path`` below ``directory``, sorted by what identifies its rows."""
    key = ", ".join(table(full_name).key)
    with engine.connection() as connection, _by_types_alone(engine):
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
