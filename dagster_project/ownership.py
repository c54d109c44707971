"""Who owns what, how fresh it must be and what it is made with: for every asset, in this one place."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

__all__ = ["owned"]

_OWNERS = {
    "sources": "team:data-engineering",
    "ledger": "team:data-engineering",
    "policy": "team:preference-policy",
    "privacy": "team:data-engineering",
    "evidence": "team:annotation",
    "noise": "team:annotation",
    "weighting": "team:post-training",
    "layers": "team:post-training",
    "weights": "team:post-training",
    "teaching": "team:preference-policy",
    "queues": "team:annotation",
    "release": "team:post-training",
    "judging": "team:annotation",
    "rules": "team:preference-policy",
}
_FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=25))
"""A day is made every day: a table older than a day and an hour has missed its run."""


def owned(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The spec with its owner, its kinds, and how old it may grow; files grow as old as they like."""
    group = str(spec.group_name)
    kinds = {
        "sources": {"file"},
        "judging": {"file", "openai"},
        "rules": {"file", "polars"},
        "ledger": {"duckdb", "sql"},
        "release": {"parquet", "duckdb"},
    }.get(group, {"duckdb", "sql"})
    fresh = None if group in {"sources", "judging", "rules"} else _FRESH
    return spec.replace_attributes(owners=[_OWNERS[group]], kinds=kinds, freshness_policy=fresh)
