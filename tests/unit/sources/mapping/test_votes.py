"""Votes as a mapping says them: sides as shown, who gave them, and what was judged together."""

from __future__ import annotations

import json

import pytest

from tests.unit.sources.mapping._saying import GOOD, PAIR, say, text_of, with_vote


def test_a_vote_has_its_sides_as_shown() -> None:
    """Left is what was shown first, whatever the choice."""
    found = say(PAIR, GOOD, {**GOOD, "said": "B"}, {**GOOD, "said": "="})
    assert [row["choice"] for row in found.votes] == ["left", "right", "tie"]
    assert {text_of(found, row["left_id"]) for row in found.votes} == {"one"}
    assert [row["raw"] for row in found.votes] == ["A", "B", "="]
    assert {row["order_known"] for row in found.votes} == {True}


@pytest.mark.parametrize(("a", "b"), [("one", "two"), ("two", "one"), ("x", "y"), ("y", "x")])
def test_unknown_order_leaves_nothing_in_the_places(a: str, b: str) -> None:
    """Chosen and rejected say nothing about who stood where: the smaller id stands left, and the winner still wins."""
    [vote] = (found := say(with_vote(order="unknown"), {**GOOD, "a": a, "b": b})).votes
    assert vote["left_id"] < vote["right_id"]
    assert text_of(found, vote[f"{vote['choice']}_id"]) == a
    assert vote["order_known"] is False


def test_raters_have_their_supervisor_in_their_id() -> None:
    """An unnamed rater is one of the source's pool; a description is staged once."""
    mapping = with_vote(rater="who", level={"constant": "senior"})
    found = say(mapping, {**GOOD, "who": "ann"}, {**GOOD, "who": "ann"}, {**GOOD, "who": " "})
    assert [row["rater_id"] for row in found.votes] == ["crowd:ann", "crowd:ann", "crowd:src"]
    assert sorted((row["rater_id"], row["level"]) for row in found.raters) == [
        ("crowd:ann", "senior"),
        ("crowd:src", "senior"),
    ]


def test_users_are_known_by_pseudonym_only() -> None:
    """A user's vote and the same user's event meet, and neither holds the name."""
    mapping = {**with_vote(rater="who"), "events": [{"kind": {"constant": "like"}, "response": "a", "user": "who"}]}
    found = say(mapping, {**GOOD, "who": "ann@example.com"}, supervisor="user")
    assert found.votes[0]["rater_id"] == found.events[0]["rater_id"] == f"user:{found.events[0]['user_id']}"
    assert "ann" not in json.dumps(found.tables, default=str)


def test_several_raters_in_one_record() -> None:
    """A list gives one statement per element; null elements say nothing."""
    fields = {**PAIR["fields"], "votes": [{"who": "text", "v": "integer"}]}
    mapping = {
        **with_vote(each="votes", rater="it.who", choice={"from": "it.v", "values": {1: "left", 2: "right"}}),
        "fields": fields,
    }
    votes = [{"who": "x", "v": 1}, {"who": "y", "v": None}, {"who": "z", "v": 2}]
    found = say(mapping, {**GOOD, "votes": votes})
    assert [(row["rater_id"], row["choice"], row["item"]) for row in found.votes] == [
        ("crowd:x", "left", 0),
        ("crowd:z", "right", 1),
    ]


def test_pairs_of_one_judgement_share_an_id_that_is_made_of_what_was_said() -> None:
    """The id is the same wherever the record stands, and another when anything else was said."""
    mapping = {
        **PAIR,
        "responses": {"a": {"text": "a"}, "b": {"text": "b"}, "c": {"text": "who"}},
        "votes": [
            {
                "each": "[{'l': 'a', 'r': 'b'}, {'l': 'a', 'r': 'c'}, {'l': 'b', 'r': 'c'}]",
                "left": {"pick": "it.l"},
                "right": {"pick": "it.r"},
                "choice": PAIR["votes"][0]["choice"],
                "judged_together": 3,
            }
        ],
    }
    record = {**GOOD, "who": "three"}
    found = say(mapping, record, {**record, "said": "B"}, record)
    by_line = {line: {row["judgement_id"] for row in found.votes if row["line"] == line} for line in (1, 2, 3)}
    assert [len(ids) for ids in by_line.values()] == [1, 1, 1]
    assert by_line[1] == by_line[3] != by_line[2]
    assert {row["judgement_size"] for row in found.votes} == {3}
    assert {row["order_known"] for row in found.votes} == {False}
