"""Mistakes in a mapping are found before any file is read, each at its key."""

from __future__ import annotations

from typing import Any

import pytest

from prefstrata.sources.mapping import MappingError
from tests.unit.sources.mapping._saying import PAIR, compiled


def _vote(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - sections of any shape
    return {**PAIR, "votes": [{**PAIR["votes"][0], **keys}]}


def _joined(match: str, type_: str) -> dict[str, Any]:
    return {**PAIR, "join": {"as": "j", "path": "b.jsonl", "fields": {"key": type_}, "match": {match: "key"}}}


@pytest.mark.parametrize(
    ("mapping", "where", "what"),
    [
        (_vote(choise="said"), "votes[0].choise", "there is no such key: did you mean choice?"),
        ({**PAIR, "votes": [{"left": "a", "right": "b"}]}, "votes[0].choice", "missing"),
        ({**PAIR, "votes": []}, "", "nothing is said"),
        (
            {**PAIR, "ratings": [{"response": "a", "value": 1, "scale": [1, 7, 9]}]},
            "ratings[0].scale",
            "there are 3 values here; at most 2 belong",
        ),
        ({key: value for key, value in PAIR.items() if key != "prompt"}, "", "`prompt` is missing"),
        ({**PAIR, "prompt": []}, "prompt", "user turn"),
        ({**PAIR, "prompt": "promt"}, "prompt", "no column promt"),
        ({**PAIR, "prompt": "n"}, "", ""),
        ({**PAIR, "prompt": "[p]"}, "prompt", "a text is wanted"),
        ({**PAIR, "task": "chat"}, "task", "no column chat"),
        ({**PAIR, "risk_level": {"constant": "huge"}}, "risk_level", "low, medium, high"),
        (_vote(left="c"), "votes[0].left", "no response 'c'"),
        (_vote(left={"pick": "a", "text": "b"}), "votes[0].left", "write a key"),
        (_vote(choice={"from": "said", "values": {"A": "links"}}), "votes[0].choice", "'links' is not one of"),
        (_vote(choice={"constant": "links"}), "votes[0].choice", "'links' is not one of"),
        (_vote(strength="said"), "votes[0].strength", "cast it"),
        (_vote(strength={"from": "n", "unit": "seconds"}), "votes[0].strength", "only a time"),
        (_vote(decided_at="n"), "votes[0].decided_at", "unit: seconds"),
        (_vote(decided_at={"from": "n", "unit": "seconds", "format": "%Y"}), "votes[0].decided_at", "not both"),
        (_vote(where="said"), "votes[0].where", "a condition is wanted"),
        (_vote(each="said"), "votes[0].each", "a list is wanted"),
        (_vote(rater="it.x"), "votes[0].rater", "no column it"),
        (_vote(rater="lower(n, n)"), "votes[0].rater", "lower"),
        (_vote(rater="(select 1)"), "votes[0].rater", "subquery"),
        (_vote(rater="read_text('x')"), "votes[0].rater", "reads tables or files"),
        (_vote(rater="n"), "votes[0].rater", "declare the field integer or text"),
        (_vote(id="n"), "votes[0].id", "declare the field integer or text"),
        ({**PAIR, "id": "n"}, "id", "declare the field integer or text"),
        ({**PAIR, "events": [{"kind": {"constant": "like"}, "user": "n"}]}, "events[0].user", "declare the field"),
        ({**PAIR, "events": [{"kind": {"constant": "like"}, "session": "n"}]}, "events[0].session", "declare the"),
        (_joined("n", "integer"), "join.match.n", "declare the field integer or text"),
        (_joined("p", "number"), "join.match.p", "declare it integer or text"),
        (_joined("floor(n)::bigint", "integer"), "", ""),
        ({**PAIR, "let": {"a": "b"}}, "let.a", "is taken"),
        ({**PAIR, "let": {"__x": "b"}}, "let.__x", "reserved"),
        ({**PAIR, "refuse": [{"when": "a", "reason": "Bad", "detail": "x"}]}, "refuse[0].reason", "pattern"),
        ({**PAIR, "responses": {"a": "b", "b": {"text": "b"}}}, "responses.a", "write `a: {text: …}`"),
        ({**PAIR, "steps": [{"output": "a", "reward": "n"}]}, "steps[0].each", "missing"),
        ({**PAIR, "rankings": [{"responses": "[1]"}]}, "rankings[0].responses", "list of texts"),
        ({**PAIR, "ratings": [{"response": "a", "value": "n", "scale": [1]}]}, "ratings[0].scale", ""),
    ],
)
def test_a_mistake_is_told_at_its_key(mapping: dict[str, Any], where: str, what: str) -> None:
    """The message names the key and says what to write; nothing was opened."""
    if not where and not what:
        compiled(mapping)
        return
    with pytest.raises(MappingError) as caught:
        compiled(mapping)
    assert what in str(caught.value)
    assert ".".join(map(str, caught.value.key)).startswith(where.replace("[", ".").replace("]", ""))


def test_the_expression_at_fault_is_shown() -> None:
    """So that it can be found in a long file."""
    with pytest.raises(MappingError, match=r"in `lower\(  ?n, n\)`"):
        compiled(_vote(rater="lower(  n, n)"))
