"""What the manifest says of online feedback: what was heard, what was set aside, what came late, who withdrew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from prefstrata.engine import Engine
    from prefstrata.releases.consent import Withdrawals

__all__ = ["EMPTY", "describe_online", "late_since"]

EMPTY: dict[str, Any] = {
    "events": 0,
    "skewed": 0,
    "deliveries_passed_over": 0,
    "backflow": {"answered": 0, "changed": 0},
    "trends": [],
    "suspended": [],
    "suspended_accounts": [],
    "withdrawn": {"subjects": 0, "events": 0, "judgements": 0},
    "signals": [],
    "positions": [],
    "attribution": [],
    "late": [],
}
"""What the first releases, which did not speak of it, are taken to say."""


def describe_online(engine: Engine, withdrawn: Withdrawals) -> dict[str, Any]:
    """Everything but what came late, which depends on the release before."""
    return {
        **engine.query("manifest/clocks").row(0, named=True),
        "backflow": engine.query("manifest/backflow").row(0, named=True),
        "trends": engine.query("manifest/trends").to_dicts(),
        "suspended": engine.query("manifest/suspended").to_dicts(),
        "suspended_accounts": engine.query("manifest/suspended_accounts").to_dicts(),
        "withdrawn": {**engine.query("manifest/withdrawals").row(0, named=True), **withdrawn.described()},
        "signals": engine.query("manifest/signals").to_dicts(),
        "positions": engine.query("manifest/first_places").to_dicts(),
        "attribution": engine.query("manifest/attribution").to_dicts(),
    }


def late_since(engine: Engine, earlier: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Events that the release before should have known: rows of ``source``, ``day`` and ``events``."""
    batches = [batch["batch_id"] for batch in earlier["batches"]] if earlier else []
    engine.load("manifest.known", pl.DataFrame({"batch_id": batches}, schema={"batch_id": pl.String}))
    return engine.query("manifest/late").to_dicts()
