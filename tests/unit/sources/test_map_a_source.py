"""The how-to on mappings tells what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError
from prefstrata.project import read_project
from prefstrata.sources import check_sources, ingest
from prefstrata.sources.framing import Reason
from prefstrata.sources.mapping import REASONS
from tests.unit.sources.mapping._saying import say

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "map-a-source.md").read_text("utf-8")


def _block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no {kind} block"
    return found[1]


def test_the_example_gives_what_the_page_says(tmp_path: Path) -> None:
    """Two votes, two ratings, nothing refused."""
    (tmp_path / "prefstrata.yaml").write_text(_block("yaml"), "utf-8")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "answers.jsonl").write_text(_block("json"), "utf-8")
    engine = DuckDBEngine(":memory:", threads=1)
    summary = ingest(engine, read_project(tmp_path))
    votes, ratings = engine.read("ledger.votes"), engine.read("ledger.ratings")
    engine.close()
    assert (summary.read, summary.quarantined) == (1, 0)
    assert sorted(zip(votes["rater_id"], votes["choice"], strict=True)) == [
        ("expert:ann", "left"),
        ("expert:ben", "tie"),
    ]
    assert sorted(zip(ratings["rater_id"], ratings["value"], strict=True)) == [("expert:ann", 5), ("expert:ben", 2)]


def test_rewards_of_several_raters_are_read_as_the_page_says() -> None:
    """Every rater is an element, and a step that one did not judge stands in the trace."""
    record, block = re.findall(r"^  `(\{.*?\})`.*?^  ```yaml\n(.*?)^  ```$", PAGE, re.MULTILINE | re.DOTALL)[0]
    found = say(yaml.safe_load(block), json.loads(record))
    assert [(row["rater_id"], row["output"], row["reward"]) for row in found.steps] == [
        ("crowd:ann", "a", 1),
        ("crowd:ann", "b", -1),
        ("crowd:ben", "a", 1),
        ("crowd:ben", "b", None),
    ]


@pytest.mark.parametrize("content", [None, ""])
def test_a_message_that_calls_tools_is_read_as_the_page_says(content: str | None) -> None:
    """What it called is its content, as it stands in the file."""
    declared, prompt = re.findall(r"with `chat` declared as `(.*?)`, it is\n`prompt: (.*)`\.$", PAGE, re.MULTILINE)[0]
    mapping = {
        "fields": {"chat": yaml.safe_load(declared), "a": "text", "b": "text"},
        "prompt": yaml.safe_load(prompt),
        "responses": {"a": {"text": "a"}, "b": {"text": "b"}},
        "votes": [{"left": "a", "right": "b", "choice": {"constant": "left"}}],
    }
    calls = [{"id": "1", "function": {"name": "add", "arguments": "[2, 2]"}}]
    chat = [
        {"role": "user", "content": "2 and 2?"},
        {"role": "assistant", "content": content, "tool_calls": calls},
        {"role": "tool", "content": "4"},
        {"role": "user", "content": "So?"},
    ]
    found = say(mapping, {"chat": chat, "a": "4", "b": "5"})
    assert found.refused == []
    assert [message["content"] for message in found.prompts[0]["messages"]] == [
        "2 and 2?",
        json.dumps(calls, separators=(",", ":")),
        "4",
        "So?",
    ]


def test_a_mistake_is_told_as_the_page_says(tmp_path: Path) -> None:
    """With file, line and key."""
    (tmp_path / "prefstrata.yaml").write_text(_block("yaml").replace("rater: it.by", "rater: writer"), "utf-8")
    with pytest.raises(ConfigError) as caught:
        check_sources(read_project(tmp_path))
    told = _block("text").strip().removesuffix(" did you mean …")
    assert told.split(": ", 1)[1].split(" here")[0] in str(caught.value)
    assert told.split(": ", 1)[0] in str(caught.value)


@pytest.mark.parametrize(
    ("reason", "sentence"), [*REASONS.items(), *((reason.value, reason.sentence) for reason in Reason)]
)
def test_every_reason_is_in_the_table(reason: str, sentence: str) -> None:
    """With its sentence, as the code has it."""
    assert f"| `{reason}` | {sentence} |" in PAGE
