"""The table, and in plain words which of the targets hold."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl
from rich.table import Table

from benchmarks.noise._methods import BASELINES, ORACLE, OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from benchmarks.noise._methods import Result

__all__ = ["averages", "report"]

_BELOW = -0.005
"""Accuracy ours may lie below the better of majority and Dawid-Skene, in any set."""
_ECE = 0.05
_COVERAGE = (0.85, 0.95)
_SHOWN = {
    "accuracy": ("accuracy", "{:.1%}"),
    "decided": ("on decided", "{:.1%}"),
    "margin": ("margin", "{:+.1%}"),
    "ece": ("ECE", "{:.3f}"),
    "brier": ("Brier", "{:.3f}"),
    "log_loss": ("log loss", "{:.3f}"),
    "coverage": ("coverage", "{:.0%}"),
}


def averages(results: Sequence[Result]) -> pl.DataFrame:
    """The mean over the seeds: ``set, method, seeds, margin_low`` (the worst seed's) and every measure."""
    rows = [
        {"set": each.set, "method": each.method, "margin": each.margin, "coverage": each.coverage}
        | {name: getattr(each.scores, name) for name in ("accuracy", "decided", "ece", "brier", "log_loss")}
        for each in results
    ]
    return (
        pl.DataFrame(rows, schema_overrides={"coverage": pl.Float64})
        .group_by("set", "method", maintain_order=True)
        .agg(pl.len().alias("seeds"), pl.col("margin").min().alias("margin_low"), pl.col(*_SHOWN).mean())
    )


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
        title="mean over the seeds; margin: against the better of majority and Dawid-Skene", title_justify="left"
    )
    for heading in ("set", "method"):
        table.add_column(heading)
    for heading, _ in _SHOWN.values():
        table.add_column(heading, justify="right")
    for name, rows in groupby(means.iter_rows(named=True), key=lambda row: row["set"]):
        for place, row in enumerate(rows):
            style = {OURS: "bold", ORACLE: "dim"}.get(row["method"], "")
            cells = ["" if row[key] is None else form.format(row[key]) for key, (_, form) in _SHOWN.items()]
            table.add_row("" if place else name, row["method"], *cells, style=style)
        table.add_section()
    console.print(table)
    verdicts = list(_verdicts(means.filter(pl.col("method") == OURS), matters, made))
    for holds, text in verdicts:
        console.print(f"{'holds' if holds else 'MISSED'}: {text}", soft_wrap=True, highlight=False)
    return all(holds for holds, _ in verdicts)


def _verdicts(ours: pl.DataFrame, matters: frozenset[str], made: frozenset[str]) -> list[tuple[bool, str]]:
    """Each target: whether it holds, and a sentence with the sets where it does not."""
    known = ours.filter(pl.col("set").is_in(sorted(made)))
    covered = known.filter(pl.col("coverage").is_not_null())
    checks = [
        (
            ours,
            pl.col("margin") >= _BELOW,
            "margin",
            "never more than 0.5 points below the better of " + " and ".join(BASELINES),
        ),
        (
            ours.filter(pl.col("set").is_in(sorted(matters))),
            pl.col("margin") > 0,
            "margin",
            "above both where the extra structure matters",
        ),
        (known, pl.col("ece") <= _ECE, "ece", f"ECE ≤ {_ECE}"),
        (covered, pl.col("coverage").is_between(*_COVERAGE), "coverage", "90 % intervals of ability hold 85–95 %"),
    ]
    verdicts = []
    for rows, holds, figure, text in checks:
        if not len(rows):
            verdicts.append((not len(ours), f"{text}: nothing to judge it by"))
            continue
        missed = rows.filter(~holds)
        named = ", ".join(
            f"{row['set']} {_SHOWN[figure][1].format(row[figure])}" for row in missed.iter_rows(named=True)
        )
        verdicts.append(
            (
                not named,
                f"{text}, in {len(rows) - len(missed)} of {len(rows)} sets" + (f"; not in {named}" if named else ""),
            )
        )
    return verdicts
