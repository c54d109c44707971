"""The ledger step adds all that is staged, or nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.engine import DuckDBEngine
from prefstrata.engine._types import parse_type, polars_type
from prefstrata.model.tables import table
from prefstrata.sources._ledger import append_staged, clear_staging


def stage(engine: DuckDBEngine, full_name: str, rows: list[dict[str, Any]]) -> None:
    """Stage rows; a column that a row does not name is null."""
    schema = {column.name: polars_type(parse_type(column.type)) for column in table(full_name).columns}
    engine.load(full_name, pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema))


def stage_files(engine: DuckDBEngine, files: dict[str, list[tuple[str, str | None]]]) -> None:
    """Stage a vote per (choice, own id), of files of one source."""
    batches = [
        {
            "batch_id": name,
            "source": "s",
            "mode": "offline",
            "supervisor": "crowd",
            "read": len(votes),
            "position": place,
        }
        for place, (name, votes) in enumerate(files.items())
    ]
    votes = [
        {"prompt_id": "p", "choice": choice, "own_id": own_id, "batch_id": name, "line": line, "item": 0}
        for name, votes in files.items()
        for line, (choice, own_id) in enumerate(votes, 1)
    ]
    raters = [
        {"rater_id": f"crowd:{vote['choice']}", "batch_id": vote["batch_id"], "line": vote["line"]} for vote in votes
    ]
    stage(engine, "staging.batches", batches)
    stage(engine, "staging.votes", votes)
    stage(engine, "staging.raters", raters)


def content(engine: DuckDBEngine) -> tuple[list[str], int, int]:
    """The ids of the votes, and the ledger's digest over all batches."""
    batches = engine.read("ledger.batches")
    digests = [sum(map(int, batches[column].to_list())) for column in ("digest_high", "digest_low")]
    return sorted(engine.read("ledger.votes")["vote_id"].to_list()), digests[0], digests[1]


def test_tells_what_was_added_and_empties_staging() -> None:
    """Rows per table, counts per batch, and nothing left to add a second time."""
    engine = DuckDBEngine(":memory:", threads=1)
    clear_staging(engine)
    stage_files(engine, {"a": [("left", None), ("right", None)], "b": [("left", "x"), ("left", "x")]})
    stage(engine, "staging.rejects", [{"batch_id": "b", "line": 2, "reason": "not_json"}])
    summary = append_staged(engine)
    assert {name: rows for name, rows in summary.rows.items() if rows} == {
        "ledger.raters": 2,
        "ledger.votes": 3,
        "ledger.quarantine": 1,
        "ledger.batches": 2,
    }
    assert [
        (batch.batch_id, batch.read, batch.accepted, batch.quarantined, batch.rows) for batch in summary.batches
    ] == [
        ("a", 2, 2, 0, 4),
        ("b", 2, 1, 1, 1),
    ]
    assert (summary.read, summary.accepted, summary.quarantined) == (4, 3, 1)
    assert append_staged(engine).batches == ()
    engine.close()


def test_refuses_a_batch_that_does_not_add_up() -> None:
    """What is in the ledger once is there for good: better no run than one that lost count."""
    engine = DuckDBEngine(":memory:", threads=1)
    clear_staging(engine)
    stage_files(engine, {"a": [("left", None)], "b": []})
    stage(engine, "staging.rejects", [{"batch_id": "b", "line": 1, "reason": "not_json", "raw": "{"}])
    with pytest.raises(ValueError, match="more was refused than read: b"):
        append_staged(engine)
    assert engine.read("ledger.votes").is_empty()
    assert engine.read("ledger.batches").is_empty()
    engine.close()


def test_refuses_a_batch_that_the_ledger_has() -> None:
    """Adding a file twice would count its votes twice; nothing is added, and staging keeps what it has."""
    engine = DuckDBEngine(":memory:", threads=1)
    clear_staging(engine)
    stage_files(engine, {"a": [("left", None)]})
    append_staged(engine)
    stage_files(engine, {"a": [("left", None)]})
    with pytest.raises(ValueError, match="in the ledger already, or staged twice: a"):
        append_staged(engine)
    assert engine.read("ledger.votes").height == 1
    assert engine.read("staging.votes").height == 1
    engine.close()


VOTES = st.lists(st.tuples(st.sampled_from(["left", "right", "tie"]), st.sampled_from([None, "x", "y"])), max_size=12)


@settings(max_examples=15, deadline=None)
@given(votes=VOTES, cuts=st.lists(st.integers(0, 12), max_size=3), runs=st.integers(1, 3), seed=st.integers(0, 9))
def test_cutting_and_shuffling_files_changes_nothing(
    votes: list[tuple[str, str | None]], cuts: list[int], runs: int, seed: int
) -> None:
    """The same votes in other files, another order and other runs are the same ids and the same digest."""
    whole, pieces = DuckDBEngine(":memory:", threads=1), DuckDBEngine(":memory:", threads=1)
    clear_staging(whole)
    clear_staging(pieces)
    stage_files(whole, {"all": votes})
    append_staged(whole)
    shuffled = random.Random(seed).sample(votes, len(votes))  # noqa: S311 - no secret
    edges = [0, *sorted(min(cut, len(votes)) for cut in cuts), len(votes)]
    files = {f"f{place}": shuffled[start:end] for place, (start, end) in enumerate(pairwise(edges))}
    names = list(files)
    for run in range(runs):
        stage_files(pieces, {name: files[name] for name in names[run::runs]})
        append_staged(pieces)
    assert content(pieces) == content(whole)
    whole.close()
    pieces.close()


ROOT = Path(__file__).parents[3]

KILLED = """
import os, signal, sys
from prefstrata.engine import DuckDBEngine
from prefstrata.sources._ledger import append_staged, clear_staging
from tests.unit.sources.test_ledger import stage_files

class Dying(DuckDBEngine):
    def append(self, full_name, **params):
        if full_name == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().append(full_name, **params)

engine = Dying(sys.argv[1], threads=1)
clear_staging(engine)
stage_files(engine, {"b": [("left", None), ("right", None)]})
append_staged(engine)
"""


@pytest.mark.parametrize("where", ["ledger.prompts", "ledger.ratings", "ledger.batches"])
def test_a_killed_process_leaves_the_ledger_as_it_was(tmp_path: Path, where: str) -> None:
    """SIGKILL before, between and before the last of the appends: the next run adds everything, once."""
    path = tmp_path / "warehouse.duckdb"
    engine = DuckDBEngine(path, threads=1)
    clear_staging(engine)
    stage_files(engine, {"a": [("left", None)]})
    append_staged(engine)
    before = content(engine)
    engine.close()

    ended = subprocess.run([sys.executable, "-c", KILLED, str(path), where], check=False, cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL

    engine = DuckDBEngine(path, threads=1)
    assert content(engine) == before
    clear_staging(engine)
    stage_files(engine, {"b": [("left", None), ("right", None)]})
    assert append_staged(engine).rows["ledger.votes"] == 2
    assert len(content(engine)[0]) == 3
    engine.close()
