"""What the rules of a project's policies say of its pairs, and how far people agree with them."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from prefstrata.engine import demand_built, read_warehouse, sql_text
from prefstrata.model import ConfigError
from prefstrata.model.arrow import ArrowStream
from prefstrata.policy import read_policies
from prefstrata.rules._audit import Audited, audit
from prefstrata.rules._evaluate import broken_rules
from prefstrata.rules._votes import rule_views
from prefstrata.sources import deliver, delivered_keys, delivery_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from prefstrata.policy import Policy, ResponseRule
    from prefstrata.project import Project

__all__ = ["FORMAT", "RuleRun", "audit_rules", "demand_rules", "rules_wait", "run_rules"]

FORMAT = "rule-verdicts"
_READ = ("evidence.pairs", "noise.settlements")
_NO_RULES = "no policy of the project has rules on responses"
_AT_ONCE = 1 << 26
"""Characters of texts that are looked at together."""
_IDS = 1 << 16
"""Prompts are told apart by the first four digits of their ids, at most."""
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


class _Verdict(NamedTuple):
    """A vote of a rule, by what its record is known."""

    key: str
    pair_id: str
    rule: str
    dimension: str
    choice: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rules say of some prompts: of every text, and of every pair whose texts they are for."""

    broken: pl.DataFrame
    views: pl.DataFrame

    @property
    def votes(self) -> pl.DataFrame:
        """The views that are votes."""
        return self.views.drop_nulls("choice")


def demand_rules(project: Project) -> None:
    """See that rules of the project have something to say, and that a source reads it; no warehouse need be there.

    Raises:
        ConfigError: no policy has rules, or no source reads verdicts of rules.
    """
    delivery_source(project, FORMAT, _EXAMPLE)
    _governing(project)


def run_rules(project: Project) -> RuleRun:
    """Let the rules of the policies judge every pair, and write their verdicts for the source that reads them.

    Texts are looked at some prompts at a time, so they need not fit into memory. The keys of what was delivered must.

    Raises:
        ConfigError: no policy has rules, no source reads verdicts of rules, or nothing has been run yet.
    """
    source = delivery_source(project, FORMAT, _EXAMPLE)
    texts, broken, votes = Counter[str](), Counter[str](), Counter[str]()
    with read_warehouse(project.warehouse_path) as connection:
        policies = _governing(project)
        demand_built(connection, *_READ)
        known = delivered_keys(project, source)

        def records() -> Iterator[dict[str, Any]]:
            for said in _said(connection, policies):
                for rule, looked_at, breaking in _tally(said.broken).iter_rows():
                    texts[rule] += looked_at
                    broken[rule] += breaking
                votes.update(dict(said.votes.group_by("rule").len().iter_rows()))
                yield from _records(connection, _rules_of(policies), said.votes, known)

        file, delivered = deliver(project, source, records(), known=known)
    return RuleRun(
        breaks={rule: (texts[rule], broken[rule]) for rule in sorted(texts)},
        votes=dict(sorted(votes.items())),
        delivered=delivered,
        file=file,
    )


def audit_rules(project: Project) -> list[Audited]:
    """Hold the rules against what people said of the same pairs. Nothing is written.

    In memory are all pairs, with what each rule says of them, and the texts of some prompts at a time.

    Raises:
        ConfigError: no policy has rules, or nothing has been run yet.
    """
    with read_warehouse(project.warehouse_path) as connection:
        policies = _governing(project)
        demand_built(connection, *_READ)
        views = [said.views for said in _said(connection, policies)]
        return audit(pl.concat(views), _frame(connection, "rules/answers"))


def rules_wait(project: Project) -> str | None:
    """Why the rules of a project have nothing to say yet, in a sentence; None when they may be run.

    Raises:
        ConfigError: a policy is wrong.
    """
    if not any(policy.response_rules for policy, _ in read_policies(project)):
        return _NO_RULES
    if all(source.format != FORMAT for source in project.sources):
        return f"no source of the project has the format {FORMAT}, so nobody would read what rules say"
    if not project.warehouse_path.exists():
        return "there is no warehouse yet: rules judge what a release has read"
    return None


