"""A warehouse in memory that holds rated responses in layers: all that writing a release reads."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine import DuckDBEngine
from prefstrata.model.tables import TABLES
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["fill", "warehouse"]

_EMPTY = [{"role": "user", "content": "?"}]


def warehouse(threads: int = 2) -> DuckDBEngine:
    """An engine with every table that a release reads or passes through, all empty."""
    engine = DuckDBEngine(":memory:", threads=threads)
    with engine.transaction():  # one for all takes half as long
        for each in TABLES:
            if not each.passing:
                engine.ensure(each)
    for each in TABLES:
        if each.schema == "release":
            engine.ensure(each)
    return engine


def fill(
    engine: DuckDBEngine,
    layers: Mapping[str, int],
    *,
    shuffle: int | None = None,
    per_day: int | None = None,
    characters: int = 0,
) -> None:
    """Put so many rated responses into each layer, a prompt to every two of them.

    Args:
        engine: where.
        layers: records per layer; the records of a layer are the same whatever the others hold.
        shuffle: seed of another order of all rows.
        per_day: so many records of a layer were rated on 2026-01-01, so many on the next day, and so on; None for none
            that has a date.
        characters: so much is added to each text, of what compresses to half, as real texts do.
    """
    rows = pl.DataFrame(
        {
            "layer": [layer for layer, count in layers.items() for _ in range(count)],
            "place": [place for count in layers.values() for place in range(count)],
        },
        schema={"layer": pl.String, "place": pl.Int64},
    )
    rows = rows.with_columns(
        prompt_id=_hashes(rows, lambda layer, place: f"prompt {layer} {place // 2}"),
        response_id=_hashes(rows, lambda layer, place: f"response {layer} {place}"),
        seq=pl.int_range(1, rows.height + 1, dtype=pl.Int64),
    ).with_columns(record_id=pl.col("response_id") + ".overall")
    if shuffle is not None:
        rows = rows.sample(fraction=1, shuffle=True, seed=shuffle)
    prompts = rows.group_by("prompt_id", maintain_order=True).agg(pl.col("seq").min())
    kind, stratum = pl.lit("ratings").alias("kind"), pl.lit("crowd/offline").alias("stratum")
    share = pl.lit([{"stratum": "crowd/offline", "votes": 1.0}]).alias("strata")
    _load(
        engine,
        "evidence.prompts",
        prompts.with_columns(task=pl.lit("t"), scenario=pl.lit("general"), risk_level=pl.lit("low")),
    )
    _load(engine, "ledger.prompts", prompts.with_columns(messages=pl.lit(_EMPTY)))
    _load(engine, "evidence.responses", rows)
    _load(engine, "ledger.responses", rows.with_columns(content=_texts(rows, characters)))
    _load(
        engine,
        "evidence.normalised_ratings",
        rows.with_columns(
            stratum, rating_id=pl.col("response_id").str.head(31), dimension=pl.lit("overall"), unit_value=pl.lit(0.25)
        ),
    )
    if per_day is not None:
        at = pl.lit(
            datetime(2026, 1, 1, 12)  # noqa: DTZ001 - the warehouse's timestamps have no zone
        ) + pl.duration(days=pl.col("place") // per_day)
        dated = rows.with_columns(rating_id=pl.col("response_id").str.head(31), decided_at=at)
        _load(engine, "ledger.ratings", dated)
    _load(
        engine,
        "weighting.scores",
        rows.with_columns(
            share,
            provenance=pl.concat_list(pl.col("response_id").str.head(31)),
            dimension=pl.lit("overall"),
            score=pl.lit(0.25),
        ),
    )
    _load(
        engine,
        "weighting.records",
        rows.with_columns(kind, stratum, share, votes=pl.lit(1, pl.Int64), dimension=pl.lit("overall")),
    )
    _load(engine, "layers.records", rows.with_columns(kind, stratum, trust=pl.lit(0.5), rule=pl.lit("r")))
    cell = {"cell": pl.lit("c"), "factor": pl.lit(2.0), "weight": pl.lit(1.0)}
    trained = rows.filter(pl.col("layer") != "backflow")
    _load(engine, "weighting.weights", trained.with_columns(kind, stratum, **cell))
    engine.build("weighting.spoken")


def _texts(rows: pl.DataFrame, characters: int) -> pl.Series:
    """A text for each response, not like any other's."""
    ids = rows["response_id"].to_list()
    return pl.Series(
        [f"the answer called {id_}{hashlib.shake_256(id_.encode()).hexdigest(characters // 2)}" for id_ in ids]
    )


def _hashes(rows: pl.DataFrame, name: Callable[[str, int], str]) -> pl.Series:
    digests = [hashlib.sha256(name(*row).encode()).hexdigest()[:32] for row in rows.iter_rows()]
    return pl.Series(digests, dtype=pl.String)


def _load(engine: DuckDBEngine, full_name: str, rows: pl.DataFrame) -> None:
    """Load the columns that the table has; the others are null."""
    whole = frame(full_name, [])
    kept = rows.select(name for name in rows.columns if name in whole.columns)
    engine.load(full_name, pl.concat([whole, kept], how="diagonal_relaxed").select(whole.columns))
