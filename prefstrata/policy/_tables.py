"""Policies as rows, so that SQL can join what the value ordering says."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from prefstrata.policy._gates import GATE_SCHEMA, gate_rows
from prefstrata.policy._noise_checks import MEASURES
from prefstrata.policy._online import ONLINE_COLUMNS
from prefstrata.policy._weighing import DIFFICULTIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.engine import Engine
    from prefstrata.policy._noise_checks import Measure
    from prefstrata.policy._types import Policy

_LIST_OF_TEXT = pl.List(pl.String)
_SCHEMAS: dict[str, dict[str, Any]] = {
    "policy.scenarios": {
        "scenario": pl.String,
        "policy": pl.String,
        "prior": pl.Float64,
        "tie_margin": pl.Float64,
        "rating_margin": pl.Float64,
        "cap": pl.Float64,
        "floor": pl.Float64,
        "arbitration": pl.Float64,
        "seed": pl.Int64,
        "aggregation": pl.String,
        "mixing": pl.Float64,
        "mixing_refused": pl.Boolean,
        "half_life": pl.Int64,
        "oldest": pl.Float64,
    },
    "policy.difficulties": {"scenario": pl.String, "difficulty": pl.String, "times": pl.Float64},
    "policy.priorities": {"scenario": pl.String, "risk_level": pl.String, "dimension": pl.String, "priority": pl.Int64},
    "policy.strata": {"scenario": pl.String, "stratum": pl.String, "reliability": pl.Float64, "share": pl.Float64},
    "policy.margins": {"scenario": pl.String, "margin": pl.String, "value": pl.String, "share": pl.Float64},
    "policy.limits": {"holder": pl.String, "most": pl.Float64},
    "policy.quotas": {
        "scenario": pl.String,
        "quota": pl.String,
        "per": _LIST_OF_TEXT,
        "most": pl.Int64,
        "layers": _LIST_OF_TEXT,
    },
    "policy.dimensions": {
        "scenario": pl.String,
        "dimension": pl.String,
        "definition": pl.String,
        "kind": pl.String,
        "priority": pl.Int64,
        "weight": pl.Float64,
    },
    "policy.rules": {
        "scenario": pl.String,
        "rank": pl.Int64,
        "rule": pl.String,
        "layer": pl.String,
        "reason": pl.String,
        "kinds": _LIST_OF_TEXT,
        "strata": _LIST_OF_TEXT,
        "any_strata": _LIST_OF_TEXT,
        "risk_levels": _LIST_OF_TEXT,
        "decided": pl.Boolean,
        "min_p": pl.Float64,
        "min_trust": pl.Float64,
        "max_trust": pl.Float64,
        "min_votes": pl.Int64,
        "min_disagreement": pl.Float64,
        "max_disagreement": pl.Float64,
        "max_flips": pl.Int64,
        "rationale": pl.Boolean,
        "settled": pl.Boolean,
        "rule_clean": pl.Boolean,
        "max_votes": pl.Int64,
        "min_people": pl.Int64,
        "experts_agree": pl.Boolean,
        "expert_rationale": pl.Boolean,
    },
    "policy.response_rules": {"scenario": pl.String, "rater_id": pl.String, "rubric": pl.String},
    "policy.settling": {"scenario": pl.String, "round": pl.String, "stratum": pl.String},
    "policy.queues": {"scenario": pl.String, "queue": pl.String, "size": pl.Int64},
    "policy.online": {
        "scenario": pl.String,
        **{name: pl.Float64 if name in {"clip", "unknown"} else pl.Int64 for name in ONLINE_COLUMNS},
    },
    "policy.noise_limits": {
        "scenario": pl.String,
        "noise": pl.String,
        "measure": pl.String,
        "unit": pl.String,
        "beyond": pl.String,
        "threshold": pl.Float64,
        "least": pl.Int64,
        "severity": pl.String,
        "cap": pl.Float64,
        "meaning": pl.String,
        "action": pl.String,
        "proposal": pl.String,
    },
    "policy.requirements": {"scenario": pl.String, "risk_level": pl.String, "rationale": pl.Boolean},
    "policy.gates": GATE_SCHEMA,
    "policy.privacy": {
        "scenario": pl.String,
        "personal_data": pl.String,
        "kinds": _LIST_OF_TEXT,
        "regions": _LIST_OF_TEXT,
    },
}


def load_policies(engine: Engine, policies: Iterable[Policy]) -> None:
    """Write the ``policy.*`` tables, replacing what was there."""
    rows = _rows(tuple(policies))
    for name, schema in _SCHEMAS.items():
        engine.load(name, pl.DataFrame(rows[name], schema=schema, orient="row"))


def requirements(policies: Iterable[Policy], what: Literal["rationale", "tags"]) -> frozenset[tuple[str, str]]:
    """The (scenario, risk level) cells in which a vote needs a reason, or tags; scenario * stands for all not named."""
    return frozenset(
        (scenario, risk)
        for policy in policies
        for scenario, risk in product(policy.scenarios, getattr(policy.require, what))
    )


def _margins(policy: Policy) -> dict[str, dict[str, float]]:
    """By margin, the share that is declared for each of its values."""
    mixture = policy.mixture
    return {
        "stratum": {name: each.share for name, each in policy.strata.items() if each.share is not None},
        "task": mixture.tasks,
        "risk_level": {str(name): share for name, share in mixture.risk_levels.items()},
        "dimension": mixture.dimensions,
    }


def _rows(policies: tuple[Policy, ...]) -> dict[str, list[tuple[Any, ...]]]:
    governed = [(scenario, policy) for policy in policies for scenario in policy.scenarios]
    return {
        "policy.scenarios": [
            (
                scenario,
                policy.ref,
                policy.estimate.prior,
                policy.estimate.tie_margin,
                policy.estimate.rating_margin,
                policy.cap,
                policy.mixture.floor,
                policy.arbitration,
                policy.queues.seed,
                policy.aggregation.rule,
                policy.mixing.most,
                policy.mixing.refuse,
                policy.recency.half_life,
                policy.recency.least,
            )
            for scenario, policy in governed
        ],
        # Only what is not 1: nothing else has to be told apart.
        "policy.difficulties": [
            (scenario, each, times)
            for scenario, policy in governed
            for each in DIFFICULTIES
            if (times := getattr(policy.difficulty, each)) != 1
        ],
        "policy.strata": [
            (scenario, stratum, each.reliability, each.share)
            for scenario, policy in governed
            for stratum, each in sorted(policy.strata.items())
        ],
        "policy.priorities": [
            (scenario, risk, dimension, place)
            for scenario, policy in governed
            for risk in sorted(policy.priority)
            for place, dimension in enumerate(policy.order(risk), start=1)
        ],
        "policy.margins": [
            (scenario, margin, value, share)
            for scenario, policy in governed
            for margin, shares in _margins(policy).items()
            for value, share in sorted(shares.items())
        ],
        "policy.limits": [
            (holder, most)
            for policy in policies
            if "*" in policy.scenarios
            for holder, most in policy.limits.model_dump().items()
            if most is not None
        ],
        "policy.quotas": [
            (scenario, each.quota, sorted(each.per), each.most, list(each.layers))
            for scenario, policy in governed
            for each in policy.quotas
        ],
        "policy.dimensions": [
            (scenario, dimension.name, dimension.definition, dimension.kind, priority, policy.weight(dimension))
            for scenario, policy in governed
            for priority, dimension in enumerate(policy.dimensions, start=1)
        ],
        "policy.rules": [
            (scenario, rank, each.rule, each.layer, each.because, *each.when.model_dump().values())
            for scenario, policy in governed
            for rank, each in enumerate((*policy.require.rules, *policy.layers), start=1)
        ],
        "policy.response_rules": [
            (scenario, f"rule:{policy.rater(rule)}", rule.rubric)
            for scenario, policy in governed
            for rule in policy.response_rules
        ],
        "policy.settling": [
            (scenario, round_, stratum)
            for scenario, policy in governed
            for round_, stratum in sorted(set(product(policy.settling, policy.settlers)))
        ],
        "policy.queues": [
            (scenario, queue, size)
            for scenario, policy in governed
            for queue, size in policy.queues.model_dump(exclude={"seed"}).items()
        ],
        "policy.online": [(scenario, *policy.online.row) for scenario, policy in governed],
        "policy.noise_limits": [_limit(scenario, policy, each) for scenario, policy in governed for each in MEASURES],
        "policy.requirements": [
            (scenario, risk, risk in policy.require.rationale)
            for scenario, policy in governed
            for risk in ("low", "medium", "high")
        ],
        "policy.gates": gate_rows((scenario, policy.gates) for scenario, policy in governed),
        "policy.privacy": [(scenario, *policy.privacy.row) for scenario, policy in governed],
    }


def _limit(scenario: str, policy: Policy, measure: Measure) -> tuple[Any, ...]:
    checks = policy.noise
    return (
        scenario,
        measure.noise,
        measure.name,
        measure.unit,
        measure.beyond,
        float(getattr(checks, measure.name)),
        checks.least,
        "error" if measure.noise in checks.errors else "warning",
        checks.cap if measure.capped else None,
        measure.meaning,
        measure.action,
        measure.proposal,
    )
