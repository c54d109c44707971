"""The loop from users to annotators and back, on a simulated product whose truth is known."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.online.simulate import make, project_text, write
from tests._command import inside

if TYPE_CHECKING:
    from pathlib import Path

_ANSWERS = """\
  - name: asked
    mode: offline
    supervisor: expert
    path: inbox/asked/*.jsonl
    format: queue-answers
    defaults: {round: backflow}
"""


def _document(project: Path, *call: str) -> Any:  # noqa: ANN401 - any JSON
    done = inside(*call, "--json", cwd=project)
    assert done.code == 0, done.err
    return done.document


def _labels(project: Path) -> dict[str, float]:
    """By pair, how far a leads."""
    rows = _document(
        project, "sql", "select pair_id, p_a - p_b as lead from noise.preferences where dimension = 'overall'"
    )
    return {row["pair_id"]: row["lead"] for row in rows}


@pytest.mark.slow
def test_what_users_leave_open_is_asked_and_changes_labels(tmp_path: Path) -> None:
    """Asked, answered, read, released; the manifest says how often that changed what users said: more than by lot."""
    world = make(5000, 150)
    write(world, world.events, tmp_path)
    (tmp_path / "prefstrata.yaml").write_text(project_text() + _ANSWERS, "utf-8")
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    heard = _document(tmp_path, "sql", "select distinct pair_id from evidence.votes where derived_from = 'event'")
    lead = _labels(tmp_path)
    before = {row["pair_id"]: lead[row["pair_id"]] for row in heard}
    better = _truth(tmp_path, world.quality)
    wrong = sum(lead * better[pair] <= 0 for pair, lead in before.items()) / len(before)

    out = tmp_path / "tasks.jsonl"
    made = _document(tmp_path, "queue", "export", "backflow", "--out", str(out))
    asked = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert made["items"] == len(asked) == 60
    for task in asked:
        one, other = (_quality(world.quality, task[side]) for side in ("left", "right"))
        task.update(choice="left" if one > other else "right", rater="ann")
    done = tmp_path / "done.jsonl"
    done.write_text("".join(f"{json.dumps(task)}\n" for task in asked), "utf-8")
    assert _document(tmp_path, "queue", "import", str(done), "--as", "backflow")["accepted"] == len(asked)
    assert inside("run", "--quiet", cwd=tmp_path).code == 0

    told = _document(tmp_path, "show", "latest")["online"]["backflow"]
    assert told["answered"] == len(asked)
    assert told["changed"] / told["answered"] > wrong
    after = _labels(tmp_path)
    items = {task["item"] for task in asked}
    assert sum(after[pair] * better[pair] > 0 for pair in items) > 0.9 * len(items)
    waiting = {row["pair_id"] for row in _document(tmp_path, "queue", "list", "--queue", "backflow")}
    assert not waiting & items


def _quality(quality: Any, text: str) -> float:  # noqa: ANN401 - an array
    answer, prompt = map(int, re.findall(r"\d+", text))
    return float(quality[prompt, answer])


def _truth(project: Path, quality: Any) -> dict[str, int]:  # noqa: ANN401 - an array
    """By pair, 1 where a is better and -1 where b is."""
    rows = _document(
        project,
        "sql",
        "select pair_id, one.content as one, other.content as other from evidence.pairs"
        " join ledger.responses as one on one.seq = seq_a join ledger.responses as other on other.seq = seq_b",
    )
    lead = {row["pair_id"]: _quality(quality, row["one"]) - _quality(quality, row["other"]) for row in rows}
    return {pair: 1 if ahead > 0 else -1 for pair, ahead in lead.items()}
