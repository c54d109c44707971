"""The how-to on online feedback tells what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import ingest

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "online-feedback.md").read_text("utf-8")
DID = [
    ("e1", "read", 2.9, None),
    ("e2", "read", 3.0, None),
    ("e3", "read", 29.9, None),
    ("e4", "read", 30.0, None),
    ("e5", "changed", 19, "a little other"),
    ("e6", "changed", 20, "quite another answer"),
    ("e7", "up", None, None),
]


def test_the_mapping_that_draws_a_line_takes_what_the_page_says(tmp_path: Path) -> None:
    """A glance is given up, a long look is dwell, a rewritten answer an edit; the rest is refused as filtered."""
    [section] = [
        block
        for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        if "name: reading" in block
    ]
    (tmp_path / "prefstrata.yaml").write_text(f"name: test\nsources:\n{section}", "utf-8")
    (tmp_path / "inbox" / "reading").mkdir(parents=True)
    lines = [
        {
            "id": own_id, "action": action, "amount": amount, "edited": edited,
            "who": "ann", "asked": "How?", "shown": "Like this.", "at": "2026-11-20T08:00:00Z",
        }
        for own_id, action, amount, edited in DID
    ]  # fmt: skip
    (tmp_path / "inbox" / "reading" / "log.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    engine = DuckDBEngine(":memory:", threads=1)
    ingest(engine, read_project(tmp_path))
    events = engine.read("ledger.events").sort("own_id")
    refused = engine.read("ledger.quarantine")["reason"].to_list()
    engine.close()
    assert list(zip(events["own_id"], events["kind"], events["value"], strict=True)) == [
        ("e1", "abandon", 2.9),
        ("e4", "dwell", 30.0),
        ("e6", "edit", 20.0),
        ("e7", "like", None),
    ]
    assert events["became_id"].is_not_null().to_list() == [False, False, True, False]
    assert refused == ["filtered"] * 3
