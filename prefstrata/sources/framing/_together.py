"""Several small files of a source, read as one: what a statement costs is paid for all of them once."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.sources.framing._delimited import with_columns
from prefstrata.sources.framing._frame import (
    carefully,
    demand_no_field,
    demand_unchanged,
    records_of,
    rejects_of,
    room,
    tried,
)
from prefstrata.sources.framing._judge import judge_for
from prefstrata.sources.framing._records import placed
from prefstrata.sources.framing._scan import scan
from prefstrata.sources.framing._spec import Limits
from prefstrata.sources.framing._stored import opened
from prefstrata.sources.framing._target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    import duckdb

    from prefstrata.sources.framing._records import Record
    from prefstrata.sources.framing._spec import Framing
    from prefstrata.sources.framing._stored import Seen

__all__ = ["Together", "frame_together", "is_joinable"]

_LIMITS = Limits()


@dataclass(frozen=True)
class Together:
    """What several files held; records have the numbers of `placed`.

    Attributes:
        table: temp view with the line column and one column per field, the accepted records only.
        rejects: temp table with the columns of ``staging.rejects`` less ``batch_id``, the refused records only.
        read: records found, by file.
    """

    table: str
    rejects: str
    read: tuple[int, ...]


def is_joinable(path: Path, spec: Framing) -> bool:
    """Whether a file can be read with others of its source: as text, by fields that are the same for all.

    Raises:
        ConfigError: the suffix does not tell what kind of file it is.
    """
    return spec.fields is not None and spec.kind_of(path) != "parquet"


def frame_together(  # noqa: PLR0913 (as `frames`)
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[tuple[Path, Seen]],
    spec: Framing,
    *,
    table: str,
    line: str = "line",
    limits: Limits = _LIMITS,
) -> Together:
    """Read several files into one temp view ``table``, and their refused records into ``<table>_rejects``.

    Of each file the same is taken and refused as by `frame`; but where one needs a judge, all are judged record by
    record, so they had better be small.

    Raises:
        As `frames`.
    """
    for path, _ in files:
        if spec.kind_of(path) == "csv":
            with opened(path, spec) as source:
                with_columns(source, spec, limits, path)
    demand_no_field(line, spec.fields or {}, files[0][0])
    target = Target(connection, table, line, spec.fields or {})
    with tempfile.TemporaryDirectory(prefix="prefstrata-", dir=limits.temp_directory) as folder:
        read = _in_bulk([path for path, _ in files], spec, target, limits, Path(folder))
        if read is None:
            read = _one_by_one([path for path, _ in files], spec, target, limits, Path(folder))
        else:
            rejects_of(target, limits)
    for path, seen in files:
        demand_unchanged(path, seen)
    return Together(target.table, target.rejects, tuple(read))


def _in_bulk(paths: Sequence[Path], spec: Framing, target: Target, limits: Limits, folder: Path) -> list[int] | None:
    """Take all of them as the bulk reader does; records by file, None when one may need a judge."""
    if any(spec.kind_of(path) != "jsonl" for path in paths) or "rowid" in {name.lower() for name in target.fields}:
        return None
    judge = judge_for(target.fields, limits)
    whole, lines = folder / "whole", list[int]()
    with room(folder), whole.open("w+b") as copy:
        for path in paths:
            with opened(path, spec) as source:
                scanned = scan(source, judge, limits, copy)
            if not scanned.clean:
                return None
            lines.append(scanned.lines)
            _end_line(copy)
    rows = tried(lambda: target.fill_together(whole, limits, lines))
    return lines if rows == sum(lines) else None


def _end_line(text: BinaryIO) -> None:
    """Give the last line its end: what follows is another file."""
    if text.tell():
        text.seek(-1, os.SEEK_END)
        if text.read(1) != b"\n":
            text.write(b"\n")


def _one_by_one(paths: Sequence[Path], spec: Framing, target: Target, limits: Limits, folder: Path) -> list[int]:
    read = [0] * len(paths)

    def found() -> Iterator[Record]:
        for number, path in enumerate(paths):
            with opened(path, spec) as source:
                for record in records_of(source, path, spec, limits):
                    read[number] += 1
                    yield record._replace(line=placed(number, record.line))

    with rejects_of(target, limits) as rejects:
        carefully(found(), target, limits, folder, rejects)
    return read
