"""A mapping that is corrected has no effect on files that were read; a ledger that is built anew has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests._command import inside

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("in_short")

PILOT = """
  - name: pilot
    mode: offline
    supervisor: crowd
    path: inbox/pilot/*.jsonl
    format: mapping
    map:
      fields: {question: text, good: text, bad: text}
      prompt: question
      responses: {first: {text: good}, second: {text: bad}}
      votes: [{left: first, right: second, choice: {constant: left}}]
"""


def _orders(project: Path) -> Any:  # noqa: ANN401 - any JSON
    assert inside("run", "--quiet", cwd=project).code == 0
    asked = "select a_shown_first is null as is_unknown, count(*) as votes from evidence.votes group by 1"
    return inside("sql", asked, "--json", cwd=project).document


def test_an_order_that_is_unknown_after_all_needs_the_ledger_built_anew(tmp_path: Path) -> None:
    """From the inbox, with the warehouse moved away; the releases stay."""
    project = tmp_path / "p"
    inside("init", project, cwd=tmp_path)
    config, pilot = project / "prefstrata.yaml", project / "inbox" / "pilot"
    config.write_text(config.read_text("utf-8") + PILOT, "utf-8")
    pilot.mkdir()
    records = [{"question": f"Which {n}?", "good": f"This {n}.", "bad": "None."} for n in range(3)]
    (pilot / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    assert _orders(project) == [{"is_unknown": False, "votes": 3}]
    config.write_text(config.read_text("utf-8").replace("choice: {", "order: unknown, choice: {"), "utf-8")
    assert _orders(project) == [{"is_unknown": False, "votes": 3}]
    (project / "warehouse").rename(tmp_path / "aside")
    assert _orders(project) == [{"is_unknown": True, "votes": 3}]
    assert inside("log", "--json", cwd=project).document[-1]["tag"] == "v000001"
