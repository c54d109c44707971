"""A small database that turns one release file into decisions, and later into rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import DuckDBEngine, parameters
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.trainers._options import Options
    from prefstrata.trainers._target import Target

__all__ = ["Part", "Worker", "factors", "settings"]

_MEMORY = "256MB"
_RECORDS = {
    "pairs": ("pair_records",),
    "unpaired": ("pair_records", "label_records"),
    "traces": ("trace_records",),
    "ratings": ("score_records",),
}
_SHAPED = {"pairs": "pairs", "unpaired": "labels", "traces": "traces", "ratings": "scores"}


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a release: its number in the checkout, its layer, the kind of its records, where it is."""

    number: int
    layer: str
    kind: str
    path: Path


def factors(weights: Path) -> pl.DataFrame:
    """``checkout.factors``, from a release's ``weights.json``."""
    rows = json.loads(weights.read_bytes())["strata"]
    return pl.DataFrame(
        [(row["scenario"], row["stratum"], float(row["factor"])) for row in rows],
        schema={"scenario": pl.String, "stratum": pl.String, "factor": pl.Float64},
        orient="row",
    )


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
    """Works on one release file after the other, in memory, on one thread.

    Args:
        target: whose rows to make.
        options: how.
        strata: ``checkout.factors``.
    """

    def __init__(self, target: Target, options: Options, strata: pl.DataFrame) -> None:
        """Open the database."""
        # A trainer of single responses reads thumbs and the sides of pairs into one shape, by its first kind.
        self._kind, self._given = target.reads[0], settings(target, options)
        self._shown: dict[str, Path | None] = {}
        self.engine = DuckDBEngine(":memory:", threads=1, memory_limit=_MEMORY)
        self.engine.load("checkout.factors", strata)
        self.engine.ensure(table("checkout.pair_records"))

    def records(self, part: Part) -> pl.DataFrame:
        """What a checkout makes of the file's records: rows of ``checkout.records``."""
        self._show(part)
        for name in _RECORDS[self._kind]:
            self._build(f"checkout.{name}", part=part.number)
        return self.engine.read(f"checkout.{name}")

    def shape(self, part: Part, examples: pl.DataFrame) -> pl.DataFrame:
        """The texts of examples of the file, as ``sql/checkout/measured_*`` gives them to a tokenizer."""
        self._put(part, examples)
        return self.engine.query(f"checkout/measured_{_SHAPED[self._kind]}")

    def rows(self, part: Part, examples: pl.DataFrame, statement: str) -> pl.DataFrame:
        """The rows that a statement of ``sql/trainers`` makes of examples of the file, by split and place."""
        self._put(part, examples)
        return self.engine.query(f"trainers/{statement}").sort("split", "place")

    def _put(self, part: Part, examples: pl.DataFrame) -> None:
        self._show(part)
        self.engine.load("checkout.examples", examples)
        self._build(f"checkout.{_SHAPED[self._kind]}")

    def _build(self, full_name: str, **more: int) -> None:
        given = {**self._given, **more}
        self.engine.build(full_name, **{name: given[name] for name in parameters(full_name)})

    def _show(self, part: Part) -> None:
        """Let the file be its table of the release; the other kinds that the target reads are empty meanwhile."""
        for kind in _reads(self._kind):
            path = part.path if kind == part.kind else None
            if kind in self._shown and self._shown[kind] == path:
                continue
            name = f"release.{kind}"
            with self.engine.connection() as connection:
                if self._shown.get(kind):
                    connection.execute(f"drop view {name}").fetchall()
                    self._shown[kind] = None
                    if path is None:
                        self.engine.clear(name)
                elif kind not in self._shown:
                    self.engine.clear(name)
                if path is not None:
                    connection.execute(f"drop table if exists {name}").fetchall()
                    file = str(path).replace("'", "''")
                    connection.execute(
                        f"create view {name} as select * from read_parquet('{file}', hive_partitioning = false)"  # noqa: S608 - a file of this checkout, quoted
                    ).fetchall()
            self._shown[kind] = path


def _reads(kind: str) -> tuple[str, ...]:
    return ("pairs", "unpaired") if kind == "unpaired" else (kind,)
