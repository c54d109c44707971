"""What a mapping says: prompts, responses, votes, ranked lists, ratings, steps, events and withdrawals."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.sources.mapping._saying import PAIR, reasons, say

GOOD = {"p": "question", "a": "one", "b": "two", "said": "A"}


def _vote(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - sections of any shape
    return {**PAIR, "votes": [{**PAIR["votes"][0], **keys}]}


def _text(said: Any, id_: str) -> str:  # noqa: ANN401 - what `say` gives
    return next(row["content"] for row in said.responses if row["response_id"] == id_)


def test_a_vote_has_its_sides_as_shown() -> None:
    """Left is what was shown first, whatever the choice."""
    found = say(PAIR, GOOD, {**GOOD, "said": "B"}, {**GOOD, "said": "="})
    assert [row["choice"] for row in found.votes] == ["left", "right", "tie"]
    assert {_text(found, row["left_id"]) for row in found.votes} == {"one"}
    assert [row["raw"] for row in found.votes] == ["A", "B", "="]
    assert {row["order_known"] for row in found.votes} == {True}


@pytest.mark.parametrize(("a", "b"), [("one", "two"), ("two", "one"), ("x", "y"), ("y", "x")])
def test_unknown_order_leaves_nothing_in_the_places(a: str, b: str) -> None:
    """Chosen and rejected say nothing about who stood where: the smaller id stands left, and the winner still wins."""
    [vote] = (found := say(_vote(order="unknown"), {**GOOD, "a": a, "b": b})).votes
    assert vote["left_id"] < vote["right_id"]
    assert _text(found, vote[f"{vote['choice']}_id"]) == a
    assert vote["order_known"] is False


def test_the_same_text_is_the_same_response_in_every_source() -> None:
    """Ids come from normalised text, so white space, line ends and Unicode forms do not make another prompt."""
    found = say(
        PAIR, GOOD, {**GOOD, "p": " question\r\n", "a": "one\n"}, {**GOOD, "p": "cafe\u0301"}, {**GOOD, "p": "café"}
    )
    prompts = [row["prompt_id"] for row in found.votes]
    assert prompts[0] == prompts[1] != prompts[2]
    assert prompts[2] == prompts[3]
    assert found.votes[0]["left_id"] == found.votes[1]["left_id"]
    assert [row["messages"][0]["content"] for row in found.prompts] == ["question", "café"]


def test_a_text_is_handed_over_once_for_each_way_it_is_described() -> None:
    """The ledger keeps the first of equal descriptions; later records bring only what they say of the text."""
    found = say({**PAIR, "task": "who"}, GOOD, GOOD, {**GOOD, "who": "other"}, GOOD)
    assert [(row["line"], row["task"]) for row in found.prompts] == [(1, None), (3, "other")]
    assert [row["line"] for row in found.responses] == [1, 1]
    assert len(found.votes) == 4


def test_a_prompt_may_be_a_conversation() -> None:
    """Messages with no content are left out; the last must be there."""
    turns = [{"role": "system", "content": "who"}, {"role": "user", "content": "p"}]
    found = say({**PAIR, "prompt": turns}, {**GOOD, "who": "be kind"}, GOOD)
    assert [[m["role"] for m in row["messages"]] for row in found.prompts] == [["system", "user"], ["user"]]
    assert len({row["prompt_id"] for row in found.prompts}) == 2


def test_roles_have_one_name_each() -> None:
    """What APIs and frameworks call them otherwise is the same prompt; a conversation may end in any name of a user."""
    fields = {**PAIR["fields"], "turns": [{"role": "text", "content": "text"}]}
    named = [["developer", "human", "ai", "function"], ["system", "user", "assistant", "tool"], ["human"], ["ai"]]
    said = [[{"role": role, "content": "x"} for role in roles] for roles in named]
    found = say(
        {**PAIR, "fields": fields, "prompt": {"messages": "turns"}}, *({**GOOD, "turns": turns} for turns in said)
    )
    assert [[m["role"] for m in row["messages"]] for row in found.prompts] == [named[1], ["user"]]
    assert reasons(found) == {4: "bad_prompt"}


def test_messages_come_from_a_list_and_are_checked() -> None:
    """Roles are the known ones, every message has content, and a user has the last word."""
    fields = {**PAIR["fields"], "turns": [{"role": "text", "content": "text"}]}
    mapping = {**PAIR, "fields": fields, "prompt": {"messages": "turns"}}
    user, model = {"role": "user", "content": " hi "}, {"role": "assistant", "content": "yes"}
    found = say(
        mapping,
        *(
            {**GOOD, "turns": turns}
            for turns in ([user], [user, model, user], [user, model], [], [{**user, "role": "x"}], None)
        ),
    )
    assert reasons(found) == {3: "bad_prompt", 4: "bad_prompt", 5: "bad_prompt", 6: "missing_text"}
    assert found.prompts[0]["messages"] == [{"role": "user", "content": "hi"}]
    assert found.prompts[0]["prompt_id"] == say(PAIR, {**GOOD, "p": "hi"}).prompts[0]["prompt_id"]


def test_the_source_says_what_the_record_does_not() -> None:
    """Defaults of the source stand in for nulls; tags and reason tags are sorted, each once."""
    mapping = {**_vote(reason_tags="['b', 'a', null, 'b']", policy="who"), "task": "who", "tags": "['y', 'x', 'y']"}
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


def test_raters_have_their_supervisor_in_their_id() -> None:
    """An unnamed rater is one of the source's pool; a description is staged once."""
    mapping = _vote(rater="who", level={"constant": "senior"})
    found = say(mapping, {**GOOD, "who": "ann"}, {**GOOD, "who": "ann"}, {**GOOD, "who": " "})
    assert [row["rater_id"] for row in found.votes] == ["crowd:ann", "crowd:ann", "crowd:src"]
    assert sorted((row["rater_id"], row["level"]) for row in found.raters) == [
        ("crowd:ann", "senior"),
        ("crowd:src", "senior"),
    ]


