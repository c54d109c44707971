"""A layer of a release on disk, as frames whose records carry their weight."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.model import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.weights import squares_trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Layer"]

_WAITING = "backflow"
_REST = "*"
_FOREIGN = "this release was not made by prefstrata; do not train on it"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's verified files.

    Attributes:
        name: golden, expert, main, weak or backflow.
        files: the Parquet files of each kind of record, sorted.
        weights: the release's ``weights.json``, read.
    """

    name: str
    files: Mapping[str, tuple[Path, ...]]
    weights: Mapping[str, Any]

    @classmethod
    def read(cls, name: str, folder: Path) -> Layer:
        """The layer in a folder that holds files of a release."""
        files = {kind: tuple(sorted((folder / name / kind).glob("*.parquet"))) for kind in KINDS}
        weights = json.loads((folder / "weights.json").read_bytes())
        return cls(name, {kind: paths for kind, paths in files.items() if paths}, weights)

    def frames(self, kind: str) -> Iterator[pl.DataFrame]:
        """The records of a kind, a stored file at a time: what memory holds does not grow with the layer.

        Each frame has the columns of ``release.<kind>`` and ``weight``, squared trust times the factor of the record's
        cell (null in backflow, which nothing trains on), sorted by the kind's key.

        Raises:
            IntegrityError: ``weights.json`` has no factor for a record that is to be trained on.
        """
        for path in self.files[kind]:
            yield self._weighted(pl.read_parquet(path, hive_partitioning=False), path).sort(KINDS[kind])

    def _weighted(self, records: pl.DataFrame, path: Path) -> pl.DataFrame:
        if "cells" not in self.weights:
            return self._weighted_by_stratum(records, path)
        known = pl.DataFrame(
            [(row["cell"], row["factor"]) for row in self.weights["cells"]],
            schema={"cell": pl.String, "weight": pl.Float64},
            orient="row",
        )
        joined = records.join(known, on="cell", how="left", maintain_order="left")
        if self.name != _WAITING and joined["weight"].null_count():
            cell = joined.filter(pl.col("weight").is_null())["cell"][0]
            raise IntegrityError(
                f"weights.json has no factor for the cell {cell!r}", where="/".join(path.parts[-3:]), todo=_FOREIGN
            )
        return joined.with_columns(weight=self._before * pl.col("weight"))

    def _weighted_by_stratum(self, records: pl.DataFrame, path: Path) -> pl.DataFrame:
        """The records of a release made before there were cells."""
        cells = records.select("scenario", "stratum").unique()
        factors = cells.with_columns(
            pl.Series("weight", [self._factor(*cell) for cell in cells.iter_rows()], dtype=pl.Float64)
        )
        if self.name != _WAITING and factors["weight"].null_count():
            cell = factors.filter(pl.col("weight").is_null()).row(0, named=True)
            raise IntegrityError(
                f"weights.json has no factor for {cell['stratum']} in {cell['scenario']}",
                where="/".join(path.parts[-3:]),
                todo=_FOREIGN,
            )
        joined = records.join(factors, on=["scenario", "stratum"], how="left", maintain_order="left")
        return joined.with_columns(weight=self._before * pl.col("weight"))

    @property
    def _before(self) -> pl.Expr:
        """What a record weighs before its factor."""
        trust = pl.col("trust")
        return trust * trust if squares_trust(self.weights) else trust

    def _factor(self, scenario: str, stratum: str) -> float | None:
        """The factor of the policy scenario that governs the record: its own when it has one, else the rest's."""
        if self.name == _WAITING:
            return None
        factors = {(row["scenario"], row["stratum"]): float(row["factor"]) for row in self.weights["strata"]}
        governed = scenario if any(own == scenario for own, _ in factors) else _REST
        return factors.get((governed, stratum))
