"""The named format hh-rlhf: two dialogues with a shared beginning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import ingest

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name: test
sources:
  - {name: hh, mode: offline, supervisor: crowd, path: hh.jsonl, format: hh-rlhf}
"""


def _dialogue(*turns: str) -> str:
    """Turns that begin with H or A."""
    names = {"H": "Human", "A": "Assistant"}
    return "".join(f"\n\n{names[turn[0]]}:{turn[1:]}" for turn in turns)


def _read(folder: Path, chosen: str, rejected: str) -> tuple[dict[str, int], dict[str, list[dict[str, Any]]]]:
    (folder / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    (folder / "hh.jsonl").write_text(json.dumps({"chosen": chosen, "rejected": rejected}) + "\n", "utf-8")
    engine = DuckDBEngine(":memory:", threads=1)
    summary = ingest(engine, read_project(folder))
    tables = {name: engine.read(f"ledger.{name}").to_dicts() for name in ("prompts", "responses", "votes")}
    engine.close()
    return dict(summary.reasons), tables


@pytest.mark.parametrize(
    ("shared", "chosen", "rejected", "roles"),
    [
        (["H hi"], ["A yes"], ["A no"], ["user"]),
        (["H hi", "A yes?", "H so\n\nwhat"], ["A a"], ["A b"], ["user", "assistant", "user"]),
        (["H hi", "H again"], ["A a"], ["A b"], ["user", "user"]),
        (["H hi"], ["A"], ["A b"], ["user"]),
        (["H hi"], ["A well", "A more"], ["A b"], ["user"]),
    ],
)
def test_what_both_share_is_the_prompt(
    tmp_path: Path, shared: list[str], chosen: list[str], rejected: list[str], roles: list[str]
) -> None:
    """Turns become messages; what follows the shared ones is the answer, which may be empty."""
    reasons, tables = _read(tmp_path, _dialogue(*shared, *chosen), _dialogue(*shared, *rejected))
    assert reasons == {}
    [prompt] = tables["prompts"]
    assert [message["role"] for message in prompt["messages"]] == roles
    assert [message["content"] for message in prompt["messages"]] == [turn[1:].strip() for turn in shared]
    [vote] = tables["votes"]
    text = {row["response_id"]: row["content"] for row in tables["responses"]}
    won, lost = (
        text[vote[f"{side}_id"]] for side in sorted(("left", "right"), key=lambda side: side != vote["choice"])
    )
    assert won == _dialogue(*chosen).removeprefix("\n\nAssistant:").strip()
    assert lost == _dialogue(*rejected).removeprefix("\n\nAssistant:").strip()


@pytest.mark.parametrize(
    ("chosen", "rejected", "reason"),
    [
        ("hello", "hello there", "not_a_dialogue"),
        (_dialogue("A hi", "H x", "A y"), _dialogue("H hi", "A y"), "not_a_dialogue"),
        (_dialogue("H hi", "A y"), _dialogue("H ho", "A n"), "no_shared_prompt"),
        (_dialogue("H hi", "A y", "H x", "A a"), _dialogue("H hi", "A n", "H x", "A b"), "no_shared_prompt"),
        (_dialogue("H hi"), _dialogue("H hi"), "no_shared_prompt"),
        (_dialogue("H hi", "A y"), _dialogue("H hi", "A y "), "identical_sides"),
        (_dialogue("H hi", "A y", "A 1"), _dialogue("H hi", "A y", "A 2"), "bad_prompt"),
        (_dialogue("H", "A y"), _dialogue("H", "A n"), "missing_text"),
    ],
)
def test_dialogues_that_cannot_be_compared(tmp_path: Path, chosen: str, rejected: str, reason: str) -> None:
    """Answers to different prompts are no comparison."""
    assert _read(tmp_path, chosen, rejected)[0] == {reason: 1}


def test_a_missing_dialogue_is_missing_text(tmp_path: Path) -> None:
    """Null is not an empty answer."""
    (tmp_path / "hh.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    engine = DuckDBEngine(":memory:", threads=1)
    assert ingest(engine, read_project(tmp_path)).reasons == {"missing_text": 1}
    engine.close()
