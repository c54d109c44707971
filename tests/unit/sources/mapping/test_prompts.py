"""Prompts and responses as a mapping says them: by their text, alone or in a conversation."""

from __future__ import annotations

from tests.unit.sources.mapping._saying import GOOD, PAIR, reasons, say


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
