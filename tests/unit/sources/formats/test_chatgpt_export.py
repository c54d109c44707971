"""The named format chatgpt-export: thumbs of a data export, with its conversations."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.unit.sources.formats._events import read_events

if TYPE_CHECKING:
    from pathlib import Path


def _node(
    parent: str | None, role: str, *parts: object, kind: str = "text", model: str | None = None
) -> dict[str, Any]:
    message = {
        "author": {"role": role, "name": None},
        "content": {"content_type": kind, "parts": list(parts)},
        "metadata": {"model_slug": model} if model else {},
        "create_time": None,
        "weight": 1.0,
    }
    return {"id": "x", "parent": parent, "children": [], "message": message if role else None}


CONVERSATIONS = [
    {
        "id": "c1",
        "conversation_id": "c1",
        "title": "Colours",
        "mapping": {
            "root": _node(None, ""),
            "s": _node("root", "system", ""),
            "u1": _node("s", "user", "Name a colour."),
            "a1": _node("u1", "assistant", "Blue.", model="gpt-4o"),
            "u2": _node("a1", "user", {"asset_pointer": "file-1"}, "And this one?", kind="multimodal_text"),
            "a2": _node("u2", "assistant", "Red.", model="gpt-5"),
        },
    }
]


def _thumb(message: str, rating: str, content: str = "{}", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "message_id": message,
        "conversation_id": "c1",
        "user_id": "user-1",
        "rating": rating,
        "content": content,
        **more,
    }


def _read(folder: Path, *thumbs: dict[str, Any]) -> Any:  # noqa: ANN401 - what read_events gives
    (folder / "inbox").mkdir()
    beside = {"inbox/conversations.json": json.dumps(CONVERSATIONS)}
    return read_events(folder, "chatgpt-export", json.dumps(thumbs), name="message_feedback.json", beside=beside)


def test_a_thumb_is_about_the_message_it_names(tmp_path: Path) -> None:
    """With what led there, the model, the tags; messages without text are left out, parts that are none too."""
    content = json.dumps({"tags": ["false", "unsafe"], "text": "No."})
    events, texts, refused = _read(tmp_path, _thumb("a2", "thumbsDown", content), _thumb("a1", "thumbsUp"))
    down, up = sorted(events, key=lambda event: str(event["kind"]))
    assert refused == []
    assert (down["kind"], down["session"], down["reason_tags"], down["rationale"]) == (
        "dislike",
        "c1",
        ["false", "unsafe"],
        "No.",
    )
    asked = [("user", "Name a colour."), ("assistant", "Blue."), ("user", "And this one?")]
    assert texts[down["response_id"]] == (asked, "Red.", "gpt-5")
    assert (up["kind"], up["reason_tags"], up["occurred_at"]) == ("like", [], None)
    assert texts[up["response_id"]] == (asked[:1], "Blue.", "gpt-4o")


def test_newer_exports_name_the_message_and_the_time_otherwise(tmp_path: Path) -> None:
    """By ``id``, ``thumbs_up`` and ``create_time``."""
    newer = {"id": "a1", "conversation_id": "c1", "user_id": "user-1", "rating": "thumbs_up", "content": "{}"}
    events, _, _ = _read(tmp_path, {**newer, "create_time": "2025-11-24T16:00:00Z"})
    [event] = events
    assert (event["kind"], event["occurred_at"]) == ("like", datetime(2025, 11, 24, 16))  # noqa: DTZ001 - UTC


def test_a_thumb_on_nothing_is_refused(tmp_path: Path) -> None:
    """No such conversation, no such message, no text in it, no such rating."""
    events, _, refused = _read(
        tmp_path,
        _thumb("a1", "thumbsUp", conversation_id="other"),
        _thumb("none", "thumbsUp"),
        _thumb("s", "thumbsUp"),
        _thumb("a1", "shrug"),
    )
    assert events == []
    assert refused == ["no_match", "no_text", "no_text", "unknown_value"]
