"""Events and withdrawals as a mapping says them: what users did, beside what, and what they took back."""

from __future__ import annotations

from datetime import datetime

from tests.unit.sources.mapping._saying import EVENT, GOOD, reasons, say, text_of


def test_an_event_has_its_exposure() -> None:
    """What was shown beside it, where, when, to whom."""
    [event] = (found := say(EVENT, {**GOOD, "said": "ok", "n": 1, "who": "u", "at": "2026-01-01"})).events
    assert (event["kind"], event["position"], event["own_id"]) == ("accept", 1, "2026-01-01")
    assert [text_of(found, other) for other in event["alternatives"]] == ["two"]
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
