"""A small database that turns a few release files into decisions, and later into rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import DuckDBEngine, duckdb_type, parameters, parse_type, sql_text
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table
from prefstrata.model.weights import squares_trust

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.model.tables import Column
    from prefstrata.trainers._options import Options
    from prefstrata.trainers._target import Target

__all__ = ["Part", "Worker", "factors", "settings"]

# A bound, and more than is used: near it DuckDB gives memory back to the system all the time, and asks for it anew.
_MEMORY = "768MB"
# Files that are read once, at once: ids do not repeat and do not compress, and trying both takes a quarter of the time.
_MEANWHILE = "format parquet, compression uncompressed, dictionary_size_limit 1000"
_RECORDS = {
    "pairs": ("pair_records",),
    "unpaired": ("pair_records", "label_records"),
    "traces": ("trace_records",),
    "ratings": ("score_records",),
}
_SHAPED = {"pairs": "pairs", "unpaired": "labels", "traces": "traces", "ratings": "scores"}


@dataclass(frozen=True, slots=True)
class Part:
    """Records of a release that are worked on together.

    Attributes:
        number: the part's number in the checkout.
        layer: the layer, or several joined by ``+``.
        kind: the kind of record.
        paths: the files they are in.
        share: which of the files' responses, from 0; all that is known of a response is in one share.
        shares: in how many the responses are dealt; every record is in the part when it is 1.
    """

    number: int
    layer: str
    kind: str
    paths: tuple[Path, ...]
    share: int = 0
    shares: int = 1


def factors(weights: Path) -> pl.DataFrame:
    """``checkout.factors``, from a release's ``weights.json``."""
    document = json.loads(weights.read_bytes())
    squared = squares_trust(document)
    if "cells" in document:
        rows = [(row["cell"], None, float(row["factor"]), squared) for row in document["cells"]]
    else:  # a release made before records named their cell
        strata = document["strata"]
        rows = [
            (f"{row['scenario']}/{row['stratum']}", row["scenario"], float(row["factor"]), squared) for row in strata
        ]
    schema = {"cell": pl.String, "scenario": pl.String, "factor": pl.Float64, "squared": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def settings(target: Target, options: Options) -> dict[str, Any]:
    """The options as the parameters of the statements; each takes those that it names."""
    return {
        "dimension": options.dimension,
        "tie_margin": options.tie_margin,
        "min_p": options.min_p,
        "ties": options.ties == "keep",
        "prompts": target.prompts,
        "sides": options.sides,
        "good_step": options.good_step,
        "dimensions": ",".join(options.dimensions),
        "max_characters": options.max_characters,
        "system": options.system,
        "system_prompt": options.system_prompt,
        "drop_long": options.overlong == "drop",
        "per_prompt": options.per_prompt,
        "validation": options.validation,
        "shuffle": options.shuffle,
        "seed": options.seed,
        "resample": options.weights == "resample",
    }


class Worker:
    """Works on one part of a release after the other.

    Args:
        target: whose rows to make.
        options: how.
        strata: ``checkout.factors``.
    """

    def __init__(self, target: Target, options: Options, strata: pl.DataFrame) -> None:
        """Have the factors in the database."""
        # A trainer of single responses reads thumbs and the sides of pairs into one shape, by its first kind.
        self._kind, self._given, self._shaped = target.reads[0], settings(target, options), False
        self.engine = DuckDBEngine(":memory:", threads=1, memory_limit=_MEMORY)
        self.engine.load("checkout.factors", strata)

    def decide(self, part: Part, into: Path) -> None:
        """Write what a checkout makes of the part's records, rows of ``checkout.records``, as a Parquet file."""
        self._show(part)
        *before, last = _RECORDS[self._kind]
        for name in before:
            self.engine.show(f"checkout.{name}", **self._of(f"checkout.{name}", part=part.number))
        columns = ", ".join(
            f'cast("{each.name}" as {_duckdb(each)}) as "{each.name}"' for each in table("checkout.records").columns
        )
        select = f"select {columns} from (\n{sql_text(f'checkout.{last}')}\n)"  # noqa: S608 - the names are declared
        copy = f"copy ({select}) to $into ({_MEANWHILE})"
        with self.engine.connection() as connection:
            connection.execute(copy, {**self._of(f"checkout.{last}", part=part.number), "into": str(into)}).fetchall()

    def shape(self, part: Part, examples: pl.DataFrame) -> pl.DataFrame:
        """The texts of examples of the part, as ``sql/checkout/measured_*`` gives them to a tokenizer."""
        self._put(part, examples)
        return self.engine.query(f"checkout/measured_{_SHAPED[self._kind]}")

    def rows(self, part: Part, examples: pl.DataFrame, statement: str) -> dict[str, pl.DataFrame]:
        """The rows that a statement of ``sql/trainers`` makes of examples of a part, each split's by their places."""
        ranked, splits = _ranked(examples)
        self._put(part, ranked)
        found = self.engine.query(f"trainers/{statement}").sort(pl.col("place").cast(pl.Int64))
        return {split: found.filter(pl.col("split") == split) for split in splits}

    def lines(
        self, part: Part, examples: pl.DataFrame, statement: str, columns: Mapping[str, float | None]
    ) -> dict[str, pl.Series]:
        """The same rows as lines of JSON without their ends, for each split in the order of their places.

        The database writes them and hands them over in small batches: as a frame they would be copied twice more, each
        time into new memory, and that costs more than the JSON.

        Args:
            part: the file.
            examples: rows of ``checkout.examples``.
            statement: whose rows.
            columns: the columns that are written, in their order; what each is multiplied by, or None.
        """
        ranked, splits = _ranked(examples)
        self._put(part, ranked)
        scales = {f"scale_{at}": scale for at, scale in enumerate(columns.values()) if scale is not None}
        fields = ", ".join(
            f"'{name}': \"{name}\"" + ("" if scale is None else f" * $scale_{at}")
            for at, (name, scale) in enumerate(columns.items())
        )
        rows = sql_text(f"trainers/{statement}")
        select = f"select cast(place as bigint) as rank, to_json({{{fields}}}) as line from (\n{rows}\n)"  # noqa: S608
        with self.engine.connection() as connection:
            found = pl.DataFrame(ArrowStream(connection.sql(select, params=scales))).sort("rank")
        starts = {split: found["rank"].search_sorted(first) for split, (first, _) in splits.items()}
        return {split: found["line"].slice(starts[split], many) for split, (_, many) in splits.items()}

    def _put(self, part: Part, examples: pl.DataFrame) -> None:
        self._show(part)
        self.engine.lend("checkout.examples", examples)
        if not self._shaped:  # the view is planned anew at every use, and sees what is shown and lent by then
            name = f"checkout.{_SHAPED[self._kind]}"
            self.engine.show(name, **self._of(name))
            self._shaped = True

    def _of(self, full_name: str, **more: int) -> dict[str, Any]:
        given = {**self._given, **more}
        return {name: given[name] for name in parameters(full_name)}

    def _show(self, part: Part) -> None:
        """Let the files be their table of the release; other kinds that the target reads are empty meanwhile.

        A column that a release of another time does not have is null.
        """
        for kind in _reads(self._kind):
            columns = table(f"release.{kind}").columns
            nulls = ", ".join(f'cast(null as {_duckdb(each)}) as "{each.name}"' for each in columns)
            rows = f"select {nulls} where false"
            if kind == part.kind:
                files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in part.paths)
                held = f"select * from read_parquet([{files}], hive_partitioning = false)"  # noqa: S608 - files of this checkout, quoted
                whole = {each.name for each in columns} <= pl.read_parquet_schema(part.paths[0]).keys()
                rows = held if whole else f"{rows} union all by name {held}"
                if part.shares > 1:
                    deal = f"hash_bits_low(short_hash(response_id)) % {part.shares:d} = {part.share:d}"
                    rows = f"select * from ({rows}) where {deal}"  # noqa: S608 - two numbers
            with self.engine.connection() as connection:
                connection.execute(f"create or replace view release.{kind} as {rows}").fetchall()


def _ranked(examples: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, tuple[int, int]]]:
    """Examples by split and place, with their rank (decimal digits) for a place; first rank and number of each split.

    What a rank is carried with is put in order in a tenth of the time that comparing places takes.
    """
    splits = examples.partition_by("split", maintain_order=True)
    splits.sort(key=lambda some: some["split"][0])
    ranked = pl.concat(some.sort("place") for some in splits).with_row_index("rank")
    firsts = accumulate((some.height for some in splits), initial=0)
    return (
        ranked.with_columns(place=pl.col("rank").cast(pl.String)).drop("rank"),
        {some["split"][0]: (first, some.height) for some, first in zip(splits, firsts, strict=False)},
    )


def _duckdb(column: Column) -> str:
    return duckdb_type(parse_type(column.type))


def _reads(kind: str) -> tuple[str, ...]:
    return ("pairs", "unpaired") if kind == "unpaired" else (kind,)
