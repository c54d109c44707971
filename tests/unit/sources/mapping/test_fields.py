"""Where a mapping takes what it says from: fields of any name, a joined file, the source, the file's own name."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.sources.mapping._saying import EVENT, GOOD, PAIR, reasons, say, text_of, with_vote


def test_the_source_says_what_the_record_does_not() -> None:
    """Defaults of the source stand in for nulls; tags and reason tags are sorted, each once."""
    mapping = {**with_vote(reason_tags="['b', 'a', null, 'b']", policy="who"), "task": "who", "tags": "['y', 'x', 'y']"}
    defaults = {
        "task": "chat",
        "scenario": "play",
        "risk_level": "low",
        "policy": "v1",
        "tags": ["t"],
        "dimension": "tone",
    }
    found = say(mapping, {**GOOD, "who": "mine"}, GOOD, defaults=defaults)
    assert [row["task"] for row in found.prompts] == ["mine", "chat"]
    assert [(row["scenario"], row["risk_level"]) for row in found.prompts] == [("play", "low")] * 2
    assert found.prompts[0]["tags"] == ["x", "y"]
    assert [row["policy"] for row in found.votes] == ["mine", "v1"]
    assert [row["reason_tags"] for row in found.votes] == [["a", "b"]] * 2
    assert {row["dimension"] for row in found.votes} == {"tone"}
    assert say(PAIR, GOOD, defaults={"tags": ["t"]}).prompts[0]["tags"] == ["t"]


@pytest.mark.parametrize(
    ("time", "given"),
    [
        ("who", "2026-11-02T10:00:00Z"),
        ("who", "2026-11-02T12:00:00+02:00"),
        ("who", "2026-11-02 10:00:00"),
        ({"from": "who", "format": "%d.%m.%Y %H:%M"}, "02.11.2026 10:00"),
        ({"from": "who", "format": ["%Y", "%d/%m/%Y %H"]}, "02/11/2026 10"),
        ({"from": "who::bigint", "unit": "seconds"}, "1793613600"),
        ({"from": "who::double", "unit": "milliseconds"}, "1793613600000"),
    ],
)
def test_times_are_utc_however_they_are_written(time: Any, given: str) -> None:  # noqa: ANN401 - a leaf
    """Text with or without a zone, a format, or a number since 1970."""
    [vote] = say(with_vote(decided_at=time), {**GOOD, "who": given}).votes
    assert vote["decided_at"].replace(tzinfo=UTC) == datetime(2026, 11, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["m", "r", "id", "e0", "each", "message", "item", "x"])
def test_a_field_of_any_name_is_itself_alone(name: str) -> None:
    """No name that a mapping's own SQL gives to the items of a list is taken for a field, nor a field for it."""
    field = {name: {"role": "text", "content": "text"}}
    turns = [{"role": "user", "content": text} for text in ("one", "two", "three")]
    asked = {"fields": {**PAIR["fields"], **field, "turns": [{"role": "text", "content": "text"}]}}
    mapping = {**PAIR, **asked, "prompt": {"messages": "turns"}, "task": f'"{name}".content'}
    found = say(mapping, {**GOOD, "turns": turns, name: {"role": "user", "content": "other"}})
    assert [(row["messages"], row["task"]) for row in found.prompts] == [(turns, "other")]
    listed = {"fields": {"p": "text", "list": ["text"], name: ["integer"]}, "prompt": "p"}
    found = say(
        {**listed, "rankings": [{"responses": "list", "ranks": f'"{name}"'}]},
        {"p": "q", "list": ["x", "y"], name: [2, 1]},
    )
    assert [text_of(found, vote[f"{vote['choice']}_id"]) for vote in found.votes] == ["y"]


JOINED: dict[str, Any] = {
    "fields": {"pair": "integer", "said": "text"},
    "join": {
        "as": "of",
        "path": "b.jsonl",
        "fields": {"id": "text", "a": "text", "b": "text"},
        "match": {"pair": "id"},
    },
    "prompt": {"constant": "q"},
    "responses": {"a": {"text": "of.a"}, "b": {"text": "of.b"}},
    "votes": [{"left": "a", "right": "b", "choice": {"from": "said", "values": {"A": "left"}}}],
}


def test_two_files_meet_on_a_key() -> None:
    """Keys of different types meet as texts; no match and two matches are refused."""
    rows = [{"id": "1", "a": "x", "b": "y"}, {"id": "2", "a": "x", "b": "z"}, {"id": "2", "a": "x", "b": "w"}]
    records = ({"pair": pair, "said": "A"} for pair in (1, 2, 3, None, 1))
    found = say(JOINED, *records, joined=rows)
    assert reasons(found) == {2: "ambiguous_match", 3: "no_match", 4: "no_match"}
    assert "id = 3" in found.refused[1].detail
    assert [row["line"] for row in found.votes] == [1, 5]


def test_a_field_that_is_a_sql_word_needs_no_quotes_alone() -> None:
    """A bare name is the field, whatever SQL thinks of it."""
    mapping = {
        **PAIR,
        "fields": {**PAIR["fields"], "end": "text", "prompt 1": "text"},
        "prompt": "prompt 1",
        "task": "end",
    }
    found = say(mapping, {**GOOD, "prompt 1": "hello", "end": "t"})
    assert found.prompts[0]["messages"][0]["content"] == "hello"
    assert found.prompts[0]["task"] == "t"


def test_line_and_file_can_be_named_unless_a_field_has_the_name() -> None:
    """Judges are often named in the file's name only."""
    found = say(with_vote(rater="split_part(file, '.', 1) || line"), GOOD)
    assert found.votes[0]["rater_id"] == "crowd:records1"
    mapping = {**with_vote(rater="file"), "fields": {**PAIR["fields"], "file": "text", "line": "text"}}
    assert say(mapping, {**GOOD, "file": "own"}).votes[0]["rater_id"] == "crowd:own"


def test_names_and_words_are_the_same_composed_and_decomposed() -> None:
    """Some systems write an accent as a character of its own: that is no other rater, dimension, task or word."""
    fields = dict.fromkeys(("id", "who", "by", "dim", "task", "q", "a", "b", "said"), "text")
    mapping = {
        "fields": fields,
        "id": "id",
        "prompt": "q",
        "task": "task",
        "responses": {"a": {"text": "a", "generator": "by"}, "b": {"text": "b"}},
        "votes": [
            {
                "left": "a",
                "right": "b",
                "choice": {"from": "said", "values": {"gleich gut f\u00fcr": "tie"}},
                "rater": "who",
                "dimension": "dim",
            }
        ],
    }
    record = {"id": "\u00e91", "who": "Jos\u00e9", "by": "M\u00f6", "dim": "Sch\u00e4rfe", "task": "\u00dcbung"}
    record |= {"q": "Wof\u00fcr?", "a": "x", "b": "y", "said": "gleich gut f\u00fcr"}
    decomposed = {name: unicodedata.normalize("NFD", text) for name, text in record.items()}
    assert decomposed != record
    found = say(mapping, record, decomposed)
    assert reasons(found) == {}
    one, other = found.votes
    assert {**one, "line": 0} == {**other, "line": 0} | {"raw": one["raw"]}
    assert {each["task"] for each in found.prompts} == {"\u00dcbung"}
    assert {each["generator"] for each in found.responses} == {"M\u00f6", None}
    user = {**GOOD, "said": "ok", "who": "Jos\u00e9"}
    users = say(EVENT, user, {**user, "who": unicodedata.normalize("NFD", "Jos\u00e9")}).events
    assert len({event["user_id"] for event in users}) == 1
