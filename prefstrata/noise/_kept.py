"""What a fit leaves behind, so that later votes can be read by it: small tables, in the warehouse, under one name.

Everything is kept by what it is about (rater, stratum, dimension), never by the numbers of one run, and row by row as
JSON, which gives every double back exactly. A rater that the fit has not seen looks like its stratum, and a stratum
like what is believed before anything is learnt.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.engine import Engine

__all__ = ["State", "keep_state", "kept_state", "restored"]

_UNIT = ("rater_id", "dimension", "stratum", "segment")
_PANEL = ("dimension", "stratum")
_NUMBERS = ("unit", "panel")


@dataclass(frozen=True)
class State:
    """What a fit came to.

    Attributes:
        raters: a row per unit: who it is (rater, dimension, stratum, segment, family), and all that is believed of it.
        panels: a row per stratum and dimension: means and spreads.
        levels: a row per dimension, with ``unlike``.
        grades: a row per panel, side and third of the strengths.
        changes: when which rater's agreement changed.
        temperature: of the estimates.
    """

    raters: pl.DataFrame
    panels: pl.DataFrame
    levels: pl.DataFrame
    grades: pl.DataFrame
    changes: pl.DataFrame
    temperature: float

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - the parts of a fit
        cls,
        units: pl.DataFrame,
        raters: pl.DataFrame,
        panels: pl.DataFrame,
        levels: pl.DataFrame,
        grades: pl.DataFrame,
        changes: pl.DataFrame,
        temperature: float,
    ) -> State:
        """A fit with its numbers of units and panels replaced by what they stand for."""
        named = units.select("panel", *_PANEL).unique()
        believed = raters.drop(*(set(raters.columns) & set(units.columns) - {"unit"}))
        return cls(
            raters=units.select("unit", *_UNIT, "family").join(believed, on="unit").drop("unit").sort(_UNIT),
            panels=panels.join(named, on="panel").drop("panel").sort(_PANEL),
            levels=levels.sort("dimension"),
            grades=grades.join(named, on="panel").drop("panel").sort(*_PANEL, "side", "grade"),
            changes=changes.sort("rater_id", "dimension", "stratum"),
            temperature=temperature,
        )


def keep_state(engine: Engine, state: State) -> None:
    """Make it what ``noise.kept`` holds."""
    rows: list[tuple[str, int, str]] = [("temperature", 0, json.dumps(state.temperature))]
    for part in ("raters", "panels", "levels", "grades", "changes"):
        frame: pl.DataFrame = getattr(state, part)
        kinds = {name: str(kind) for name, kind in frame.schema.items()}
        texts = frame.cast({pl.Datetime: pl.String}) if frame.height else frame
        rows.append((part, 0, json.dumps(kinds)))
        rows += [(part, place, json.dumps(row)) for place, row in enumerate(texts.iter_rows(named=True), start=1)]
    schema = {column.name: kind for column, kind in zip(table("noise.kept").columns, _KEPT, strict=True)}
    engine.load("noise.kept", pl.DataFrame(rows, schema=schema, orient="row"))


_KEPT = (pl.String, pl.Int64, pl.String)


def kept_state(engine: Engine) -> State | None:
    """What ``noise.kept`` holds; None when nothing was kept."""
    kept = engine.read("noise.kept").sort("part", "place")
    if kept.is_empty():
        return None
    parts: Mapping[str, list[str]] = {
        str(part): frame["row"].to_list() for (part,), frame in kept.group_by("part", maintain_order=True)
    }
    frames = {part: _frame(rows) for part, rows in parts.items() if part != "temperature"}
    return State(**frames, temperature=float(json.loads(parts["temperature"][0])))


def _frame(rows: list[str]) -> pl.DataFrame:
    kinds: dict[str, str] = json.loads(rows[0])
    plain = {name: pl.String if kind.startswith("Datetime") else getattr(pl, kind) for name, kind in kinds.items()}
    frame = pl.DataFrame([json.loads(row) for row in rows[1:]], schema=plain)
    times = [name for name, kind in kinds.items() if kind.startswith("Datetime")]
    return frame.with_columns(pl.col(times).str.to_datetime(time_unit="us")) if times else frame


def restored(
    state: State, units: pl.DataFrame, raters: pl.DataFrame, panels: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Raters and panels of now, as the kept fit has them.

    Args:
        state: the kept fit.
        units: as ``fit.units`` now.
        raters: what is believed of them before anything is learnt.
        panels: the same of the panels.

    Returns:
        Raters with all that a fit believes of them, what their intervals are made of included; panels likewise.
    """
    # A fit begins lower than what is declared, to learn from there; of a panel it has not met nothing will be learnt.
    untold = {"ability_mean": "ability_prior"}
    by_panel = panels.join(units.select("panel", *_PANEL).unique(), on="panel").sort("panel")
    believed = [name for name in panels.columns if name != "panel" and name in state.panels.columns]
    panels_now = (
        by_panel.join(state.panels.select(*_PANEL, *believed), on=_PANEL, how="left", suffix="_kept")
        .with_columns(pl.coalesce(f"{name}_kept", untold.get(name, name)).alias(name) for name in believed)
        .select(panels.columns)
    )
    # A rater that the fit has not met is the mean of its panel, and nobody knows more of it.
    means = {"ability": "ability_mean", "side": "side_mean", "length": "length_mean"}
    shared = ["markdown", "firmness", *(name for name in raters.columns if name.startswith("tie_"))]
    usual = panels_now.select(
        "panel",
        *(pl.col(of).alias(f"{name}_usual") for name, of in means.items()),
        *(pl.col(name).alias(f"{name}_usual") for name in shared),
        usual_usual=pl.col("ability_mean"),
        spread_usual=pl.col("ability_spread"),
        mean_variance_usual=pl.col("mean_variance"),
        information_usual=pl.lit(0.0),
    )
    unseen = panels_now.select("panel", unseen_usual="unseen_mean")
    families = state.raters.group_by("family").agg(pl.col("discount").max().alias("discount_family"))
    shared_by_models = state.raters.filter(pl.col("shared") > 0)["shared"].max()
    names = [name for name in state.raters.columns if name not in {*_UNIT, "family"}]
    known = state.raters.select(*_UNIT, *(pl.col(name).alias(f"{name}_kept") for name in names))
    told = (
        units.select("unit", *_UNIT, "family")
        .join(raters.drop("family", strict=False), on="unit")
        .join(usual, on="panel")
        .join(unseen, on="panel")
        .with_columns(side_usual=pl.when("ordered").then("side_usual").otherwise("unseen_usual"))
        .drop("unseen_usual")
        .join(known, on=_UNIT, how="left")
        .join(families, on="family", how="left")
        # One figure for all families of models; where the fit met no model, what is believed before.
        .with_columns(shared_usual=pl.when(pl.col("shared") > 0).then(pl.lit(shared_by_models)))
    )
    return (
        told.with_columns(
            pl.coalesce(
                name for name in (f"{of}_kept", f"{of}_usual", f"{of}_family", of) if name in told.columns
            ).alias(of)
            for of in names
        )
        .select("unit", "panel", *(name for name in raters.columns if name not in {"unit", "panel", *names}), *names)
        .sort("unit"),
        panels_now.sort("panel"),
    )
