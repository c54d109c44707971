"""The named format label-studio: a project's JSON export."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.sources.formats._answers import PROMPT, question, read, winners

if TYPE_CHECKING:
    from pathlib import Path


def _result(name: str, kind: str, **value: object) -> dict[str, object]:
    return {"id": "x1", "from_name": name, "to_name": "prompt", "type": kind, "origin": "manual", "value": value}


def _annotation(number: int, *result: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "id": number,
        "completed_by": 7,
        "result": list(result),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-11-20T10:00:00.000000Z",
        "updated_at": "2026-11-20T11:00:00.000000Z",
        "lead_time": 4.2,
        **more,
    }


def _choice(choice: str) -> dict[str, object]:
    return _result("choice", "choices", choices=[choice])


def _export(*tasks: dict[str, Any]) -> bytes:
    return json.dumps([{"id": number, **task} for number, task in enumerate(tasks, start=1)]).encode()


def test_an_annotation_is_a_vote_in_the_round_of_its_source(tmp_path: Path) -> None:
    """With the annotator's number, the time of the last change, reasons and dimension."""
    result = (
        _choice("right"),
        _result("reason_tags", "textarea", text=["vague", "too long; rude"]),
        _result("rationale", "textarea", text=["Clear."]),
    )
    data = _export({"data": question(), "annotations": [_annotation(5, *result)]})
    summary, tables = read(tmp_path, "label-studio", "e.json", data)
    assert (summary.accepted, summary.quarantined) == (1, 0)
    [vote] = tables["votes"]
    assert winners(tables) == ["two"]
    assert (vote["dimension"], vote["rater_id"], vote["round"]) == ("tone", "expert:label-studio-7", "arbitration")
    assert (vote["reason_tags"], vote["rationale"]) == (["rude", "too long", "vague"], "Clear.")
    assert vote["decided_at"] == datetime(2026, 11, 20, 11)  # noqa: DTZ001 - the ledger's times are UTC without a zone
    [prompt] = tables["prompts"]
    assert prompt["messages"] == PROMPT
    assert [prompt[name] for name in ("task", "scenario", "risk_level", "language")] == ["chat", "care", "high", "en"]


def test_every_annotator_has_a_vote_and_who_skipped_has_none(tmp_path: Path) -> None:
    """An annotator may be a number or an object with one; skipping is no opinion."""
    annotations = [
        _annotation(1, _choice("left")),
        _annotation(2, _choice("tie"), completed_by={"id": 8, "email": "lee@example.com"}),
        _annotation(3, _choice("left"), was_cancelled=True),
        _annotation(4),
    ]
    summary, tables = read(
        tmp_path, "label-studio", "e.json", _export({"data": question(), "annotations": annotations})
    )
    assert summary.accepted == 1
    votes = {(vote["rater_id"], vote["choice"]) for vote in tables["votes"]}
    assert votes == {("expert:label-studio-7", "left"), ("expert:label-studio-8", "tie")}


@pytest.mark.parametrize(
    "annotations",
    [[], None, [_annotation(1)], [_annotation(1, _choice("left"), was_cancelled=True)], [_annotation(1, _choice("A"))]],
)
def test_a_task_without_an_answer_is_refused_as_that(tmp_path: Path, annotations: list[Any] | None) -> None:
    """It is work that waits, not a verdict."""
    data = _export({"data": question(), "annotations": annotations})
    assert read(tmp_path, "label-studio", "e.json", data)[0].reasons == {"unanswered": 1}


@pytest.mark.parametrize("by", [None, "", " ", {"id": None, "email": ""}, {"id": " "}, {}])
def test_a_task_with_an_answer_of_nobody_is_refused(tmp_path: Path, by: object) -> None:
    """Beside the answer of one who is known too: it comes again when all are. Who skipped needs no name."""
    known, skipped = _annotation(1, _choice("left")), _annotation(3, completed_by=by, was_cancelled=True)
    nameless = _annotation(2, _choice("right"), completed_by=by)
    data = _export(
        {"data": question(), "annotations": [known, nameless]}, {"data": question(), "annotations": [known, skipped]}
    )
    summary, tables = read(tmp_path, "label-studio", "e.json", data)
    assert summary.reasons == {"nameless": 1}
    assert [vote["rater_id"] for vote in tables["votes"]] == ["expert:label-studio-7"]


def test_a_text_that_was_changed_was_not_compared(tmp_path: Path) -> None:
    """Tasks can be edited in Label Studio."""
    data = _export({"data": question() | {"left": "another"}, "annotations": [_annotation(1, _choice("left"))]})
    assert read(tmp_path, "label-studio", "e.json", data)[0].reasons == {"text_changed": 1}


@pytest.mark.parametrize(
    "changed", [{"dimension": "help"}, {"item": "nonsense"}, {"item": None}, {"task": None}, {"scenario": "general"}]
)
def test_a_question_that_nobody_asked_is_not_answered(tmp_path: Path, changed: dict[str, str | None]) -> None:
    """Another pair, dimension or scenario is another question; the task beside it is taken."""
    answered = [_annotation(1, _choice("left"))]
    data = _export(*({"data": question() | each, "annotations": answered} for each in (changed, {})))
    summary, tables = read(tmp_path, "label-studio", "e.json", data)
    assert (summary.reasons, len(tables["votes"])) == ({"question_changed": 1}, 1)


def test_an_answer_of_the_future_is_refused(tmp_path: Path) -> None:
    """A machine whose clock is wrong would have the last word for ever."""
    late = _annotation(1, _choice("left"), updated_at="2126-11-20T11:00:00Z")
    data = _export(
        {"data": question(), "annotations": [late]},
        {"data": question(), "annotations": [_annotation(2, _choice("left"))]},
    )
    summary, tables = read(tmp_path, "label-studio", "e.json", data)
    assert (summary.reasons, len(tables["votes"])) == ({"in_the_future": 1}, 1)


def test_an_answer_to_an_earlier_export_is_held_against_its_texts(tmp_path: Path) -> None:
    """Its check has no part for the question: what people have answered is not lost."""
    before = question() | {"check": question()["check"].partition("-")[0]}
    data = _export({"data": before, "annotations": [_annotation(1, _choice("left"))]})
    assert read(tmp_path, "label-studio", "e.json", data)[0].accepted == 1


def test_a_project_of_ones_own_is_read_too(tmp_path: Path) -> None:
    """Without a dimension the control names it, a Pairwise control counts, and a prompt is a text."""
    data = {"prompt": "Which?", "left": "one", "right": "two", "source": 3}
    result = (
        _result("helpfulness", "choices", choices=["Right"]),
        _result("overall", "pairwise", selected="left"),
        _result("topic", "choices", choices=["billing"]),
        _result("stars", "rating", rating=4),
    )
    _, tables = read(
        tmp_path, "label-studio", "e.json", _export({"data": data, "annotations": [_annotation(1, *result)]})
    )
    assert [row["messages"] for row in tables["prompts"]] == [[{"role": "user", "content": "Which?"}]]
    assert {(vote["dimension"], vote["choice"]) for vote in tables["votes"]} == {
        ("helpfulness", "right"),
        ("overall", "left"),
    }
