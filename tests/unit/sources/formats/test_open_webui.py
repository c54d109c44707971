"""The named format open-webui: an export of feedback, with snapshots of its chats."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.sources.formats._events import read_events

if TYPE_CHECKING:
    from pathlib import Path

_TIME = 1_764_000_000


def _message(parent: str | None, role: str, content: str, *children: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"parentId": parent, "childrenIds": list(children), "role": role, "content": content, **more}


MESSAGES = {
    "m1": _message(None, "user", "Name a colour.", "m2", models=["one", "two"], timestamp=_TIME),
    "m2": _message("m1", "assistant", "Blue.", "m3", model="one", done=True),
    "m3": _message("m2", "user", "Another?", "m4", "m5"),
    "m4": _message("m3", "assistant", "Red.", model="one", modelIdx=0),
    "m5": _message("m3", "assistant", "Green.", model="two", modelIdx=1),
}


def _feedback(rating: object, message: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "id": f"f-{message}",
        "user_id": "7f7c",
        "version": 0,
        "type": "rating",
        "data": {
            "rating": rating,
            "model_id": "one",
            "sibling_model_ids": None,
            "reason": "accurate_information",
            "comment": "",
            "tags": ["Science"],
            "details": {"rating": 8},
        },
        "meta": {"arena": False, "chat_id": "c1", "message_id": message, "message_index": 2, "tags": []},
        "snapshot": {
            "chat": {"id": "c1", "title": "t", "chat": {"history": {"messages": MESSAGES, "currentId": "m5"}}}
        },
        "created_at": _TIME,
        "updated_at": _TIME + 60,
        **more,
    }


def test_a_thumb_on_an_answer_alone_is_a_like(tmp_path: Path) -> None:
    """With user, chat, time, model and reasons."""
    events, texts, _ = read_events(tmp_path, "open-webui", json.dumps([_feedback(1, "m2")]))
    [event] = events
    assert (event["kind"], event["session"], event["own_id"]) == ("like", "c1", "f-m2")
    assert event["occurred_at"] == datetime(2025, 11, 24, 16, 1)  # noqa: DTZ001 - the ledger's times are UTC without a zone
    assert event["reason_tags"] == ["Science", "accurate_information"]
    assert event["user_id"] not in {"7f7c", None}
    assert texts[event["response_id"]] == ([("user", "Name a colour.")], "Blue.", "one")


@pytest.mark.parametrize(("rating", "kind"), [(1, "accept"), ("-1", "reject")])
def test_a_thumb_among_several_compares_them(tmp_path: Path, rating: object, kind: str) -> None:
    """The other answers to the same turn are the alternatives, the place is that among them; numbers may be text."""
    events, texts, _ = read_events(tmp_path, "open-webui", json.dumps([_feedback(rating, "m5")]))
    [event] = events
    asked = [("user", "Name a colour."), ("assistant", "Blue."), ("user", "Another?")]
    assert (event["kind"], event["position"]) == (kind, 1)
    assert texts[event["response_id"]] == (asked, "Green.", "two")
    assert [texts[other] for other in event["alternatives"]] == [(asked, "Red.", "one")]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"snapshot": None}, "no_snapshot"),
        ({"snapshot": {"chat": {"chat": {"history": {"messages": {}}}}}}, "no_snapshot"),
        ({"type": "other"}, "no_rating"),
        ({"data": {"rating": None}}, "no_rating"),
        ({"data": {"rating": 3}}, "unknown_value"),
    ],
)
def test_what_names_no_text_or_no_side_is_refused(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    """With a reason, and without harm to the rest."""
    data = json.dumps([_feedback(1, "m2"), _feedback(1, "m4", **changed)])
    events, _, refused = read_events(tmp_path, "open-webui", data)
    assert len(events) == 1
    assert refused == [reason]
