"""A prompt with many rated responses does not become the square of them."""

from __future__ import annotations

import polars as pl

from prefstrata.engine import DuckDBEngine
from prefstrata.model.tables import TABLES
from tests.sql._cases import frame

_RATED = 200


def test_of_many_responses_that_one_rater_rated_a_few_are_compared() -> None:
    """32 of them: 496 pairs, each worth its part of 31 votes; another rater's are none of this one's."""
    engine = DuckDBEngine(":memory:", threads=1)
    try:
        for table in TABLES:
            if table.schema not in {"staging", "release"}:
                engine.ensure(table)
        usual = {"prompt_id": "p", "dimension": "tone", "stratum": "user/offline", "has_rationale": False}
        rated = [
            {**usual, "rating_id": f"{rater}{n}", "response_id": f"{n:032}", "rater_id": rater, "z": n / 10}
            for rater, many in (("pool", _RATED), ("ann", 3))
            for n in range(many)
        ]
        for name, rows in (
            ("evidence.normalised_ratings", rated),
            ("evidence.prompts", [{"prompt_id": "p", "policy_scenario": "*"}]),
            ("policy.scenarios", [{"scenario": "*", "rating_margin": 0.0}]),
        ):
            engine.load(name, frame(name, rows))
        engine.build("evidence.votes")
        votes = (
            engine.read("evidence.votes").group_by("rater_id").agg(pl.len(), pl.col("share").unique()).sort("rater_id")
        )
    finally:
        engine.close()
    assert votes.rows() == [("ann", 3, [2 / 3]), ("pool", 496, [2 / 32])]
