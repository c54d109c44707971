"""What the rules of a project's policies say of its pairs, and how far people agree with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import demand_built, read_warehouse, sql_text
from prefstrata.model import ConfigError
from prefstrata.model.arrow import ArrowStream
from prefstrata.policy import read_policies
from prefstrata.rules._audit import Audited, audit
from prefstrata.rules._evaluate import broken_rules
from prefstrata.rules._votes import rule_views
from prefstrata.sources import deliver, delivery_source

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from prefstrata.policy import Policy, ResponseRule
    from prefstrata.project import Project

__all__ = ["RuleRun", "audit_rules", "run_rules"]

FORMAT = "rule-verdicts"
_EXAMPLE = f"{{name: rules, mode: synthetic, supervisor: rule, path: 'inbox/rules/*.jsonl', format: {FORMAT}}}"


@dataclass(frozen=True, slots=True)
class RuleRun:
    """What a run of the rules came to.

    Attributes:
        breaks: per rule, texts it is for and texts that break it.
        votes: per rule, pairs of which exactly one side breaks it.
        delivered: verdicts written for the source.
        file: where they are; None when there was nothing new.
    """

    breaks: dict[str, tuple[int, int]]
    votes: dict[str, int]
    delivered: int
    file: Path | None


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rules say: of every text, and of every pair whose texts they are for."""

    rules: dict[str, tuple[Policy, ResponseRule]]
    broken: pl.DataFrame
    views: pl.DataFrame

    @property
    def votes(self) -> pl.DataFrame:
        """The views that are votes."""
        return self.views.drop_nulls("choice")


def run_rules(project: Project) -> RuleRun:
    """Let the rules of the policies judge every pair, and write their verdicts for the source that reads them.

    Raises:
        ConfigError: no policy has rules, no source reads verdicts of rules, or nothing has been run yet.
    """
    source = delivery_source(project, FORMAT, _EXAMPLE)
    with read_warehouse(project.warehouse_path) as connection:
        said = _said(connection, project)
        ids = said.votes["pair_id"].unique().sort()
        pairs = _frame(connection, "judging/pairs", pairs=",".join(ids)) if len(ids) else None
    records = [] if pairs is None else _records(said, pairs)
    file, delivered = deliver(project, source, records)
    breaks = said.broken.group_by("rule").agg(pl.len(), pl.col("broken").sum()).sort("rule")
    return RuleRun(
        breaks={rule: (texts, broken) for rule, texts, broken in breaks.iter_rows()},
        votes=dict(said.votes.group_by("rule").len().sort("rule").iter_rows()),
        delivered=delivered,
        file=file,
    )


def audit_rules(project: Project) -> list[Audited]:
    """Hold the rules against what people said of the same pairs. Nothing is written.

    Raises:
        ConfigError: no policy has rules, or nothing has been run yet.
    """
    with read_warehouse(project.warehouse_path) as connection:
        return audit(_said(connection, project).views, _frame(connection, "rules/answers"))


def _said(connection: duckdb.DuckDBPyConnection, project: Project) -> _Said:
    policies = {scenario: policy for policy, _ in read_policies(project) for scenario in policy.scenarios}
    rules = {policy.rater(rule): (policy, rule) for policy in policies.values() for rule in policy.response_rules}
    if not rules:
        raise ConfigError("no policy of the project has rules on responses", where="response_rules")
    demand_built(connection, "evidence.pairs", "noise.settlements")
    texts, pairs = _frame(connection, "rules/texts"), _frame(connection, "rules/pairs")
    broken, views = [], []
    for policy in {policy.ref: policy for policy in policies.values()}.values():
        names = {rule.ref: policy.rater(rule) for rule in policy.response_rules}
        mine = pl.col("policy_scenario").is_in(policy.scenarios)
        found = broken_rules(texts.filter(mine), policy.response_rules)
        found = found.with_columns(pl.col("rule").replace(names))
        broken.append(found)
        views.append(rule_views(pairs.filter(mine), found))
    return _Said(rules, pl.concat(broken), pl.concat(views).sort("pair_id", "rule"))


def _records(said: _Said, pairs: pl.DataFrame) -> list[dict[str, Any]]:
    """A record per vote, by key."""
    rows = {row["pair_id"]: row for row in pairs.to_dicts()}
    made = []
    for pair_id, name, dimension, choice in said.votes.iter_rows():
        policy, rule = said.rules[name]
        row, rubric = rows[pair_id], rule.rubric
        better, worse = ("a", "b") if choice == "a" else ("b", "a")
        record = {
            "key": hashlib.sha256(f"{name}\n{rubric}\n{pair_id}".encode()).hexdigest(),
            "rule": name,
            "family": f"{policy.name}/{rule.name}",
            "rubric": rubric,
            "policy": policy.ref,
            "aspect": dimension,
            "messages": row["messages"],
            "better": row[f"text_{better}"],
            "worse": row[f"text_{worse}"],
            "better_generator": _first(row[f"generators_{better}"]),
            "worse_generator": _first(row[f"generators_{worse}"]),
            **{context: row[context] for context in ("task", "scenario", "risk_level", "language")},
        }
        made.append({each: value for each, value in record.items() if value is not None})
    return sorted(made, key=lambda record: str(record["key"]))


def _first(names: list[str] | None) -> str | None:
    return names[0] if names else None


def _frame(connection: duckdb.DuckDBPyConnection, name: str, **params: str) -> pl.DataFrame:
    return pl.DataFrame(ArrowStream(connection.sql(sql_text(name), params=params)))
