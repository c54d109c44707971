"""A project folder and a warehouse in memory, to read files into."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import IngestSummary, ingest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CONFIG", "JOINED", "MAPPED", "Desk", "lines", "pair"]

CONFIG = """
name: test
sources:
  - name: seed
    mode: offline
    supervisor: crowd
    path: inbox/*.jsonl*
    format: seed-jsonl
"""

MAPPED = """
name: test
sources:
  - name: long
    mode: offline
    supervisor: expert
    path: inbox/ratings.*
    format: mapping
    map:
      fields: {id: text, q: text, answer: text, score: number, who: text}
      prompt: q
      id: id
      ratings:
        - {response: {text: answer}, value: score, scale: [1, 5], rater: who}
"""

JOINED = """
name: test
sources:
  - name: long
    mode: offline
    supervisor: expert
    path: inbox/ratings.*
    format: mapping
    map:
      fields: {id: text, score: number}
      join: {as: of, path: texts.jsonl, fields: {id: text, q: text, answer: text}, match: {id: id}}
      prompt: of.q
      ratings:
        - {response: {text: of.answer}, value: score, scale: [1, 5]}
"""


def pair(number: int, **meta: Any) -> dict[str, Any]:  # noqa: ANN401 - meta is open
    """A pair as the seed formats have it."""
    return {"type": "pairwise", "prompt": f"p{number % 7}", "winner": f"a{number % 5}", "loser": "b", "meta": meta}


def lines(*records: dict[str, Any]) -> str:
    """Records as newline-delimited JSON."""
    return "".join(json.dumps(record) + "\n" for record in records)


class Desk:
    """A project folder and a warehouse."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        """Make the folder, with an empty inbox."""
        self.folder = folder
        self.engine = DuckDBEngine(":memory:", threads=1)
        (folder / "inbox").mkdir(parents=True)
        self.config(config)

    def config(self, text: str) -> None:
        """Write the project file."""
        (self.folder / "prefstrata.yaml").write_text(text, "utf-8")

    def put(self, name: str, text: str) -> Path:
        """Write a file into the inbox."""
        path = self.folder / "inbox" / name
        path.write_text(text, "utf-8", newline="")
        return path

    def ingest(self, **keys: Any) -> IngestSummary:  # noqa: ANN401 - passed on
        """Read what is new."""
        return ingest(self.engine, read_project(self.folder), **keys)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        return self.engine.read(table).to_dicts()

    def ids(self) -> list[str]:
        """The ids of all votes, sorted."""
        return sorted(row["vote_id"] for row in self.rows("ledger.votes"))
