"""What a source of users makes of a file: its events, and the texts that they are about."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import ingest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Text = tuple[list[tuple[str, str]], str, str | None]
"""The turns of a prompt, a response to it, and who wrote that."""


def read_events(
    folder: Path, form: str, data: str, *, name: str = "feedback.json", beside: Mapping[str, str] | None = None
) -> tuple[list[dict[str, Any]], dict[str, Text], list[str]]:
    """Read a file, with others beside it; the events, the texts by response id, and the reasons of what was refused."""
    (folder / "prefstrata.yaml").write_text(
        f"name: test\nsources:\n  - {{name: app, mode: online, supervisor: user, path: {name}, format: {form}}}\n",
        "utf-8",
    )
    for other, content in {name: data, **(beside or {})}.items():
        (folder / other).write_text(content, "utf-8")
    with closing(DuckDBEngine(":memory:", threads=1)) as engine:
        ingest(engine, read_project(folder))
        events, prompts, responses, refused = (
            engine.read(f"ledger.{table}").to_dicts() for table in ("events", "prompts", "responses", "quarantine")
        )
    turns = {row["prompt_id"]: [(turn["role"], turn["content"]) for turn in row["messages"]] for row in prompts}
    texts = {row["response_id"]: (turns[row["prompt_id"]], row["content"], row["generator"]) for row in responses}
    return events, texts, sorted(row["reason"] for row in refused)
