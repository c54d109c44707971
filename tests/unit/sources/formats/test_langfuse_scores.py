"""The named format langfuse-scores: what users said of traces."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.sources.formats._events import read_events

if TYPE_CHECKING:
    from pathlib import Path

TRACES = [
    {
        "id": "t1",
        "input": "Name a colour.",
        "output": "Blue.",
        "sessionId": "s1",
        "userId": "ann",
        "name": "chat",
        "version": "v2",
    },
    {
        "id": "t2",
        "input": {
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
            "model": "m",
        },
        "output": {"role": "assistant", "content": "Hello."},
        "sessionId": None,
        "userId": None,
    },
    {"id": "t3", "input": [{"role": "user", "content": "Hi"}], "output": {"answer": 1}},
    {
        "id": "t4",
        "input": [
            {"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "image_url"}, "this?"]},
            {"role": "assistant", "content": None},
        ],
        "output": {"role": "assistant", "content": [{"type": "text", "text": "A cat."}]},
    },
    {"id": "t5", "input": "Hi", "output": {"content": [{"type": "image_url"}]}},
    {
        "id": "t7",
        "input": [
            {"role": "developer", "content": "Be brief."},
            {"type": "human", "content": "Hi"},
            {"type": "ai", "content": "Hello."},
            {"role": "human", "content": "Bye"},
        ],
        "output": {"type": "ai", "content": "Bye."},
    },
    {"id": "t6", "input": [{"role": "user", "content": [{"type": "image_url"}]}], "output": "A cat."},
]


def _score(number: int, trace: str, value: object, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "id": f"score-{number}",
        "traceId": trace,
        "observationId": None,
        "name": "user-feedback",
        "value": value,
        "dataType": "NUMERIC",
        "source": "API",
        "comment": None,
        "timestamp": "2025-11-24T16:00:00.000Z",
        **more,
    }


def _read(folder: Path, *scores: dict[str, Any]) -> Any:  # noqa: ANN401 - what read_events gives
    (folder / "inbox").mkdir()
    beside = {"inbox/traces.jsonl": "".join(f"{json.dumps(trace)}\n" for trace in TRACES)}
    data = "".join(f"{json.dumps(score)}\n" for score in scores)
    return read_events(folder, "langfuse-scores", data, name="scores.jsonl", beside=beside)


def test_a_score_of_a_user_is_a_like_or_a_dislike_of_the_traces_output(tmp_path: Path) -> None:
    """With user, session, surface and version; the input is a text or messages."""
    events, texts, refused = _read(tmp_path, _score(1, "t1", 1, comment="Nice."), _score(2, "t2", 0))
    assert refused == []
    up, down = sorted(events, key=lambda event: str(event["own_id"]))
    assert (up["kind"], up["session"], up["surface"], up["policy"], up["rationale"]) == (
        "like",
        "s1",
        "chat",
        "v2",
        "Nice.",
    )
    assert up["occurred_at"] == datetime(2025, 11, 24, 16)  # noqa: DTZ001 - the ledger's times are UTC without a zone
    assert up["user_id"] not in {"ann", None}
    assert texts[up["response_id"]] == ([("user", "Name a colour.")], "Blue.", None)
    assert (down["kind"], down["user_id"]) == ("dislike", None)
    assert texts[down["response_id"]] == ([("system", "Be brief."), ("user", "Hi")], "Hello.", None)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1.0, "like"), (-1, "dislike"), (True, "like"), (False, "dislike"), ("True", "like"), ("0", "dislike")],
)
def test_numbers_truths_and_their_names_are_read_alike(tmp_path: Path, value: object, kind: str) -> None:
    """Above the middle is a like."""
    events, _, _ = _read(tmp_path, _score(1, "t1", value))
    assert [event["kind"] for event in events] == [kind]


def test_what_no_user_said_is_refused(tmp_path: Path) -> None:
    """Evaluators, annotators, other names, no trace, no text, and what is neither above nor below."""
    events, _, refused = _read(
        tmp_path,
        _score(1, "t1", 1, source="EVAL"),
        _score(2, "t1", 1, source="ANNOTATION"),
        _score(3, "t1", 1, name="toxicity"),
        _score(4, "t9", 1),
        _score(5, "t3", 1),
        _score(6, "t1", 0.5),
        _score(7, "t1", "meh"),
    )
    assert events == []
    assert refused == ["no_match", "no_text", *["not_by_users"] * 3, *["unknown_value"] * 2]


def test_of_content_in_parts_the_texts_are_read(tmp_path: Path) -> None:
    """Images and calls of tools are left out; what holds no text at all is refused."""
    events, texts, refused = _read(tmp_path, _score(1, "t4", 1), _score(2, "t5", 1), _score(3, "t6", 1))
    assert [texts[event["response_id"]] for event in events] == [([("user", "What is\nthis?")], "A cat.", None)]
    assert refused == ["no_text", "no_text"]


def test_roles_by_the_names_that_frameworks_give_them(tmp_path: Path) -> None:
    """A developer's message is a system message, a human's a user's; some name the role as the type."""
    events, texts, refused = _read(tmp_path, _score(1, "t7", 1))
    assert refused == []
    asked = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello."), ("user", "Bye")]
    assert [texts[event["response_id"]] for event in events] == [(asked, "Bye.", None)]
