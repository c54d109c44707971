"""Batches for the example project that teach something, and one of the same size that teaches nothing new."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import yaml

from examples.generator import generate
from prefstrata.project import PROJECT_FILE, read_project
from tests._example import join_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

    from prefstrata.project import Project

__all__ = ["BATCHES", "VOTES", "generated", "plant"]

VOTES = 480
"""Votes in every batch."""
_WORKERS = 8
_RIGHT = 0.8
"""How often a worker of a batch without a fault is right."""

Row = dict[str, Any]

_MAP = """
fields:
  messages: [{role: text, content: text}]
  winner: text
  loser: text
  wrote: {winner: text, loser: text}
  aspect: text
  rater: text
  task: text
  scenario: text
  risk_level: text
  number: integer
prompt: {messages: messages}
task: task
scenario: scenario
risk_level: risk_level
id: number
responses:
  winner: {text: winner, generator: wrote.winner}
  loser: {text: loser, generator: wrote.loser}
votes:
  - {left: winner, right: loser, choice: "'left'", dimension: aspect, rater: rater, reason_tags: "['seen']"}
"""
_SOURCE = {
    "name": "more",
    "mode": "offline",
    "supervisor": "crowd",
    "path": "inbox/more/*.jsonl",
    "format": "mapping",
    "defaults": {"language": "en"},
    "map": yaml.safe_load(_MAP),
}


def generated(folder: Path, prompts: int) -> tuple[Project, pl.DataFrame]:
    """The example project with a place for one more batch of the crowd, and its truth."""
    truth = generate(folder, prompts=prompts)
    join_days(folder)
    file = folder / PROJECT_FILE
    config = yaml.safe_load(file.read_text("utf-8"))
    config["sources"].append(_SOURCE)
    file.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return read_project(folder), truth.pairs


def plant(folder: Path, pairs: pl.DataFrame, name: str) -> None:
    """Put the batch of that name into the inbox of a project."""
    path = folder / "inbox" / "more" / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    draw = random.Random(name)  # noqa: S311 - another batch, no secret
    path.write_text("".join(json.dumps(record) + "\n" for record in BATCHES[name](pairs, draw)), "utf-8")


def _record(row: Row, winner: str, rater: int, number: int, dimension: str = "overall") -> Row:
    return {
        "messages": row["prompt"],
        "winner": winner,
        "loser": row["response_2"] if winner == row["response_1"] else row["response_1"],
        "wrote": {},
        "aspect": dimension,
        "rater": f"w-{rater + 1:03}",
        **{key: row[key] for key in ("task", "scenario", "risk_level")},
        "number": number,
    }


def _honest(row: Row, draw: random.Random) -> str:
    """The better response, as often as a worker is right."""
    right = draw.random() < _RIGHT
    return row["response_1"] if (row["truth"] == "first") == right else row["response_2"]


def _rows(pairs: pl.DataFrame, draw: random.Random, **wanted: object) -> list[Row]:
    """Pairs with a winner, each judged by three workers, in as many rows as a batch has votes."""
    found = [
        row
        for row in pairs.iter_rows(named=True)
        if row["truth"] != "tie" and all(row[key] == value for key, value in wanted.items())
    ]
    chosen = draw.sample(found, min(len(found), VOTES // 3))
    return [row for row in chosen for _ in range(3)][:VOTES]


def _votes(rows: Sequence[Row], winner: Callable[[Row, int], str]) -> list[Row]:
    return [_record(row, winner(row, number % _WORKERS), number % _WORKERS, number) for number, row in enumerate(rows)]


def _innocent(pairs: pl.DataFrame, draw: random.Random) -> list[Row]:
    """Workers like those before."""
    return _votes(_rows(pairs, draw, dimension="overall"), lambda row, _: _honest(row, draw))


def _length(pairs: pl.DataFrame, draw: random.Random) -> list[Row]:
    """The longer response wins, whatever it says."""
    return _votes(
        _rows(pairs, draw, dimension="overall"), lambda row, _: max(row["response_1"], row["response_2"], key=len)
    )


def _rater(pairs: pl.DataFrame, draw: random.Random) -> list[Row]:
    """One of the workers says the opposite of what is true."""

    def winner(row: Row, rater: int) -> str:
        if rater:
            return _honest(row, draw)
        return row["response_2"] if row["truth"] == "first" else row["response_1"]

    return _votes(_rows(pairs, draw, dimension="overall"), winner)


def _generator(pairs: pl.DataFrame, draw: random.Random) -> list[Row]:
    """In every third pair, the better answer was written by a model that nobody has seen before."""
    records = _innocent(pairs, draw)
    for record in records[::3]:
        record["winner"] = "Here is what I found: " + record["winner"]
        record["wrote"] = {"winner": "newcomer-9b", "loser": "atlas-7b"}
    return records


def _naturalness(pairs: pl.DataFrame, draw: random.Random) -> list[Row]:
    """In medicine the more natural response wins, where the other is the safer one."""
    keys = ["response_1", "response_2"]
    natural = {tuple(row[key] for key in keys): row["truth"] for row in _rows_of(pairs, "naturalness")}
    conflicts = [
        {**row, "natural": natural[pair]}
        for row in _rows_of(pairs, "safety_boundary")
        for pair in [tuple(row[key] for key in keys)]
        if row["scenario"] == "medical" and natural.get(pair, "tie") not in {"tie", row["truth"]}
    ]
    rows = draw.sample(conflicts, min(len(conflicts), VOTES // 9))
    votes = [(row, dimension) for row in rows for dimension in ("overall", "safety_boundary", "naturalness")]
    return [
        _record(
            row,
            row["response_1"]
            if row["truth" if dimension == "safety_boundary" else "natural"] == "first"
            else row["response_2"],
            (number + turn) % _WORKERS,
            3 * number + turn,
            dimension,
        )
        for number, (row, dimension) in enumerate(votes)
        for turn in range(3)
    ]


def _rows_of(pairs: pl.DataFrame, dimension: str) -> list[Row]:
    return [row for row in pairs.iter_rows(named=True) if row["dimension"] == dimension and row["truth"] != "tie"]


BATCHES: dict[str, Callable[[pl.DataFrame, random.Random], list[Row]]] = {
    "innocent": _innocent,
    "length": _length,
    "rater": _rater,
    "generator": _generator,
    "naturalness": _naturalness,
}
"""By name, what makes a batch from the truth about pairs."""
