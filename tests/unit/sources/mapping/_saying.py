"""Run a mapping over records, in memory: what was staged, and what was refused and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prefstrata.engine import DuckDBEngine
from prefstrata.sources import clear_staging
from prefstrata.sources._pseudonyms import unlocked
from prefstrata.sources.framing import Framing, fields, frame
from prefstrata.sources.mapping import (
    REASONS,
    Compiled,
    Context,
    Demand,
    File,
    Refused,
    compile_mapping,
    read_mapping,
    stage,
)

__all__ = ["EVENT", "GOOD", "PAIR", "Said", "compiled", "reasons", "say", "text_of", "with_vote"]

PAIR: dict[str, Any] = {
    "fields": {"p": "text", "a": "text", "b": "text", "said": "text", "n": "number", "who": "text", "at": "text"},
    "prompt": "p",
    "responses": {"a": {"text": "a"}, "b": {"text": "b"}},
    "votes": [
        {"left": "a", "right": "b", "choice": {"from": "said", "values": {"A": "left", "B": "right", "=": "tie"}}}
    ],
}
GOOD = {"p": "question", "a": "one", "b": "two", "said": "A"}
EVENT: dict[str, Any] = {
    **PAIR,
    "votes": [],
    "events": [
        {
            "kind": {"from": "said", "values": {"ok": "accept", "no": "reject"}},
            "response": "a",
            "alternatives": ["b"],
            "user": "who",
            "position": "n::bigint",
            "occurred_at": "at",
            "id": "at",
        }
    ],
}


@dataclass(frozen=True)
class Said:
    """Staged rows by table, in the order of their records, and the refused records."""

    tables: dict[str, list[dict[str, Any]]]
    refused: list[Refused]

    def __getattr__(self, table: str) -> list[dict[str, Any]]:
        """The rows of a staging table."""
        return self.tables[table]


def compiled(mapping: dict[str, Any], *, supervisor: str = "crowd", defaults: dict[str, Any] | None = None) -> Compiled:
    """The mapping, compiled for a source called `src`."""
    read = read_mapping(mapping)
    types = {name: type_.sql for name, type_ in fields(read.fields).items()}
    joined = {name: type_.sql for name, type_ in fields(read.join.fields).items()} if read.join else {}
    return compile_mapping(read, Context("src", supervisor, types, joined, defaults or {}))


def say(
    mapping: dict[str, Any],
    *records: dict[str, Any],
    joined: list[dict[str, Any]] | None = None,
    supervisor: str = "crowd",
    defaults: dict[str, Any] | None = None,
    demand: Demand | None = None,
) -> Said:
    """What the mapping makes of the records."""
    statements = compiled(mapping, supervisor=supervisor, defaults=defaults)
    declared = fields(mapping["fields"])
    engine = DuckDBEngine(":memory:", threads=1)
    clear_staging(engine)
    with TemporaryDirectory() as folder, engine.connection() as connection, unlocked(connection, b"a key for tests"):
        path = _write(Path(folder) / "records.jsonl", records)
        framed = frame(connection, path, Framing(declared), table="framed", line="__line")
        assert framed.rejected == 0, "the test's records must pass the framing"
        second = None
        if joined is not None:
            spec = Framing(fields(mapping["join"]["fields"]))
            second = frame(
                connection, _write(Path(folder) / "b.jsonl", joined), spec, table="second", line="__line"
            ).table
        refused = stage(
            connection,
            statements,
            "framed",
            files=[File("batch", "records.jsonl")],
            columns=list(declared),
            joined=second,
            demand=demand,
        )
        names = ("prompts", "responses", "raters", "votes", "ratings", "steps", "events", "withdrawals")
        tables = {name: engine.read(f"staging.{name}") for name in names}
    engine.close()
    own = {each["reason"] for each in mapping.get("refuse", ())}
    assert {each.reason for each in refused} <= REASONS.keys() | own, "every reason is documented"
    ordered = {
        name: frame_.sort("line", *(["item"] if "item" in frame_.columns else [])).to_dicts()
        for name, frame_ in tables.items()
    }
    return Said(ordered, refused)


def with_vote(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - sections of any shape
    """The mapping of a pair, with more said of its vote."""
    return {**PAIR, "votes": [{**PAIR["votes"][0], **keys}]}


def text_of(said: Said, id_: str) -> str:
    """The text of a response."""
    return next(row["content"] for row in said.responses if row["response_id"] == id_)


def reasons(said: Said) -> dict[int, str]:
    """The reason of each refused record, by its number."""
    return {each.line: each.reason for each in said.refused}


def _write(path: Path, records: Any) -> Path:  # noqa: ANN401 - rows of any shape
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path
