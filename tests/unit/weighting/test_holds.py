"""A stratum on which a noise check failed is not weighted up."""

from __future__ import annotations

from prefstrata.engine import DuckDBEngine
from prefstrata.weighting import COMPUTED
from tests.sql._cases import frame


def _factors(*, held: bool) -> dict[str, float]:
    """Two cells that tell as much, of which the policy wants nine tenths for users."""
    cell = {"scenario": "*", "task": "*", "risk_level": "*", "dimension": "*", "difficulty": "*"}
    cell |= {"information": 1.0, "recency": 1.0, "times": 1.0, "records": 2}
    rows = {
        "weighting.cells": [
            {"cell": "u", "stratum": "user/online", **cell},
            {"cell": "c", "stratum": "crowd/offline", **cell},
        ],
        "policy.scenarios": [{"scenario": "*", "floor": 0.0, "cap": 4.0}],
        "policy.margins": [{"scenario": "*", "margin": "stratum", "value": "user/online", "share": 0.9}],
        "noise.holds": [{"scenario": "*", "stratum": "user/online", "cap": 1.0, "noises": ["N2"]}] if held else [],
    }
    engine = DuckDBEngine(":memory:")
    try:
        for name, given in rows.items():
            engine.load(name, frame(name, given))
        COMPUTED["weighting.factors"].fill(engine)
        return dict(engine.read("weighting.factors").select("cell", "factor").iter_rows())
    finally:
        engine.close()


def test_a_held_stratum_keeps_its_share_of_the_trust_at_most() -> None:
    """Whatever share is declared for it; the other strata keep their factors."""
    free, held = _factors(held=False), _factors(held=True)
    assert free["u"] > 1.7
    assert held == {"u": 1.0, "c": free["c"]}
