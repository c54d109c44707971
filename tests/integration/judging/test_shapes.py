"""The server and the engine against the published description of the API."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks.judging.shapes import Description, Held, hold_against

NAMED = os.environ.get("PREFSTRATA_OPENAPI")


@pytest.mark.skipif(NAMED is None, reason="PREFSTRATA_OPENAPI names no description of the API (JSON)")
def test_all_that_goes_over_the_line_fits_the_published_description() -> None:
    """Replies, errors, files, batches and their ends, and every kind of request; no key that it does not name."""
    held = hold_against(Path(str(NAMED)))
    assert not held.wrong
    assert held.checked["CreateChatCompletionResponse"] >= 30
    assert held.checked["CreateChatCompletionRequest"] >= 10
    assert held.checked["Batch"] >= 8


def test_what_does_not_fit_is_noticed(tmp_path: Path) -> None:
    """The tool itself: a null, a wrong type and an unknown key are wrong, also across the parts of a combination."""
    schemas = {
        "Named": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        "Sized": {
            "allOf": [
                {"$ref": "#/components/schemas/Named"},
                {
                    "type": "object",
                    "properties": {"size": {"type": "integer"}, "part": {"$ref": "#/components/schemas/Part"}},
                },
            ]
        },
        "Part": {"type": "object", "properties": {"at": {"type": "integer"}}},
    }  # fmt: skip
    path = tmp_path / "description.json"
    path.write_text(json.dumps({"components": {"schemas": schemas}}), "utf-8")
    held = Held()
    described = Description(path, held)
    described.check("Sized", {"name": "a", "size": 1, "part": {"at": 1}}, "right")
    assert not held.wrong
    for wrong in ({"name": "a", "size": None}, {"size": 1}, {"name": "a", "more": 1}, {"name": "a", "part": {"on": 1}}):
        held.wrong.clear()
        described.check("Sized", wrong, "wrong")
        assert held.wrong, wrong