def test_users_are_known_by_pseudonym_only() -> None:
    """A user's vote and the same user's event meet, and neither holds the name."""
    mapping = {**_vote(rater="who"), "events": [{"kind": {"constant": "like"}, "response": "a", "user": "who"}]}
    found = say(mapping, {**GOOD, "who": "ann@example.com"}, supervisor="user")
    assert found.votes[0]["rater_id"] == found.events[0]["rater_id"] == f"user:{found.events[0]['user_id']}"
    assert "ann" not in json.dumps(found.tables, default=str)


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
    [vote] = say(_vote(decided_at=time), {**GOOD, "who": given}).votes
    assert vote["decided_at"].replace(tzinfo=UTC) == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_several_raters_in_one_record() -> None:
    """A list gives one statement per element; null elements say nothing."""
    fields = {**PAIR["fields"], "votes": [{"who": "text", "v": "integer"}]}
    mapping = {
        **_vote(each="votes", rater="it.who", choice={"from": "it.v", "values": {1: "left", 2: "right"}}),
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


RANKING: dict[str, Any] = {
    "fields": {"p": "text", "list": [{"text": "text", "generator": "text"}], "ranks": ["number"], "who": "text"},
    "prompt": "p",
    "rankings": [{"responses": "list", "ranks": "ranks", "rater": "who"}],
}


def _listed(*texts: str) -> list[dict[str, str]]:
    return [{"text": text, "generator": f"model-{text}"} for text in texts]


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
    assert [_text(found, vote[f"{vote['choice']}_id"]) for vote in found.votes] == ["y"]


def test_a_ranked_list_is_its_pairs() -> None:
    """Every pair votes for the better rank, equal ranks tie, and unranked responses are in no pair."""
    found = say(RANKING, {"p": "q", "list": _listed("x", "y", "z", "w"), "ranks": [2, 1, 2, None]})
    votes = {frozenset((_text(found, v["left_id"]), _text(found, v["right_id"]))): v for v in found.votes}
    assert votes.keys() == {frozenset("xy"), frozenset("yz"), frozenset("xz")}
    assert votes[frozenset("xz")]["choice"] == "tie"
    for pair in (frozenset("xy"), frozenset("yz")):
        assert _text(found, votes[pair][f"{votes[pair]['choice']}_id"]) == "y"
    assert {v["judgement_size"] for v in found.votes} == {3}
    assert {v["order_known"] for v in found.votes} == {False}
    assert len({v["judgement_id"] for v in found.votes}) == 1
    assert {(r["content"], r["generator"]) for r in found.responses} == {(t, f"model-{t}") for t in "xyzw"}


def test_without_ranks_a_list_is_best_first() -> None:
    """The order of the list is the ranking."""
    mapping = {**RANKING, "rankings": [{"responses": "list"}]}
    found = say(mapping, {"p": "q", "list": _listed("x", "y", "z")})
    won = {_text(found, v[f"{v['choice']}_id"]) for v in found.votes}
    assert len(found.votes) == 3
    assert won == {"x", "y"}


def test_candidates_can_be_ranked_by_key() -> None:
    """Responses named in the mapping take ranks of their own."""
    mapping = {**PAIR, "votes": [], "rankings": [{"responses": ["a", "b"], "ranks": ["n", "2"]}]}
    found = say(mapping, {**GOOD, "n": 3}, {**GOOD, "n": None})
    assert reasons(found) == {2: "says_nothing"}
    assert _text(found, found.votes[0][f"{found.votes[0]['choice']}_id"]) == "two"


@pytest.mark.parametrize(
    ("texts", "ranks", "reason"),
    [
        (["x", "x"], [1, 2], "identical_sides"),
        (["x", "y"], [1], "ranks_mismatch"),
        ([None, "y"], [1, 2], "missing_text"),
        ([f"t{place}" for place in range(101)], list(range(101)), "too_many_ranked"),
    ],
)
def test_a_ranked_list_that_cannot_be_one(texts: list[str], ranks: list[int], reason: str) -> None:
    """A list is refused like a pair is."""
    found = say(RANKING, {"p": "q", "list": _listed(*texts), "ranks": ranks})
    assert reasons(found) == {1: reason}
    assert found.responses == []


@pytest.mark.parametrize(("value", "reason"), [(1, None), (5, None), (0.9, "out_of_scale"), (5.1, "out_of_scale")])
@pytest.mark.parametrize("scale", [[1, 5], [5, 1], ["1.0", "n * 0 + 5"]])
def test_a_rating_is_on_its_scale(scale: list[Any], value: float, reason: str | None) -> None:
    """Either end may be the best one; outside is a fault, not a clip."""
    mapping = {**PAIR, "votes": [], "ratings": [{"response": "a", "value": "n", "scale": scale}]}
    found = say(mapping, {**GOOD, "n": value})
    assert reasons(found) == ({1: reason} if reason else {})
    assert [row["value"] for row in found.ratings] == ([] if reason else [value])


@pytest.mark.parametrize("ends", [["0 - n", "n"], [0, "n"], ["n", "n"]])
def test_a_scale_without_end_or_length_is_no_scale(ends: list[Any]) -> None:
    """Nothing can be said about a place on it, and a rating that came into the ledger would stop every run."""
    mapping = {**PAIR, "votes": [], "ratings": [{"response": "a", "value": "n", "scale": ends}]}
    assert reasons(say(mapping, {**GOOD, "n": 1e308})) == {1: "out_of_scale"}


def test_a_response_may_stand_in_the_statement() -> None:
    """A list of answers of any length, each with its text and generator."""
    mapping = {
        **RANKING,
        "rankings": [],
        "ratings": [
            {
                "each": "list",
                "response": {"text": "it.text", "generator": "it.generator", "sampling": "{'t': 0.5}"},
                "value": "length(it.text)",
                "scale": [0, 10],
            }
        ],
    }
    found = say(mapping, {"p": "q", "list": _listed("x", "yy")})
    assert [row["value"] for row in found.ratings] == [1, 2]
    assert {(r["content"], r["generator"], r["sampling"]) for r in found.responses} == {
        ("x", "model-x", '{"t":0.5}'),
        ("yy", "model-yy", '{"t":0.5}'),
    }


STEPS: dict[str, Any] = {
    "fields": {"p": "text", "steps": [{"s": "text", "o": "text", "r": "number"}]},
    "prompt": "p",
    "steps": [{"each": "steps", "state": "it.s", "output": "it.o", "reward": "it.r"}],
}


def _steps(*rewards: float | None) -> dict[str, Any]:
    return {"p": "q", "steps": [{"s": None, "o": f"step {n}", "r": reward} for n, reward in enumerate(rewards)]}


def test_a_trace_is_known_by_all_its_steps() -> None:
    """Steps that were not judged belong to the trace, and stand in it."""
    found = say(STEPS, _steps(1, -1, None), _steps(1, -1), _steps(0, 0.5, None))
    traces = {line: {row["trace_id"] for row in found.steps if row["line"] == line} for line in (1, 2, 3)}
    assert [len(ids) for ids in traces.values()] == [1, 1, 1]
    assert traces[1] == traces[3] != traces[2]
    assert [(row["index"], row["reward"]) for row in found.steps if row["line"] == 1] == [(0, 1), (1, -1), (2, None)]


def test_a_step_that_was_not_judged_leaves_no_hole() -> None:
    """A solution is kept whole, and one of which no step was judged says nothing."""
    found = say(STEPS, _steps(1, None, -1), _steps(None, None))
    assert [(row["index"], row["output"], row["reward"]) for row in found.steps] == [
        (0, "step 0", 1),
        (1, "step 1", None),
        (2, "step 2", -1),
    ]
    assert reasons(found) == {2: "says_nothing"}


def test_who_judged_no_step_of_a_trace_has_no_part_in_it() -> None:
    """Where steps name their raters one by one, a step that nobody judged is no rater's, or the trace had one more."""
    mapping = {
        **STEPS,
        "fields": {"p": "text", "steps": [{"o": "text", "r": "number", "by": "text"}]},
        "steps": [{"each": "steps", "output": "it.o", "reward": "it.r", "rater": "it.by"}],
    }
    steps = [("a", 1, "ann"), ("b", None, "ann"), ("c", None, None), ("d", None, "ben")]
    found = say(mapping, {"p": "q", "steps": [{"o": o, "r": r, "by": by} for o, r, by in steps]})
    assert [(row["output"], row["rater_id"]) for row in found.steps] == [("a", "crowd:ann"), ("b", "crowd:ann")]
    assert [row["rater_id"] for row in found.raters] == ["crowd:ann"]


NUMBERED: dict[str, Any] = {
    "fields": {"p": "text", "steps": [{"n": "number", "o": "text", "r": "number"}]},
    "prompt": "p",
    "steps": [{"each": "steps", "index": "it.n::bigint", "output": "it.o", "reward": "it.r"}],
}


def _numbered(*steps: tuple[int | None, str]) -> dict[str, Any]:
    return {"p": "q", "steps": [{"n": number, "o": output, "r": 1} for number, output in steps]}


def test_a_step_is_known_by_its_rank() -> None:
    """From 0, from 1, with gaps or in another order: the trace is the same, and so is the place of each step."""
    found = say(
        NUMBERED,
        _numbered((0, "a"), (1, "b"), (2, "c")),
        _numbered((1, "a"), (2, "b"), (3, "c")),
        _numbered((9, "c"), (-4, "a"), (5, "b")),
        _numbered((1, "a"), (0, "b"), (2, "c")),
    )
    places = {
        line: sorted((r["index"], r["output"]) for r in found.steps if r["line"] == line) for line in (1, 2, 3, 4)
    }
    assert places[1] == places[2] == places[3] == [(0, "a"), (1, "b"), (2, "c")]
    assert places[4] == [(0, "b"), (1, "a"), (2, "c")]
    traces = {line: {r["trace_id"] for r in found.steps if r["line"] == line} for line in (1, 2, 3, 4)}
    assert len(traces[1]) == 1
    assert traces[1] == traces[2] == traces[3] != traces[4]


def test_two_steps_cannot_have_one_index() -> None:
    """Which of them comes first would be a guess; another record may use the same numbers."""
    found = say(
        NUMBERED, _numbered((1, "a"), (1, "b")), _numbered((1, "a"), (None, "b")), _numbered((1, "a"), (2, "b"))
    )
    assert reasons(found) == {1: "duplicate_step", 2: "duplicate_step"}
    assert found.refused[0].detail == "steps[0]: two steps have the index 1"
    assert [row["line"] for row in found.steps] == [3, 3]


def test_a_reward_is_between_minus_one_and_one() -> None:
    """Another scale is for the mapping to bring to this one; a step without output is none."""
    found = say(STEPS, _steps(1, 2), {"p": "q", "steps": [{"o": None, "r": 1}]}, {"p": "q", "steps": []})
    assert reasons(found) == {1: "out_of_scale", 2: "missing_text", 3: "says_nothing"}


EVENT: dict[str, Any] = {
    **PAIR,
    "votes": [],
    "events": [
        {
            "kind": {"from": "said", "values": {"ok": "accept", "no": "reject"}},
            "response": "a",
            "alternatives": ["b"],
            "user": "who",
            "position": "n::bigint",
            "occurred_at": "at",
            "id": "at",
        }
    ],
}


def test_an_event_has_its_exposure() -> None:
    """What was shown beside it, where, when, to whom."""
    [event] = (found := say(EVENT, {**GOOD, "said": "ok", "n": 1, "who": "u", "at": "2026-01-01"})).events
    assert (event["kind"], event["position"], event["own_id"]) == ("accept", 1, "2026-01-01")
    assert [_text(found, other) for other in event["alternatives"]] == ["two"]
    assert event["occurred_at"] == event["decided_at"] == datetime(2026, 1, 1)  # noqa: DTZ001 - UTC by definition


def test_what_else_was_there_is_told_once_and_in_order() -> None:
    """However many places there are for it; one that holds nothing, or the same again, adds none."""
    rows = [{"b": b, "c": c} for b in ("two", "three", " ", None) for c in ("two", "three", "", None)]
    for places in (("b",), ("c",), ("b", "c"), ("b", "c", "b")):
        others = [{"text": each} for each in places]
        section = {**EVENT["events"][0], "response": {"text": "a"}, "alternatives": others}
        mapping = {**EVENT, "fields": {**EVENT["fields"], "c": "text"}, "events": [section], "responses": {}}
        found = say(mapping, *({**GOOD, "said": "ok", **row} for row in rows))
        ids = {row["content"]: row["response_id"] for row in found.responses}
        wanted = [sorted({ids[row[each]] for each in places if (row[each] or "").strip()}) for row in rows]
        assert [each["alternatives"] for each in found.events] == wanted


def test_an_answer_that_was_cleared_is_none() -> None:
    """Who clears an answer says "not this", and not that nothing is better; a blank one beside it was no choice."""
    cleared = {
        **EVENT,
        "events": [
            {
                "kind": {"constant": "edit"},
                "response": "a",
                "alternatives": [{"text": "b"}],
                "became": {"text": "c"},
                "user": "who",
            }
        ],
        "fields": {**EVENT["fields"], "c": "text"},
        "responses": {"a": {"text": "a"}},
    }
    declared = {**cleared, "responses": {**EVENT["responses"], "c": {"text": "c"}}}
    section = {**cleared["events"][0], "alternatives": ["b"]}
    by_key = {**declared, "events": [{**section, "became": "c"}]}
    by_pick = {**declared, "events": [{**section, "became": {"pick": "'c'"}}]}
    good = {"p": "question", "a": "one", "b": "two", "who": "u"}
    for mapping in (cleared, by_key, by_pick):
        blank = [{**good, "b": " ", "c": " \n"}, {**good, "b": "\u00a0", "c": "\u3000"}]
        found = say(mapping, {**good, "c": "better"}, {**good, "c": ""}, *blank, good)
        assert [each["became_id"] is not None for each in found.events] == [True, False, False, False, False]
        assert [len(each["alternatives"]) for each in found.events] == [1, 1, 0, 0, 1]
        said = {row["content"] for row in found.responses}
        assert said == {"one", "two", "better"} | ({"", "\u00a0", "\u3000"} if mapping is not cleared else set())


def test_an_event_may_be_about_nothing_known() -> None:
    """Without a prompt there is no response either, and the event is still one."""
    found = say(EVENT, {"said": "no"}, {"said": "ok", "n": -1}, {"said": "maybe"})
    assert reasons(found) == {2: "out_of_scale", 3: "unknown_value"}
    [event] = found.events
    assert (event["prompt_id"], event["response_id"], event["alternatives"], event["user_id"]) == (None, None, [], None)
    assert event["rater_id"] == "crowd:src"


def test_a_withdrawal_meets_the_events_of_its_user() -> None:
    """The pseudonym is made with the name of the source that the events came from; no time is reason to refuse it."""
    mapping = {"fields": EVENT["fields"], "withdrawals": [{"user": "who", "requested_at": "at"}]}
    found = say(mapping, {"who": "u", "at": "2026-01-01"}, {"who": "u", "at": "1. 5. 26"}, {"at": "2026-01-01"})
    assert reasons(found) == {3: "says_nothing"}
    assert [each["requested_at"] is None for each in found.withdrawals] == [False, True]
    assert found.withdrawals[0]["subject"] == say(EVENT, {**GOOD, "said": "ok", "who": "u"}).events[0]["user_id"]


def test_one_record_may_hold_several_prompts() -> None:
    """Each element of the mapping's `each` has a prompt and candidates of its own; one fault refuses them all."""
    fields = {"id": "text", "items": [{"q": "text", "a": "text", "b": "text", "v": "text"}]}
    mapping = {
        "fields": fields,
        "each": "items",
        "as": "question",
        "prompt": "id || ': ' || question.q",
        "responses": {"a": {"text": "question.a"}, "b": {"text": "question.b"}},
        "votes": [{"left": "a", "right": "b", "choice": {"from": "question.v", "values": {"A": "left"}}}],
    }
    item = {"q": "one", "a": "x", "b": "y", "v": "A"}
    found = say(
        mapping,
        {"id": "r", "items": [item, {**item, "q": "two"}]},
        {"id": "s", "items": [item, {**item, "v": "?"}]},
        {"id": "t"},
    )
    assert reasons(found) == {2: "unknown_value", 3: "says_nothing"}
    assert sorted(row["messages"][0]["content"] for row in found.prompts) == ["r: one", "r: two"]
    assert [row["item"] for row in found.votes] == [0, 1]


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
    found = say(_vote(rater="split_part(file, '.', 1) || line"), GOOD)
    assert found.votes[0]["rater_id"] == "crowd:records1"
    mapping = {**_vote(rater="file"), "fields": {**PAIR["fields"], "file": "text", "line": "text"}}
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
