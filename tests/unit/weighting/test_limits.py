"""Limits: in the released weights themselves, no user and no day holds more than its share, exactly."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefstrata.engine import DuckDBEngine
from prefstrata.model.tables import TABLES
from prefstrata.weighting import COMPUTED, limited
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORD = "{number:03d}"


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    """A warehouse whose tables every example fills anew."""
    with closing(DuckDBEngine(":memory:", threads=2)) as made:
        for each in TABLES:
            made.ensure(each)
        yield made


_PARTS = st.lists(
    st.tuples(
        st.integers(0, 29),  # the record
        st.integers(0, 11),  # the user
        st.integers(0, 3),  # the day
        st.integers(1, 9),  # how often
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=_PARTS,
    told=st.lists(st.floats(0.001, 1), min_size=30, max_size=30),
    own=st.lists(st.floats(0, 1), min_size=30, max_size=30),
    user=st.sampled_from([0.001, 0.01, 0.05, 0.3]),
    day=st.sampled_from([0.01, 0.1, 0.5]),
)
def test_no_user_and_no_day_exceeds_its_limit_in_the_released_weights(  # noqa: PLR0913, PLR0917 - one argument a part
    engine: DuckDBEngine,
    said: list[tuple[int, int, int, int]],
    told: list[float],
    own: list[float],
    user: float,
    day: float,
) -> None:
    """Record 0 is an expert's, so limits can hold; then they hold in exact arithmetic over what trainers get."""
    parts = _shares(said, own)
    _fill(engine, told, parts, {"user": user, "cohort_day": day})
    weights = _weights(engine)
    whole = sum(weights.values())
    left = dict.fromkeys(weights, Fraction(1))
    kept = {tuple(row[:3]): Fraction(row[3]) for row in engine.read("weighting.limited").iter_rows()}
    for record, rater, when, share in parts:
        left[record] -= Fraction(share) * (1 - kept.get((rater, "app", when), Fraction(1)))
    held: dict[tuple[str, str], Fraction] = {}
    for record, rater, when, share in parts:
        if left[record]:
            part = weights[record] * Fraction(share) * kept.get((rater, "app", when), Fraction(1)) / left[record]
            held["user", rater] = held.get(("user", rater), Fraction(0)) + part
            held["day", when] = held.get(("day", when), Fraction(0)) + part
    for (kind, _), weight in held.items():
        assert weight <= Fraction(user if kind == "user" else day) * whole
    assert engine.query("checks/weights/limits_hold").is_empty()


def _shares(said: list[tuple[int, int, int, int]], own: list[float]) -> list[tuple[str, str, str, float]]:
    """Rows of record, user, day and share of the evidence; record 0 has no user, of the others `own` is not users'."""
    counts: dict[tuple[int, int, int], int] = {}
    for record, rater, when, often in said:
        if record:
            counts[record, rater, when] = counts.get((record, rater, when), 0) + often
    wholes: dict[int, int] = {}
    for (record, _, _), often in counts.items():
        wholes[record] = wholes.get(record, 0) + often
    return [
        (
            _RECORD.format(number=record),
            f"user:{rater}",
            f"2026-11-{when + 1:02d}",
            int((1 - own[record]) * often / wholes[record] * 1e9) / 1e9,
        )
        for (record, rater, when), often in counts.items()
    ]


def _fill(
    engine: DuckDBEngine, told: list[float], parts: list[tuple[str, str, str, float]], limits: dict[str, float]
) -> None:
    member = {
        "kind": "pairs",
        "scenario": "*",
        "stratum": "user/online",
        "task": "*",
        "risk_level": "*",
        "dimension": "*",
    }
    rows = [
        {**member, "record_id": _RECORD.format(number=n), "cell": "c", "information": each}
        for n, each in enumerate(told)
    ]
    given = [
        {"kind": "pairs", "record_id": record, "rater_id": rater, "cohort": "app", "day": when, "share": share}
        for record, rater, when, share in parts
    ]
    tables = {
        "weighting.members": rows,
        "weighting.parts": given,
        "weighting.factors": [{"cell": "c", "factor": 1.23456789}],
        "policy.limits": [{"holder": name, "most": most} for name, most in limits.items()],
    }
    for name, each in tables.items():
        engine.load(name, frame(name, each))
    for name in ("weighting.cells", "weighting.user_days"):
        engine.build(name)
    COMPUTED["weighting.limited"].fill(engine)
    for name in ("weighting.weights", "weighting.limits"):
        engine.build(name)


def _weights(engine: DuckDBEngine) -> dict[str, Fraction]:
    """What a checkout gives: what the record tells times its cell's factor."""
    factors = {row["cell"]: row["factor"] for row in engine.query("manifest/cells").iter_rows(named=True)}
    joined = engine.read("weighting.weights").join(engine.read("weighting.members"), on="record_id")
    return {
        row["record_id"]: Fraction(row["information"] * factors[row["cell"]]) for row in joined.iter_rows(named=True)
    }


def _days(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(rater, "app", day, weight) for rater, day, weight in rows],
        schema={"rater_id": pl.String, "cohort": pl.String, "day": pl.String, "weight": pl.Float64},
        orient="row",
    )


def test_who_is_over_the_limit_comes_down_to_it_and_nobody_else_does() -> None:
    """Of 100 that others hold, the heavy user keeps about a tenth of all, the light one all of its own."""
    kept = limited(_days(("heavy", "1", 50), ("light", "1", 2)), 100, {"user": 0.1})
    assert kept["rater_id"].to_list() == ["heavy"]
    held = 50 * kept["kept"][0]
    assert 0.097 < held / (102 + held) <= 0.1


def test_a_limit_that_cannot_hold_takes_nothing_from_anybody() -> None:
    """Three users who are all there is cannot each have a thousandth."""
    days = _days(("a", "1", 50), ("b", "2", 2), ("c", "3", 1))
    assert limited(days, 0, {"user": 0.001, "cohort_day": 0.01}).is_empty()
    assert not limited(days, 1, {"user": 0.001}).is_empty()


def test_nobody_to_limit_is_no_problem() -> None:
    """Without users, and with users whose evidence weighs nothing, there is nothing to scale."""
    assert limited(_days(), 5, {"user": 0.001}).is_empty()
    assert limited(_days(("a", "1", 0.0)), 5, {"user": 0.001, "cohort_day": 0.01}).is_empty()


def test_rows_in_another_order_are_scaled_alike() -> None:
    """Nothing depends on the order of ingest, to the last bit."""
    rows = [(f"u{n % 7}", f"{n % 5}", 1 / (n + 1)) for n in range(35)]
    limits = {"user": 0.02, "cohort_day": 0.05}
    assert limited(_days(*rows), 3, limits).equals(limited(_days(*reversed(rows)), 3, limits))