def _governing(project: Project) -> list[Policy]:
    """The policies that govern any scenario, each once."""
    governing = {scenario: policy for policy, _ in read_policies(project) for scenario in policy.scenarios}
    policies = list({policy.ref: policy for policy in governing.values()}.values())
    if not any(policy.response_rules for policy in policies):
        raise ConfigError(_NO_RULES, where="response_rules")
    return policies


def _rules_of(policies: list[Policy]) -> dict[str, tuple[Policy, ResponseRule]]:
    """The rules of the policies, by the rater that each is."""
    return {policy.rater(rule): (policy, rule) for policy in policies for rule in policy.response_rules}


def _said(connection: duckdb.DuckDBPyConnection, policies: list[Policy]) -> Iterator[_Said]:
    """What the rules say, some prompts after the others."""
    [(characters,)] = _frame(connection, "rules/size").rows()
    for first, beyond in _ranges(characters):
        texts = _frame(connection, "rules/texts", first=first, beyond=beyond)
        pairs = _frame(connection, "rules/pairs", first=first, beyond=beyond)
        broken, views = [], []
        for policy in policies:
            names = {rule.ref: policy.rater(rule) for rule in policy.response_rules}
            mine = pl.col("policy_scenario").is_in(policy.scenarios)
            found = broken_rules(texts.filter(mine), policy.response_rules)
            found = found.with_columns(pl.col("rule").replace(names))
            broken.append(found)
            views.append(rule_views(pairs.filter(mine), found))
        yield _Said(pl.concat(broken), pl.concat(views).sort("pair_id", "rule"))


def _ranges(characters: int) -> Iterator[tuple[str, str]]:
    """The first id of each part of the prompts and the one it ends before, empty where nothing ends it.

    Ids are hashes, so that parts of their range are alike.
    """
    parts = min(1 << (characters // _AT_ONCE).bit_length(), _IDS)
    edges = (f"{place * _IDS // parts:04x}" for place in range(1, parts))
    yield from pairwise(["", *edges, ""])


def _tally(broken: pl.DataFrame) -> pl.DataFrame:
    return broken.group_by("rule").agg(pl.len(), pl.col("broken").sum())


def _records(
    connection: duckdb.DuckDBPyConnection,
    rules: dict[str, tuple[Policy, ResponseRule]],
    votes: pl.DataFrame,
    known: frozenset[str],
) -> Iterator[dict[str, Any]]:
    """A record per vote that was not delivered yet, by key; only their texts are fetched."""
    given = (_Verdict(_key(rules[rule][1], rule, pair), pair, rule, *row) for pair, rule, *row in votes.iter_rows())
    fresh = sorted(verdict for verdict in given if verdict.key not in known)
    if not fresh:
        return
    pairs = _frame(connection, "judging/pairs", pairs=",".join(sorted({verdict.pair_id for verdict in fresh})))
    rows = {row["pair_id"]: row for row in pairs.iter_rows(named=True)}
    for verdict in fresh:
        policy, rule = rules[verdict.rule]
        row = rows[verdict.pair_id]
        better, worse = ("a", "b") if verdict.choice == "a" else ("b", "a")
        record = {
            "key": verdict.key,
            "rule": verdict.rule,
            "family": f"{policy.name}/{rule.name}",
            "rubric": rule.rubric,
            "policy": policy.ref,
            "aspect": verdict.dimension,
            "messages": row["messages"],
            "better": row[f"text_{better}"],
            "worse": row[f"text_{worse}"],
            "better_generator": _first(row[f"generators_{better}"]),
            "worse_generator": _first(row[f"generators_{worse}"]),
            **{context: row[context] for context in ("task", "scenario", "risk_level", "language")},
        }
        yield {each: value for each, value in record.items() if value is not None}


def _key(rule: ResponseRule, rater: str, pair_id: str) -> str:
    return hashlib.sha256(f"{rater}\n{rule.rubric}\n{pair_id}".encode()).hexdigest()


def _first(names: list[str] | None) -> str | None:
    return names[0] if names else None


def _frame(connection: duckdb.DuckDBPyConnection, name: str, **params: str) -> pl.DataFrame:
    return pl.DataFrame(ArrowStream(connection.sql(sql_text(name), params=params)))
