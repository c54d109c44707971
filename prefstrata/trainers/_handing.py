"""From the files of layers to the files of a trainer: decide on every record, then write what was selected.

The first pass keeps what decides, a few bytes a row; the second writes texts. Both go part by part, so that memory
depends on the size of a part and not of a layer. A part is a few files of the release, drawn by lot, because a file
holds what was judged in the same days: rows are mixed within parts, and parts among each other.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import DuckDBEngine, parameters
from prefstrata.model import ConfigError, IntegrityError
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table
from prefstrata.trainers._lengths import Lengths
from prefstrata.trainers._report import report_on
from prefstrata.trainers._worker import Part, Worker, factors, settings
from prefstrata.trainers._workers import Workers
from prefstrata.trainers._writing import as_lines, as_parquet, settle, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from prefstrata.trainers._options import Options
    from prefstrata.trainers._report import LossReport
    from prefstrata.trainers._target import Target
    from prefstrata.trainers._writing import Encoded, WrittenFile

__all__ = ["hand_out"]

_MEMORY = "384MB"
_DESK = ".desk"
_EXAMPLE = tuple(column.name for column in table("checkout.examples").columns)


def hand_out(  # noqa: PLR0913 - what, for whom, how, where to, and whom to tell
    parts: Sequence[Part],
    weights: Path,
    target: Target,
    options: Options,
    folder: Path,
    *,
    unread: Mapping[str, int],
    progress: Callable[[str], object],
) -> tuple[LossReport, tuple[WrittenFile, ...]]:
    """Write the rows that a target is given into a folder, and say what was lost.

    Args:
        parts: the release's files of the kinds that the target reads, as ``_parting`` puts them together.
        weights: the release's ``weights.json``.
        target: the target.
        options: how.
        folder: where; also for what is only needed meanwhile.
        unread: records of other kinds, for the report.
        progress: told what goes on.

    Raises:
        ConfigError: nothing is left to hand out, or the tokenizer cannot be used.
        GateBlockedError: the options are strict, and the report passes a limit.
        IntegrityError: a record has no weight.
    """
    strata = factors(weights)
    workers = Workers(lambda: Worker(target, options, strata), lambda worker: worker.engine.close())
    with _desk(folder) as desk:
        try:
            _decide(desk, workers, parts, folder / _DESK, progress)
            if options.max_length:
                _measure(desk, workers, parts, target, options)
            report = report_on(desk, _select(desk, target, options), target, options, unread)
            if not report.rows:
                reasons = (
                    "; ".join(f"{reason}: {records}" for reason, records in report.left_out.items()) or "it is empty"
                )
                raise ConfigError(f"nothing is left to hand out: {reasons}", where=f"--for {target.name}")
            report.demand(options)
            files = list(_write(desk, workers, parts, target, options, folder, progress))
        finally:
            workers.close()
    by_split: dict[str, list[str]] = {}
    for file in files:
        by_split.setdefault(file.path.partition("/")[0].removesuffix(".jsonl"), []).append(file.path)
    for name, document in target.beside({split: tuple(paths) for split, paths in by_split.items()}).items():
        (folder / name).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        files.append(settle(folder / name, 0, folder))
    return report, tuple(files)


@contextmanager
def _desk(folder: Path) -> Iterator[DuckDBEngine]:
    """A database for what decides; what it has no memory for lies in a folder meanwhile."""
    scratch = folder / _DESK
    scratch.mkdir()
    engine = DuckDBEngine(":memory:", memory_limit=_MEMORY, temp_directory=scratch / "spilled")
    try:
        engine.ensure(table("checkout.lengths"))
        yield engine
    finally:
        engine.close()
        shutil.rmtree(scratch)


def _decide(
    desk: DuckDBEngine,
    workers: Workers[Worker],
    parts: Sequence[Part],
    scratch: Path,
    progress: Callable[[str], object],
) -> None:
    """Let ``checkout.records`` be files, one a part: no row of it passes through Python."""

    def decide(worker: Worker, part: Part) -> Part:
        worker.decide(part, scratch / f"{part.number:06d}.parquet")
        return part

    for part in workers.over(parts, decide):
        for path in part.paths if part.share == 0 else ():
            progress(f"read {'/'.join(path.parts[-3:])}")
    files = str(scratch / "*.parquet").replace("'", "''")
    with desk.connection() as connection:
        connection.execute(f"create view checkout.records as from read_parquet('{files}')").fetchall()
    missing = desk.query("checkout/unweighted")
    if missing.height:
        kind, record, layer = missing.row(0)
        raise IntegrityError(
            f"weights.json has no factor for {record}",
            where=f"{layer}/{kind}",
            todo="this release was not made by prefstrata; do not train on it",
        )


def _measure(
    desk: DuckDBEngine, workers: Workers[Worker], parts: Sequence[Part], target: Target, options: Options
) -> None:
    """Fill ``checkout.lengths`` for the records that are kept."""
    lengths = Lengths(target, options)

    def kept() -> Iterator[tuple[Part, pl.DataFrame]]:
        for part in parts:
            found = _of_part(desk, "checkout.records", part).filter(pl.col("fate") == "kept")
            examples = found.with_columns(
                place=pl.concat_str("record_id", "side", separator="/"), split=pl.lit("train")
            )
            yield part, examples.select(_EXAMPLE)

    def measure(worker: Worker, item: tuple[Part, pl.DataFrame]) -> pl.DataFrame:
        return lengths.measure(worker.shape(*item))

    for measured in workers.over(kept(), measure):
        with desk.connection() as connection:
            connection.register("__more", ArrowStream(measured))
            connection.execute('insert into checkout.lengths by name select * from "__more"').fetchall()
            connection.unregister("__more")


def _of_part(desk: DuckDBEngine, full_name: str, part: Part) -> pl.DataFrame:
    cursor = desk.cursor()  # a handle for this thread alone
    try:
        select = f"select * from {full_name} where part = {part.number:d}"  # noqa: S608 - an own name and a number
        return pl.DataFrame(ArrowStream(cursor.sql(select)))
    finally:
        cursor.close()


def _select(desk: DuckDBEngine, target: Target, options: Options) -> dict[str, Any]:
    """Let ``checkout.examples`` be what is written; returns the row of ``sql/checkout/summary.sql``."""
    given: dict[str, Any] = {**settings(target, options), "start": _start(options.seed)}
    desk.show("checkout.fated", **{name: given[name] for name in parameters("checkout.fated")})
    desk.build("checkout.selected", **{name: given[name] for name in parameters("checkout.selected")})
    summary = desk.query("checkout/summary").row(0, named=True)
    copies = range(1, summary["most_copies"] + 1)
    desk.load("checkout.copies", pl.DataFrame({"number": copies}, schema={"number": pl.Int64}))
    desk.show("checkout.examples", **{name: given[name] for name in parameters("checkout.examples")})
    return summary


def _start(seed: int) -> float:
    """Where systematic sampling begins, from 0 to 1: the one lot it draws."""
    return int.from_bytes(hashlib.sha256(f"{seed}/start".encode()).digest()[:6]) / 2**48


def _write(  # noqa: PLR0913, PLR0917 - as above
    desk: DuckDBEngine,
    workers: Workers[Worker],
    parts: Sequence[Part],
    target: Target,
    options: Options,
    folder: Path,
    progress: Callable[[str], object],
) -> Iterator[WrittenFile]:
    statement, columns = _layout(target, options)
    parquet = options.files == "parquet"

    def made(worker: Worker, part: Part) -> dict[str, Encoded]:
        examples = _of_part(desk, "checkout.examples", part)
        if examples.is_empty():
            return {}
        if not parquet:
            lines = worker.lines(part, examples, statement, columns)
            return {split: as_lines(some) for split, some in lines.items()}
        scaled = [pl.col(name) if scale is None else pl.col(name) * scale for name, scale in columns.items()]
        return {
            split: as_parquet(some.select(scaled)) for split, some in worker.rows(part, examples, statement).items()
        }

    yield from write_rows(workers.over(parts, made), folder, parquet=parquet)
    progress("wrote the rows")


def _layout(target: Target, options: Options) -> tuple[str, dict[str, float | None]]:
    """The statement that makes the rows, and the columns that are written, each with what it is multiplied by."""
    statement, columns = target.statement, target.columns
    if options.style == "standard" and target.texts is not None:
        statement, columns = target.texts
    written: dict[str, float | None] = dict.fromkeys(columns)
    if target.margin and options.margin == "lead":
        written[target.margin] = None if options.margin_scale == 1 else options.margin_scale
    if options.weights == "column":
        written |= dict.fromkeys(name for name in (target.weight, target.soft) if name)
    return statement, written
