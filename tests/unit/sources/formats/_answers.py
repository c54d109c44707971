"""Questions as they are exported, and what a source makes of their answers."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import IngestSummary, ingest

if TYPE_CHECKING:
    from pathlib import Path

PROMPT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]


def question(left: str = "one", right: str = "two", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A question as `sql/reports/queue_tasks.sql` puts it, its check computed by other means."""
    asked = {
        "item": "ab",
        "queue": "arbitration",
        "dimension": "tone",
        "question": "Which response is better in tone?",
        "prompt": "system: Be brief.\n\nuser: hi",
        "left": left,
        "right": right,
        "task": "chat",
        "scenario": "care",
        "risk_level": "high",
        "language": "en",
        "messages": json.dumps(PROMPT),
        **more,
    }
    said = [*(f"{message['role']}\x1f{message['content']}" for message in PROMPT), left, right]
    put = [asked[name] or "" for name in ("item", "dimension", "task", "scenario", "risk_level", "language")]
    texts, about = (hashlib.sha256("\x1e".join(parts).encode()).hexdigest() for parts in (said, put))
    return {"check": f"{texts}-{about[:32]}"} | asked


def read(folder: Path, form: str, name: str, data: bytes) -> tuple[IngestSummary, dict[str, list[dict[str, Any]]]]:
    """Read a file of answers as a source of experts that settle; the ledger's tables by name."""
    (folder / "prefstrata.yaml").write_text(
        "name: test\nsources:\n  - {name: answers, mode: offline, supervisor: expert, path: 'in/*', "
        f"format: {form}, defaults: {{round: arbitration}}}}\n",
        "utf-8",
    )
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / name).write_bytes(data)
    engine = DuckDBEngine(":memory:", threads=1)
    summary = ingest(engine, read_project(folder))
    tables = {
        name: engine.read(f"ledger.{name}").to_dicts() for name in ("prompts", "responses", "votes", "quarantine")
    }
    engine.close()
    return summary, tables


def winners(tables: dict[str, list[dict[str, Any]]]) -> list[str | None]:
    """The text that each vote chose, None where it chose none."""
    text = {row["response_id"]: row["content"] for row in tables["responses"]}
    return [text.get(vote.get(f"{vote['choice']}_id")) for vote in tables["votes"]]
