"""The suites: every expectation holds on what is right, fails on what is wrong, and says which rows."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from pydantic import ValidationError

from checks._suites import SUITES, Expectation, Suite, read_suite
from prefstrata.engine import DuckDBEngine
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import TABLES, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = datetime(2999, 1, 1)  # noqa: DTZ001 - the tables hold UTC without a zone
NOW = datetime(2026, 10, 1, 12)  # noqa: DTZ001 - see above
HASH = "0" * 64

# A row that meets every expectation of its suite, and per expectation what to change for it to fail.
RIGHT: dict[str, dict[str, Any]] = {
    "ledger.votes": {
        "vote_id": "v",
        "choice": "left",
        "strength": 0.5,
        "dimension": "overall",
        "rater_id": "crowd:ann",
        "shown_at": NOW,
        "decided_at": NOW,
        "source": "crowd",
        "supervisor": "crowd",
    },
    "ledger.ratings": {
        "rating_id": "r",
        "dimension": "overall",
        "value": 3.0,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "rater_id": "crowd:ann",
        "source": "stars",
        "supervisor": "crowd",
    },
    "ledger.batches": {
        "batch_id": HASH,
        "source": "s",
        "uri": "u",
        "read": 100,
        "accepted": 99,
        "quarantined": 1,
        "rows": 5,
    },
    "ledger.events": {
        "event_id": "e",
        "kind": "like",
        "user_id": "u1",
        "position": 0,
        "value": 1.5,
        "occurred_at": NOW,
        "source": "users",
    },
    "ledger.prompts": {
        "prompt_id": "p",
        "messages": [{"role": "user", "content": "?"}],
        "risk_level": "low",
        "scenario": "general",
        "language": "zh-Hant-TW",
    },
    "ledger.responses": {"response_id": "r", "prompt_id": "p", "content": "!", "generator": "g"},
    "ledger.raters": {"rater_id": "judge:m", "supervisor": "judge", "version": "1"},
    "ledger.steps": {"step_id": "s", "index": 0, "output": "o", "reward": -1.0},
    "ledger.quarantine": {"batch_id": HASH, "reason": "wrong_type", "raw_sha256": HASH},
    "noise.trends": {"task": "chat", "votes": 50, "state": "steady"},
}
WRONG: dict[str, tuple[int, dict[str, Any]]] = {
    "votes_have_a_rater": (1, {"rater_id": None}),
    "choices_are_known": (1, {"choice": "up"}),
    "dimensions_are_named": (1, {"dimension": ""}),
    "strength_is_a_share": (1, {"strength": 3.0}),
    "rankings_have_their_size": (1, {"judgement_id": "j"}),
    "votes_are_not_from_the_future": (1, {"decided_at": LATER}),
    "votes_come_after_they_are_shown": (1, {"shown_at": LATER}),
    "a_crowd_is_not_one_person": (201, {}),
    "ratings_have_a_value": (1, {"value": None}),
    "scales_have_a_length": (1, {"scale_max": 1.0}),
    "scales_are_used": (100, {"rater_id": "user:u", "supervisor": "user"}),
    "raters_do_not_all_say_the_same": (100, {"dimension": "truth"}),
    "batches_are_read_once": (2, {}),
    "batch_ids_are_hashes": (1, {"batch_id": "b"}),
    "files_are_not_empty": (1, {"read": 0}),
    "few_records_are_refused": (1, {"quarantined": 21}),
    "accepted_records_say_something": (1, {"rows": 0}),
    "kinds_are_known": (1, {"kind": "hover"}),
    "users_are_pseudonyms": (1, {"user_id": "ann@example.org"}),
    "events_have_a_user": (1, {"user_id": None}),
    "positions_count_from_zero": (1, {"position": -1}),
    "amounts_are_not_negative": (1, {"value": -1.0}),
    "events_are_dated": (1, {"occurred_at": None}),
    "events_are_not_from_the_future": (1, {"occurred_at": LATER}),
    "risk_levels_are_known": (1, {"risk_level": "huge"}),
    "prompts_end_with_the_user": (1, {"messages": [{"role": "assistant", "content": "!"}]}),
    "prompts_are_described": (2, {"scenario": None}),
    "languages_are_tags": (1, {"language": "Traditional Chinese"}),
    "responses_have_a_prompt": (1, {"prompt_id": None}),
    "responses_are_not_empty": (1, {"content": ""}),
    "responses_are_of_readable_length": (1, {"content": "x" * 100_001}),
    "generators_are_known": (2, {"generator": None}),
    "supervisors_are_known": (1, {"supervisor": "boss"}),
    "raters_are_named_by_their_supervisor": (1, {"rater_id": "m"}),
    "judges_have_a_version": (1, {"version": None}),
    "rewards_are_on_their_scale": (1, {"reward": 5.0}),
    "steps_count_from_zero": (1, {"index": -1}),
    "steps_produce_something": (1, {"output": None}),
    "refusals_have_a_reason": (1, {"reason": None}),
    "refusals_can_be_found": (1, {"raw_sha256": "cut"}),
    "tasks_do_not_drift": (1, {"state": "drifting"}),
}
# What else must fail when an expectation does, since it looks at the same thing from another side.
ALSO = {
    "files_are_not_empty": {"few_records_are_refused"},
    "supervisors_are_known": {"raters_are_named_by_their_supervisor"},
    "raters_do_not_all_say_the_same": {"scales_are_used"},
}
CASES = [(suite, expectation) for suite in SUITES for expectation in suite.expectations]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    """An empty warehouse."""
    made = DuckDBEngine(":memory:")
    for each in TABLES:
        made.ensure(each)
    yield made
    made.close()


def fill(engine: DuckDBEngine, full_name: str, rows: list[dict[str, Any]]) -> None:
    """Make these the rows of a table; what they do not say is null."""
    with engine.connection() as connection:
        connection.execute(f"delete from {full_name}").fetchall()  # noqa: S608 - a name of tables.py
        frame = pl.DataFrame([{**RIGHT[full_name], **row} for row in rows], infer_schema_length=None)
        # DuckDB does not read Arrow's null type.
        frame = frame.with_columns(pl.selectors.by_dtype(pl.Null).cast(pl.String))
        connection.register("rows_given", ArrowStream(frame))
        connection.execute(f"insert into {full_name} by name select * from rows_given").fetchall()  # noqa: S608 - see above
        connection.unregister("rows_given")


def test_every_expectation_is_tried() -> None:
    """No expectation is there that nobody has seen fail."""
    names = [expectation.name for _, expectation in CASES]
    assert len(names) >= 15
    assert sorted(names) == sorted(WRONG)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.table)
def test_a_suite_tells_right_from_wrong(suite: Suite, engine: DuckDBEngine, tmp_path: Path) -> None:
    """Right rows meet all of it; each wrong one fails its expectation, and the result counts and names it."""
    from checks._expectations import _ids  # noqa: PLC0415 - Dagster takes a second
    from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds

    key = table(suite.table).key[0]
    fill(engine, suite.table, [{}])
    assert all(found.passed for found in validate(engine, suite, _ids(suite.table), tmp_path))
    assert suite.table.partition(".")[0] in (tmp_path / "index.html").read_text("utf-8")
    for expectation in suite.expectations:
        times, change = WRONG[expectation.name]
        fill(engine, suite.table, [change] * times)
        found = {each.name: each for each in validate(engine, suite, _ids(suite.table), tmp_path)}
        failed = {name for name, each in found.items() if not each.passed}
        assert expectation.name in failed
        assert failed - {expectation.name} <= ALSO.get(expectation.name, set())
        assert found[expectation.name].bad > 0
        if expectation.type != "unexpected_rows_expectation":
            wrong = change.get(key, RIGHT[suite.table][key])
            assert all(row[key] == wrong for row in found[expectation.name].sample)
            assert found[expectation.name].sample


def test_bad_rows_are_counted_by_slice(engine: DuckDBEngine, tmp_path: Path) -> None:
    """A result says which sources bad rows come from, all of them counted, the worst first."""
    from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds

    [suite] = [suite for suite in SUITES if suite.table == "ledger.events"]
    wrong = {"user_id": "+49 30 1234", "source": "app"}
    fill(engine, suite.table, [{}, *[wrong] * 25, {**wrong, "source": "web"}])
    [found] = [each for each in validate(engine, suite, ["event_id"], tmp_path) if each.name == "users_are_pseudonyms"]
    assert (found.bad, len(found.sample)) == (26, 20)
    assert found.slices == [{"source": "app", "bad": 25}, {"source": "web", "bad": 1}]
    assert "49" not in str(found)


def test_a_broken_expectation_is_an_error(engine: DuckDBEngine, tmp_path: Path) -> None:
    """An expectation that cannot be evaluated says nothing about the data: it must not look like bad data."""
    from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds

    broken = Expectation(
        name="broken",
        type="expect_column_values_to_not_be_null",
        kwargs={"column": "colour"},
        severity="critical",
        meaning="There is no such column.",
    )
    with pytest.raises(ValueError, match=r"ledger\.votes that could not be evaluated: broken: .*colour"):
        validate(engine, Suite(table="ledger.votes", expectations=(broken,)), ["vote_id"], tmp_path)


def test_validating_leaves_the_connection_as_it_was(engine: DuckDBEngine, tmp_path: Path) -> None:
    """No open transaction, no other schema, no temporary table stays behind on the run's own connection."""
    from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds

    validate(engine, SUITES[0], ["batch_id"], tmp_path)
    with engine.connection() as connection:
        assert connection.execute("select current_schema()").fetchall() == [("main",)]
        assert connection.execute("select count(*) from duckdb_tables() where temporary").fetchall() == [(0,)]
    with engine.transaction():
        engine.ensure(table("ledger.votes"))


def test_a_misspelt_suite_is_refused(tmp_path: Path) -> None:
    """A key that means nothing is a mistake, not a comment."""
    path = tmp_path / "ledger.votes.yaml"
    path.write_text("table: ledger.votes\nexpectation: []\n")
    with pytest.raises(ValidationError, match="expectation"):
        read_suite(path)


def test_great_expectations_can_be_imported_in_a_run() -> None:
    """Dagster starts runs in processes without a main file; there, Spark's client would end the process on import."""
    code = "import sys, checks._validating; print('imported', 'pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["imported", "False"]


def test_listing_checks_does_not_import_great_expectations() -> None:
    """Its seconds are paid by a run that checks, not by whoever opens the UI."""
    code = "import sys, checks; print(len(checks.CHECKS), *{'great_expectations', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split()[1:] == []
    assert int(done.stdout.split()[0]) > len(SUITES)
