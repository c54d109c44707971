"""The named format seed-jsonl: four shapes in one file."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import IngestSummary, ingest

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name: test
sources:
  - name: seed
    mode: offline
    supervisor: crowd
    path: seed.jsonl
    format: seed-jsonl
"""

PAIRWISE = {"type": "pairwise", "prompt": "p", "winner": "good", "loser": "bad"}
SCALAR = {"type": "scalar", "prompt": "p", "response": "good", "score": 0.5}
PROCESS = {
    "type": "process",
    "prompt": "p",
    "steps": [{"state": "s", "output": "o", "reward": 1}, {"state": None, "output": "q", "reward": -0.5}],
}
MULTI = {
    "type": "pairwise_multi_dim",
    "prompt": "p",
    "candidates": {"A": "good", "B": "bad"},
    "judgement": {"overall_winner": "B", "dims": {"tone": "A", "safety": "tie"}, "reason_tags": ["rude", "long"]},
    "meta": {"scenario": "care", "risk_level": "high", "policy": "care@2"},
}


def _read(
    folder: Path, *records: dict[str, Any], config: str = CONFIG
) -> tuple[IngestSummary, dict[str, list[dict[str, Any]]]]:
    (folder / "prefstrata.yaml").write_text(config, "utf-8")
    (folder / "seed.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    engine = DuckDBEngine(":memory:", threads=1)
    summary = ingest(engine, read_project(folder))
    names = ("prompts", "responses", "votes", "ratings", "steps", "quarantine")
    tables = {name: engine.read(f"ledger.{name}").sort("seq").to_dicts() for name in names}
    engine.close()
    return summary, tables


def test_all_four_shapes_are_read_from_one_file(tmp_path: Path) -> None:
    """The type of each record says what it holds."""
    summary, tables = _read(tmp_path, PAIRWISE, SCALAR, PROCESS, MULTI)
    assert (summary.accepted, summary.quarantined) == (4, 0)
    assert {name: len(rows) for name, rows in tables.items()} == {
        "prompts": 2,  # one prompt, described in two ways
        "responses": 2,
        "votes": 4,
        "ratings": 1,
        "steps": 2,
        "quarantine": 0,
    }


def test_the_winner_wins_overall_and_in_the_dimensions_that_decided(tmp_path: Path) -> None:
    """`meta.dims` names the ground of the choice; overall is there once."""
    _, tables = _read(tmp_path, PAIRWISE | {"meta": {"dims": ["overall", "tone", "tone"], "strength": 0.5}})
    text = {row["response_id"]: row["content"] for row in tables["responses"]}
    assert Counter(vote["dimension"] for vote in tables["votes"]) == {"overall": 1, "tone": 1}
    assert {text[vote[f"{vote['choice']}_id"]] for vote in tables["votes"]} == {"good"}
    assert {vote["strength"] for vote in tables["votes"] if vote["dimension"] == "overall"} == {0.5}


def test_a_pair_can_be_judged_in_one_dimension(tmp_path: Path) -> None:
    """`meta.dimension` is what the winner is better in, as it is what a score is of; nothing is said overall then."""
    records = [
        PAIRWISE | {"meta": {"dimension": "tone", "rater": "ana", "strength": 0.5}},
        PAIRWISE | {"winner": "bad", "loser": "good", "meta": {"dimension": "safety", "rater": "ana"}},
        PAIRWISE | {"meta": {"dimension": " ", "rater": "ben"}},
        PAIRWISE | {"meta": {"dimension": "overall", "dims": ["tone"], "rater": "eva"}},
        PAIRWISE | {"meta": {"dimension": "tone", "dims": [], "rater": "eva", "round": "2"}},
    ]
    summary, tables = _read(tmp_path, *records)
    assert summary.quarantined == 0
    text = {row["response_id"]: row["content"] for row in tables["responses"]}
    chosen = [(vote["dimension"], text[vote[f"{vote['choice']}_id"]], vote["strength"]) for vote in tables["votes"]]
    assert Counter(chosen) == {
        ("tone", "good", 0.5): 1,
        ("tone", "good", None): 2,
        ("safety", "bad", None): 1,
        ("overall", "good", None): 2,
    }


def test_one_dimension_and_several_are_not_named_at_once(tmp_path: Path) -> None:
    """What a record is a verdict of must not be guessed; the reason says which key is for what."""
    summary, tables = _read(
        tmp_path,
        PAIRWISE | {"meta": {"dimension": "tone", "dims": ["safety"]}},
        MULTI | {"meta": {"dimension": "tone"}},
    )
    assert summary.reasons == {"unknown_value": 2}
    assert [row["detail"].split(": ", 1)[1] for row in tables["quarantine"]] == [
        "the verdict is of that dimension alone, and meta.dims names the grounds of a verdict overall",
        "pairwise_multi_dim names dimensions in judgement.dims",
    ]


def test_a_pair_can_be_tied(tmp_path: Path) -> None:
    """`meta.tie` says that neither was better, whatever the keys are called."""
    _, tables = _read(tmp_path, PAIRWISE | {"meta": {"tie": True}})
    assert [vote["choice"] for vote in tables["votes"]] == ["tie"]


def test_every_dimension_is_a_vote_with_the_reasons(tmp_path: Path) -> None:
    """A dimension may contradict the overall winner; both are kept."""
    _, tables = _read(tmp_path, MULTI)
    assert {vote["dimension"]: vote["choice"] for vote in tables["votes"]} == {
        "overall": "right",
        "tone": "left",
        "safety": "tie",
    }
    assert all(vote["reason_tags"] == ["long", "rude"] and vote["policy"] == "care@2" for vote in tables["votes"])
    [prompt] = tables["prompts"]
    assert (prompt["scenario"], prompt["risk_level"]) == ("care", "high")


def test_the_scale_is_the_records_or_the_sources(tmp_path: Path) -> None:
    """From 0 to 1 unless an option or the record says otherwise; outside is refused."""
    five = CONFIG + "    options: {scale: [1, 5]}\n"
    records = (SCALAR | {"score": 4}, SCALAR | {"score": 0.5}, SCALAR | {"score": 80, "meta": {"scale": [0, 100]}})
    summary, tables = _read(tmp_path, *records, config=five)
    assert summary.reasons == {"out_of_scale": 1}
    assert [(row["value"], row["scale_min"], row["scale_max"]) for row in tables["ratings"]] == [
        (4, 1, 5),
        (80, 0, 100),
    ]
    summary, _ = _read(tmp_path, *records)
    assert summary.reasons == {"out_of_scale": 1}


def test_what_does_not_fit_its_type_is_refused(tmp_path: Path) -> None:
    """Each fault has its word, and a record that says nothing is no record."""
    summary, _ = _read(
        tmp_path,
        PAIRWISE | {"type": "pair"},
        {key: value for key, value in PAIRWISE.items() if key != "type"},
        PAIRWISE | {"loser": None},
        PAIRWISE | {"loser": "good"},
        SCALAR | {"score": None},
        PROCESS | {"steps": [{"output": "o", "reward": 3}]},
        MULTI | {"judgement": {"overall_winner": "C"}},
        MULTI | {"judgement": None},
        PAIRWISE | {"meta": {"risk_level": "extreme"}},
    )
    assert summary.accepted == 0
    assert summary.reasons == {
        "identical_sides": 1,
        "missing_text": 1,
        "out_of_scale": 1,
        "says_nothing": 2,
        "unknown_value": 4,
    }
