"""A dispute goes through a real Label Studio: loaded, annotated through its API, exported, imported, settled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests._command import command, inside, pairwise, put
from tests._label_studio import LabelStudio, label_studio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.labelstudio]

GOOD = "=1+1 is two.\n\n<img src=x onerror=alert(1)> $question {{prompt}} 二"
BAD = "s3://bucket/is-no-answer"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudio]:
    """One server for the file."""
    with label_studio(tmp_path_factory.mktemp("label-studio")) as server:
        yield server


def _annotate(studio: LabelStudio, project: int, *, skip: set[str]) -> None:
    """What an annotator clicks: the good response is better, in whatever place; some tasks are skipped."""
    for task in studio.call("GET", f"/api/tasks?project={project}&fields=all")["tasks"]:
        choice = "left" if task["data"]["left"] == GOOD else "right"
        result = [
            _said("choice", "choices", {"choices": [choice]}),
            _said("reason_tags", "textarea", {"text": ["wrong", "no answer"]}),
            _said("rationale", "textarea", {"text": ["The other is an address."]}),
        ]
        skipped = task["data"]["dimension"] in skip
        body = {"result": [] if skipped else result, "was_cancelled": skipped, "lead_time": 3.5}
        studio.call("POST", f"/api/tasks/{task['id']}/annotations/", body)


def _said(control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": control, "to_name": "prompt", "type": kind, "value": value}


def test_a_dispute_is_settled_in_label_studio(studio: LabelStudio, tmp_path: Path) -> None:
    """Our tasks load, our config is accepted, its export is read; hostile texts come back whole, the pair is golden."""
    project = tmp_path / "p"
    command("init", project)
    records = [
        pairwise("What is it?", *sides, rater=f"{name}{n}", dims=["helpfulness"])
        for name, sides in (("a", (GOOD, BAD)), ("b", (BAD, GOOD)))
        for n in range(2)
    ]
    put(project, "a.jsonl", *records)
    inside("run", "--quiet", cwd=project)
    assert inside("queue", "export", "arbitration", "--out", "tasks.json", cwd=project).code == 0

    config = (project / "tasks.xml").read_text("utf-8")
    made = studio.call("POST", "/api/projects/", {"title": "disputes", "label_config": config})
    loaded = studio.raw("POST", f"/api/projects/{made['id']}/import", _tasks(project))
    assert b'"task_count":2' in loaded.replace(b" ", b"")
    _annotate(studio, made["id"], skip={"helpfulness"})
    export = tmp_path / "export.json"
    export.write_bytes(studio.raw("GET", f"/api/projects/{made['id']}/export?exportType=JSON&download_all_tasks=true"))

    done = inside("queue", "import", export, "--as", "arbitration", "--json", cwd=project)
    assert done.code == 0, done.err
    assert (done.document["source"], done.document["accepted"]) == ("answers-label-studio", 1)
    assert done.document["refused"] == {"unanswered": 1}
    assert inside("run", "--quiet", cwd=project).code == 0

    manifest = inside("show", "--json", cwd=project).document
    assert manifest["arbitrated"]["count"] == 1
    assert inside("checkout", "golden", "--for", "jsonl", "--out", "golden", cwd=project).code == 0
    [vote] = inside("sql", "select * from ledger.votes where round = 'arbitration'", "--json", cwd=project).document
    assert (vote["dimension"], vote["reason_tags"]) == ("overall", ["no answer", "wrong"])
    assert vote["rater_id"].startswith("expert:label-studio-")
    assert vote["rationale"] == "The other is an address."
    [item] = inside("queue", "list", "--queue", "arbitration", "--json", cwd=project).document
    assert item["dimensions"] == ["helpfulness"]
    assert "nothing new" in inside("run", cwd=project).out


def _tasks(project: Path) -> Any:  # noqa: ANN401 - any JSON
    return json.loads((project / "tasks.json").read_text("utf-8"))
