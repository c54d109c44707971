"""A rater whose scale moved is heard as well as two raters with a scale each."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model.tables import TABLES
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARGIN = 0.25


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """An engine with every table, all empty."""
    engine = DuckDBEngine(":memory:", threads=1)
    for table in TABLES:
        if table.schema not in {"staging", "release"}:
            engine.ensure(table)
    yield engine
    engine.close()


def _rating(prompt: str, response: str, value: float, rater: str, month: int) -> dict[str, Any]:
    who = {"rater_id": rater, "supervisor": "crowd", "mode": "offline", "dimension": "overall", "line": 1}
    scale = {"value": value, "scale_min": 0.0, "scale_max": 1.0}
    at = datetime(2026, month, 10, 12)  # noqa: DTZ001 - the warehouse's timestamps have no zone
    said = {"rating_id": f"{prompt}/{response}", "prompt_id": prompt, "response_id": response, "decided_at": at}
    return {**who, **scale, **said}


def _moved(january: str, june: str) -> list[dict[str, Any]]:
    """Sixty pairs in January around .3 and sixty in June around .7, by a rater each, or by one."""
    chance = random.Random(7)  # noqa: S311 - no secret
    return [
        _rating(f"{month}-{n}", f"{month}-{n}-{side}", level + chance.uniform(-0.1, 0.1), rater, month)
        for month, level, rater in ((1, 0.3, january), (6, 0.7, june))
        for n in range(60)
        for side in "ab"
    ]


def _votes(engine: DuckDBEngine, rows: list[dict[str, Any]]) -> pl.DataFrame:
    prompts = [{"prompt_id": each, "policy_scenario": "*", "task": "t"} for each in {row["prompt_id"] for row in rows}]
    for name, given in (
        ("ledger.ratings", rows),
        ("evidence.prompts", prompts),
        ("policy.scenarios", [{"scenario": "*", "rating_margin": _MARGIN}]),
    ):
        engine.load(name, frame(name, given))
    engine.build("evidence.normalised_ratings")
    engine.build("evidence.votes")
    return engine.read("evidence.votes")


def test_a_moved_scale_makes_no_ties(engine: DuckDBEngine) -> None:
    """One rater whose level moved by four spreads decides as many pairs as two raters would, each with one level."""
    apart = _votes(engine, _moved("ann", "bob"))
    together = _votes(engine, _moved("ann", "ann"))
    said = [{row["pair_id"]: row["choice"] for row in votes.iter_rows(named=True)} for votes in (apart, together)]
    assert said[0].keys() == said[1].keys()
    assert sum(said[0][pair] != said[1][pair] for pair in said[0]) <= 3


@pytest.mark.parametrize(("january", "june", "said"), [(0.45, 0.45, "tie"), (0.45, 0.55, "tie"), (0.45, 0.4, "a")])
def test_across_months_a_side_is_better_by_both_figures_or_neither_is(
    engine: DuckDBEngine, january: float, june: float, said: str
) -> None:
    """Whether the scale moved or the answers got better, nobody knows."""
    rows = [*_moved("ann", "ann"), _rating("both", "a", january, "ann", 1), _rating("both", "b", june, "ann", 6)]
    [vote] = _votes(engine, rows).filter(pl.col("prompt_id") == "both").to_dicts()
    assert vote["choice"] == said


def test_a_month_of_two_ratings_is_read_by_the_rater_s_others(engine: DuckDBEngine) -> None:
    """Two ratings cannot tell how wide a scale is: as far apart as a third of the usual spread, they are no tie."""
    rows = [*_moved("ann", "ann"), _rating("few", "a", 0.96, "ann", 9), _rating("few", "b", 0.94, "ann", 9)]
    rows += [_rating("alike", "c", 0.5, "ann", 11), _rating("alike", "d", 0.51, "ann", 11)]
    votes = {row["prompt_id"]: row["choice"] for row in _votes(engine, rows).to_dicts()}
    assert (votes["few"], votes["alike"]) == ("a", "tie")
