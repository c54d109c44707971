"""What the report shows of a version's teaching: cells of a matrix, bars, and points on a plane, ready to be drawn."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

__all__ = ["figures"]

Row = dict[str, Any]

_MATRICES = 8
_SCENARIOS = 6
_PLANES = 3
_VALUES = 12
_SHADES = (0.2, 0.4, 0.6, 0.8)
_FACETS = {
    "stratum": "Stratum",
    "generator": "Generator",
    "task": "Task",
    "scenario": "Scenario",
    "risk_level": "Risk",
    "difficulty": "Difficulty",
    "dimension": "Dimension",
    "rater": "Rater",
}
_STYLES = {
    "longer": "longer",
    "hedged": "hedges",
    "refuses": "refuses",
    "apologises": "apologises",
    "markdown": "in Markdown",
    "cites": "cites",
}


def figures(manifest: Row) -> Row:
    """The figures of a manifest, as the template draws them; empty lists for a manifest that has none."""
    teaching = manifest.get("teaching", {})
    return {
        "findings": len(manifest.get("findings", [])),
        "compared": manifest.get("compared", False),
        "matrices": _matrices(teaching.get("ordering", [])),
        "styles": _styles(teaching.get("styles", [])),
        "planes": _planes(teaching.get("positions", [])),
        "facets": _facets(teaching.get("composition", {})),
    }


def _matrices(rows: list[Row]) -> list[Row]:
    """A matrix per scenario and risk, those that most is known of first: rows are the upper dimensions."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["follows"] is not None:
            groups[row["scenario"], row["risk_level"]].append(row)
    known = sorted(groups.items(), key=lambda each: (-sum(row["effective"] for row in each[1]), each[0]))
    return [
        {"scenario": scenario, "risk_level": risk, **_matrix(cells)} for (scenario, risk), cells in known[:_MATRICES]
    ]


def _matrix(cells: list[Row]) -> Row:
    order = _ranked(cells)
    held = {(cell["upper"], cell["lower"]): cell for cell in cells}
    rows = [
        {"name": upper, "cells": [_cell(held.get((upper, lower))) for lower in order[1:]]}
        for upper in order[:-1]
        if any((upper, lower) in held for lower in order)
    ]
    return {"columns": order[1:], "rows": rows}


def _ranked(cells: list[Row]) -> list[str]:
    """Dimensions so that upper ones come before lower ones, as far as the cells tell."""
    names = sorted({cell[side] for cell in cells for side in ("upper", "lower")})
    above = {name: {cell["upper"] for cell in cells if cell["lower"] == name} for name in names}
    order: list[str] = []
    while names:
        free = next((name for name in names if not above[name] - set(order)), names[0])
        order.append(free)
        names.remove(free)
    return order


def _cell(row: Row | None) -> Row | None:
    return None if row is None else {**row, "shade": sum(row["follows"] > edge for edge in _SHADES)}


def _styles(rows: list[Row]) -> list[Row]:
    """Styles over all, then of the scenarios that most is known of."""
    weight: dict[str, float] = defaultdict(float)
    for row in rows:
        weight[row["scenario"]] += row["effective"]
    shown = sorted(weight, key=lambda name: (name != "*", -weight[name], name))[: _SCENARIOS + 1]
    kept = [row for row in rows if row["scenario"] in shown and row["share"] is not None]
    kept.sort(key=lambda row: (shown.index(row["scenario"]), row["style"]))
    return [{**row, "name": _STYLES[row["style"]]} for row in kept]


def _planes(rows: list[Row]) -> list[Row]:
    """Per scenario, the planes of the three dimensions that most is known of."""
    scenarios: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["share"] is not None:
            scenarios[row["scenario"]].append(row)
    known = sorted(scenarios.items(), key=lambda each: (-sum(row["effective"] for row in each[1]), each[0]))
    return [
        {"scenario": scenario, "x": x, "y": y}
        for scenario, held in known[:_SCENARIOS]
        for x, y in combinations(sorted(held, key=lambda row: -row["effective"])[:_PLANES], 2)
    ]


def _facets(composition: dict[str, list[Row]]) -> list[Row]:
    return [
        {"title": title, "rows": composition[facet][:_VALUES], "more": max(0, len(composition[facet]) - _VALUES)}
        for facet, title in _FACETS.items()
        if composition.get(facet)
    ]
