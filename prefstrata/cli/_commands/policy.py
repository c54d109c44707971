"""``prefstrata policy``: the value ordering."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import duckdb

from prefstrata.cli._output import Grid, counted
from prefstrata.engine import read_warehouse, sql_text
from prefstrata.model import ConfigError
from prefstrata.policy import Sent, check_strata, differences, lint_policies, read_policies, read_policy
from prefstrata.rules import try_rules

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.cli._call import Call

__all__ = ["diff", "lint"]

_SENT = ("scenario", "task", "risk_level", "round")


def lint(call: Call, *, strict: bool) -> None:
    """Read the policies, try their rules, hold the sources against them, and say what is questionable.

    A mistake is an error with its file and line; so is anything questionable when ``strict``. Otherwise that is none: a
    project that has just begun has no source yet for many a share.
    """
    project = call.project()
    found = read_policies(project)
    check_strata(project, tuple(policy for policy, _ in found))
    for policy, _ in found:
        try_rules(policy.response_rules)
    labelled = _labelled(project.warehouse_path)
    if labelled is None:
        call.output.note("nothing is built yet, so nobody can say which dimensions are judged")
    findings = lint_policies(project, found, labelled, _sent(project.warehouse_path))
    if findings and strict:
        first = findings[0]
        raise ConfigError(
            f"{counted(len(findings), 'questionable thing')}, such as: {first.what}", where=first.where, todo=first.todo
        )
    document = {
        "ok": True,
        "policies": [
            {
                "policy": policy.ref,
                "path": str(path),
                "scenarios": list(policy.scenarios),
                "dimensions": [dimension.name for dimension in policy.dimensions],
                "strata": sorted(policy.strata),
                "rules": [rule.rule for rule in policy.layers],
            }
            for policy, path in found
        ],
        "findings": [asdict(each) for each in findings],
    }
    rows = (
        (policy.ref, ", ".join(policy.scenarios), len(policy.dimensions), len(policy.strata), len(policy.layers), path)
        for policy, path in found
    )
    grid = Grid.of("policy scenarios >dimensions >strata >rules file", rows)
    told = [line for each in findings for line in (f"{each.where}: {each.what}", f"  {each.todo}")]
    head = [f"{counted(len(findings), 'thing')} to look at:"] if findings else []
    call.output.emit(document, "OK", grid, *head, *told)


def _labelled(warehouse: Path) -> dict[str, set[str]] | None:
    """The dimensions that somebody judged, by scenario; None when nothing is built."""
    found: dict[str, set[str]] = {}
    for scenario, dimension in _rows(warehouse, "reports/labelled"):
        found.setdefault(scenario, set()).add(dimension)
    return found or None


def _sent(warehouse: Path) -> dict[str, Sent] | None:
    """What prompts and votes are of, by scenario; None when nothing is built."""
    found: dict[str, dict[str, set[str]]] = {}
    for scenario, what, value in _rows(warehouse, "reports/sent"):
        found.setdefault(scenario, {name: set() for name in _SENT})[what].add(value)
    return {name: Sent(*(each[what] for what in _SENT)) for name, each in found.items()} or None


def _rows(warehouse: Path, report: str) -> list[tuple[str, ...]]:
    """The rows of a report; none when nothing is built."""
    if not warehouse.exists():
        return []
    with read_warehouse(warehouse) as connection:
        try:
            return connection.execute(sql_text(report)).fetchall()
        except duckdb.CatalogException:
            return []


def diff(call: Call, before: str, after: str) -> None:
    """Say in sentences how the second policy orders values otherwise than the first."""
    old, new = read_policy(before), read_policy(after)
    sentences = differences(old, new)
    document = {"before": old.ref, "after": new.ref, "differences": list(sentences)}
    call.output.emit(document, f"From {old.ref} to {new.ref}:", *(sentences or ("Nothing changed.",)))
