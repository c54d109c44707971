"""The table, and in plain words which of the targets hold."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from rich.table import Table

from benchmarks.noise._methods import BASELINES, ORACLE, OURS
from benchmarks.noise.measures import expected_calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from benchmarks.noise._methods import Result

__all__ = ["averages", "report"]

_BELOW = -0.005
"""Accuracy ours may lie below the better of majority and Dawid-Skene, in any set."""
_ECE = 0.05
_COVERAGE = (0.85, 0.95)
_CHANCE = 1.645
"""Standard errors to either side that a share lies within nine times in ten."""
_SHOWN = {
    "accuracy": ("accuracy", "{:.1%}"),
    "decided": ("on decided", "{:.1%}"),
    "margin": ("margin", "{:+.1%}"),
    "ece": ("ECE", "{:.3f}"),
    "brier": ("Brier", "{:.3f}"),
    "log_loss": ("log loss", "{:.3f}"),
    "coverage": ("coverage", "{:.0%}"),
    "chance": ("chance", "±{:.0%}"),
}


def averages(results: Sequence[Result]) -> pl.DataFrame:
    """The mean over the draws: ``set, method, draws`` and every measure.

    The margin is against the baseline that is better on average: which one that is does not change with the seed. ECE
    is that of all items of all draws, and coverage that of all raters: with few in a bin, chance alone moves it.
    ``chance`` is how far it may lie from what it would be over many draws, nine times in ten: as the raters' number
    has it or, where that is more, as the draws differ, for the raters of a draw miss together where their panel's mean
    is missed.
    """
    rows = [
        {"set": each.set, "method": each.method, "coverage": each.coverage, "raters": each.raters}
        | {name: getattr(each.scores, name) for name in ("accuracy", "decided", "brier", "log_loss")}
        for each in results
    ]
    pooled = [
        {"set": name, "method": method, "ece": _pooled_ece(rows)} for (name, method), rows in _grouped(results).items()
    ]
    means = (
        pl.DataFrame(rows, schema_overrides={"coverage": pl.Float64})
        .group_by("set", "method", maintain_order=True)
        .agg(
            pl.len().alias("draws"),
            pl.exclude("raters").mean(),
            pl.col("raters").sum(),
            apart=(pl.col("coverage").std() / pl.len().sqrt()).fill_null(0),
        )
        .with_columns(
            chance=pl.when(pl.col("raters") > 0).then(
                _CHANCE
                * pl.max_horizontal("apart", (pl.col("coverage") * (1 - pl.col("coverage")) / pl.col("raters")).sqrt())
            )
        )
    )
    baseline = means.filter(pl.col("method").is_in(BASELINES)).group_by("set").agg(best=pl.col("accuracy").max())
    return (
        means.join(pl.DataFrame(pooled), on=["set", "method"], how="left", maintain_order="left")
        .join(baseline, on="set", how="left", maintain_order="left")
        .with_columns(margin=pl.col("accuracy") - pl.col("best"))
    )


def _grouped(results: Sequence[Result]) -> dict[tuple[str, str], list[Result]]:
    groups: dict[tuple[str, str], list[Result]] = {}
    for each in results:
        groups.setdefault((each.set, each.method), []).append(each)
    return groups


def _pooled_ece(results: list[Result]) -> float:
    said, right = (np.concatenate([getattr(each.scores, part) for each in results]) for part in ("said", "right"))
    return expected_calibration_error(said, right)


def report(console: Console, results: Sequence[Result], matters: frozenset[str], made: frozenset[str]) -> bool:
    """Print the table and the verdicts; returns whether every target holds.

    Args:
        console: where to.
        results: of every set, seed and method.
        matters: names of the sets in which ours must be above both baselines.
        made: names of the sets whose truth is known; the targets of calibration are for them.
    """
    means = averages(results)
    table = Table(
        title="mean over the draws; margin: against the better of majority and Dawid-Skene", title_justify="left"
    )
    for heading in ("set", "method"):
        table.add_column(heading)
    for heading, _ in _SHOWN.values():
        table.add_column(heading, justify="right")
    for name, rows in groupby(means.iter_rows(named=True), key=lambda row: row["set"]):
        for place, row in enumerate(rows):
            style = {OURS: "bold", ORACLE: "dim"}.get(row["method"], "")
            cells = [_cell(row, figure) for figure in _SHOWN]
            table.add_row("" if place else name, row["method"], *cells, style=style)
        table.add_section()
    console.print(table)
    verdicts = list(_verdicts(means.filter(pl.col("method") == OURS), matters, made))
    for holds, text in verdicts:
        console.print(f"{'holds' if holds else 'MISSED'}: {text}", soft_wrap=True, highlight=False)
    return all(holds for holds, _ in verdicts)


def _verdicts(ours: pl.DataFrame, matters: frozenset[str], made: frozenset[str]) -> list[tuple[bool, str]]:
    """Each target that these sets can tell of: whether it holds, and a sentence with the sets where it does not."""
    in_matters, known = (ours.filter(pl.col("set").is_in(sorted(names))) for names in (matters, made))
    checks = [
        (
            ours,
            pl.col("margin") >= _BELOW,
            "margin",
            f"at most 0.5 points below the better of {' and '.join(BASELINES)}",
        ),
        (in_matters, pl.col("margin") > 0, "margin", "above both where the extra structure matters"),
        (known, pl.col("ece") <= _ECE, "ece", f"ECE at most {_ECE}"),
        (known, pl.col("coverage").is_between(*_COVERAGE), "coverage", "90 % intervals of ability hold 85 to 95 %"),
    ]
    return [
        _verdict(rows, rows.filter(~holds.fill_null(value=False)), figure, text)
        for rows, holds, figure, text in checks
        if len(rows)
    ]


def _verdict(rows: pl.DataFrame, missed: pl.DataFrame, figure: str, text: str) -> tuple[bool, str]:
    names = ", ".join(_named(row, figure) for row in missed.iter_rows(named=True))
    return not names, f"{text}, in {len(rows) - len(missed)} of {len(rows)} sets" + (
        f"; not in {names}" if names else ""
    )


def _named(row: dict[str, Any], figure: str) -> str:
    """A set with that figure, and of a coverage how far chance moves it and how many raters it is a share of."""
    cell = _cell(row, figure) or "none given"
    counted = f" {_cell(row, 'chance')} of {row['raters']}" if figure == "coverage" and row["raters"] else ""
    return f"{row['set']} {cell}{counted}"


def _cell(row: dict[str, Any], figure: str) -> str:
    return "" if row[figure] is None else _SHOWN[figure][1].format(row[figure])
