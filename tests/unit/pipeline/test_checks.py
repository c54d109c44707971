"""Checks: a SELECT of bad rows, counted, sampled, and told so that a person can act."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine, sql_names
from prefstrata.model import GateBlockedError
from prefstrata.model.tables import TABLES
from prefstrata.pipeline import STAGES, check_meaning
from prefstrata.pipeline._checks import demand, run_check
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARE = "checks/ledger/votes_compare_two_things"
TEXTS = "checks/ledger/votes_have_their_texts"


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """A warehouse with every table, all empty."""
    with closing(DuckDBEngine(":memory:")) as made:
        for each in TABLES:
            made.ensure(each)
        yield made


def _bad_votes(engine: DuckDBEngine, count: int) -> None:
    rows = [
        {"vote_id": f"v{n:02d}", "source": "s" * 200, "left_id": "same", "right_id": "same", "choice": "left"}
        for n in range(count)
    ]
    engine.load("ledger.votes", frame("ledger.votes", rows))


def test_nothing_bad_passes(engine: DuckDBEngine) -> None:
    """An empty warehouse passes every check, and demanding so gives the results back."""
    results = tuple(run_check(engine, name) for name in sql_names("checks"))
    assert len(results) > 10
    assert all(result.passed and result.bad == 0 for result in results)
    assert demand("ledger", results) == results


def test_bad_rows_are_counted_and_twenty_are_shown(engine: DuckDBEngine) -> None:
    """All are counted; the sample is small whatever went wrong."""
    _bad_votes(engine, 25)
    result = run_check(engine, COMPARE)
    assert (result.passed, result.bad, result.sample.height) == (False, 25, 20)
    assert list(result.sample["vote_id"]) == [f"v{n:02d}" for n in range(20)]


def test_a_blocked_stage_names_each_failed_check_and_its_first_bad_rows(engine: DuckDBEngine) -> None:
    """It says which checks, how many rows, the first of them, and what a bad row means; the command ends with 3."""
    _bad_votes(engine, 1)
    results = tuple(run_check(engine, name) for name in sql_names("checks/ledger"))
    with pytest.raises(GateBlockedError) as caught:
        demand("ledger", results)
    error = caught.value
    assert error.exit_code == 3
    assert error.where == "the ledger stage"
    assert f"{COMPARE} found 1 bad row, such as vote_id=v00" in error.what
    assert f"{TEXTS} found 3 bad rows" in error.what
    assert "nothing_is_lost" not in error.what
    assert error.todo == check_meaning(COMPARE)
    assert "s" * 61 not in error.what


@pytest.mark.parametrize("name", sql_names("checks"))
def test_every_check_says_what_a_bad_row_is_and_guards_a_stage(name: str) -> None:
    """The head of a check's SQL is what people read; a check no stage runs would guard nothing."""
    meaning = check_meaning(name)
    assert meaning.startswith("Bad row: ")
    assert meaning.count(". ") >= 1
    assert "--" not in meaning
    assert name in {check for stage in STAGES for check in stage.checks}
