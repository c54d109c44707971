"""Why a record is refused, and that nothing of a refused record is staged."""

from __future__ import annotations

from typing import Any

import pytest

from prefstrata.sources.mapping import Demand, MappingError
from tests.unit.sources.mapping._saying import PAIR, reasons, say

GOOD = {"p": "question", "a": "one", "b": "two", "said": "A"}


def _with(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - sections of any shape
    return {**PAIR, **keys}


def _vote(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    return _with(votes=[{**PAIR["votes"][0], **keys}])


@pytest.mark.parametrize(
    ("change", "reason", "said"),
    [
        ({"said": "C"}, "unknown_value", "votes[0].choice is C; known are A, B, ="),
        ({"said": None}, "says_nothing", "no vote"),
        ({"p": None}, "missing_text", "prompt"),
        ({"p": " \n"}, "missing_text", "prompt"),
        ({"p": "\u3000\u00a0\u200b"}, "missing_text", "prompt"),
        ({"a": None}, "missing_text", "votes[0].left"),
        ({"b": None}, "missing_text", "votes[0].right"),
        ({"b": " one\r\n"}, "identical_sides", "same text"),
    ],
)
def test_a_vote_that_cannot_be_one(change: dict[str, Any], reason: str, said: str) -> None:
    """Each fault has its own word and names its key; the record beside it is taken."""
    found = say(PAIR, {**GOOD, **change}, GOOD)
    assert reasons(found) == {1: reason}
    assert said in found.refused[0].detail
    assert [row["line"] for row in found.votes] == [2]
    assert {row["line"] for row in found.responses} == {2}
    assert {row["line"] for row in found.prompts} == {2}


def test_an_empty_answer_is_an_answer() -> None:
    """Saying nothing at all can be better than the other answer."""
    found = say(PAIR, {**GOOD, "a": ""})
    assert found.refused == []
    assert {row["content"] for row in found.responses} == {"", "two"}


@pytest.mark.parametrize(("value", "reason"), [(-0.1, "out_of_scale"), (1.5, "out_of_scale"), (0.0, None), (1.0, None)])
def test_strength_is_from_nothing_to_all(value: float, reason: str | None) -> None:
    """How much better is a share."""
    found = say(_vote(strength="n"), {**GOOD, "n": value})
    assert reasons(found) == ({1: reason} if reason else {})


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2026-13-01", "", "infinity", "-infinity", "epoch", " EPOCH "),
        *("0044-03-15 (BC)", "0000-01-01", "0001-01-01T00:00:00+05:00", "10000-01-01", "290000-01-01 10:00:00"),
    ],
)
def test_a_time_that_is_none(text: str) -> None:
    """What does not read as a time refuses the record; null is no time given."""
    found = say(_vote(decided_at="at"), {**GOOD, "at": text}, {**GOOD, "at": None})
    assert reasons(found) == {1: "bad_time"}
    assert found.votes[0]["decided_at"] is None


@pytest.mark.parametrize("text", ["0001-01-01", "1970-01-01", "1900-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_a_time_of_any_year_of_four_digits_is_one(text: str) -> None:
    """What is said in digits is not taken for the word that reads as the same time."""
    [vote] = say(_vote(decided_at="at"), {**GOOD, "at": text}).votes
    assert vote["decided_at"].isoformat()[:10] == text[:10]


@pytest.mark.parametrize("seconds", [9e12, -9e12, 253402300800.0, -62135596801.0])
def test_a_number_beyond_the_calendar_is_no_time(seconds: float) -> None:
    """Years before 1 and after 9999 are mistakes of the unit, and Spark and Python cannot read them."""
    mapping = _vote(decided_at={"from": "n", "unit": "seconds"})
    found = say(mapping, {**GOOD, "n": seconds}, {**GOOD, "n": 253402300799.0}, {**GOOD, "n": -62135596800.0})
    assert reasons(found) == {1: "bad_time"}
    assert [row["decided_at"].year for row in found.votes] == [9999, 1]


def test_each_time_format_reads_by_itself() -> None:
    """What the row before had, an offset say, does not reach the next one; a day that no month has is no time."""
    formats = ["%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%a %b %d %H:%M:%S %Z %Y"]
    given = [
        "2026-01-02T03:04:05+0200",
        "02.11.2026 10:15",
        "31.02.2026 10:15",
        "2026-02-31T03:04:05+0200",
        "Thu Jan 01 00:30:00 CET 2026",
        "Thu Feb 31 00:30:00 CET 2026",
        "infinity",
        "epoch",
    ]
    mapping = _vote(decided_at={"from": '"at"', "format": formats})
    found = say(mapping, *({**GOOD, "at": text} for text in given))
    times = {row["line"]: f"{row['decided_at']:%F %T}" for row in found.votes}
    assert times == {1: "2026-01-02 01:04:05", 2: "2026-11-02 10:15:00", 5: "2025-12-31 23:30:00"}
    assert reasons(found) == dict.fromkeys((3, 4, 6, 7, 8), "bad_time")


@pytest.mark.parametrize("zone", ["CET", " America/Port-au-Prince"])
def test_a_zone_by_name_may_stand_anywhere(zone: str) -> None:
    """At the end of a word or by itself; the 31st of April is no time in any zone."""
    mapping = _vote(decided_at={"from": '"at"', "format": f"%d.%m.%Y %H:%M{' ' * zone.count(' ')}%Z"})
    found = say(mapping, {**GOOD, "at": f"30.04.2026 10:15{zone}"}, {**GOOD, "at": f"31.04.2026 10:15{zone}"})
    assert ([row["line"] for row in found.votes], reasons(found)) == ([1], {2: "bad_time"})


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%Y-%m-%d at %H:%M:%S (%Z)", "2026-04-{} at 03:04:05 (UTC)"),
        ("[%Z] %Y-%m-%d %H:%M:%S", "[UTC] 2026-04-{} 03:04:05"),
        ("%Y-%m-%d, %Z, %H:%M:%S", "2026-04-{}, UTC, 03:04:05"),
    ],
)
def test_a_zone_by_name_may_be_joined_to_signs(form: str, text: str) -> None:
    """Brackets and commas are no part of its name."""
    mapping = _vote(decided_at={"from": '"at"', "format": form})
    found = say(mapping, {**GOOD, "at": text.format(30)}, {**GOOD, "at": text.format(31)})
    assert {row["line"]: f"{row['decided_at']:%F %T}" for row in found.votes} == {1: "2026-04-30 03:04:05"}
    assert reasons(found) == {2: "bad_time"}


def test_a_format_of_a_zone_alone_is_a_mistake() -> None:
    """It names no time."""
    with pytest.raises(MappingError, match="has a zone and no time"):
        say(_vote(decided_at={"from": '"at"', "format": "%Z"}), GOOD)


def test_a_value_map_of_numbers_is_written_as_people_write_them() -> None:
    """1, 1.0 and "1" name the same number; what is not listed is told as it is listed."""
    values = {1: "left", 2.0: "right", "3": "tie", 2.5: "both_bad"}
    said = _vote(choice={"from": "n", "values": values})
    found = say(said, *({**GOOD, "n": n} for n in (1, 2, 3.0, 2.5, 4)))
    assert [row["choice"] for row in found.votes] == ["left", "right", "tie", "both_bad"]
    assert [each.detail for each in found.refused] == ["votes[0].choice is 4; known are 1, 2, 3, 2.5"]


@pytest.mark.parametrize("spoiled", ["not a number", "1e999"])
def test_an_error_in_an_expression_costs_its_record_only(spoiled: str) -> None:
    """The engine's error is caught for the one record, and the key is named."""
    found = say(_vote(strength='"at"::decimal(3, 2)::double'), {**GOOD, "at": spoiled}, {**GOOD, "at": "0.5"})
    assert reasons(found) == {1: "expression_failed"}
    assert "votes[0].strength" in found.refused[0].detail
    assert found.votes[0]["strength"] == 0.5


def test_an_error_in_a_let_or_a_list_costs_its_record_only() -> None:
    """Named values and lists fail like leaves do."""
    mapping = _with(let={"k": '"at"::integer'}, votes=[{**PAIR["votes"][0], "each": "[error_free, k]"}])
    mapping["let"]["error_free"] = "1"
    assert reasons(say(mapping, {**GOOD, "at": "x"}, {**GOOD, "at": "2"})) == {1: "expression_failed"}
    listed = _vote(each="string_split(\"at\", ',')::integer[]")
    assert reasons(say(listed, {**GOOD, "at": "x"}, {**GOOD, "at": "1,2"})) == {1: "expression_failed"}


def test_what_the_filter_leaves_out_is_kept_as_filtered() -> None:
    """Nothing is lost: a record that is not wanted is refused, with the condition."""
    found = say(_with(where="n > 1"), {**GOOD, "n": 1}, {**GOOD, "n": 2}, {**GOOD, "n": None})
    assert reasons(found) == {1: "filtered", 3: "filtered"}
    assert "n > 1" in found.refused[0].detail


def test_a_mapping_can_refuse_in_its_own_words() -> None:
    """The condition, the word and the sentence are the mapping's."""
    mapping = _with(refuse=[{"when": "contains(a, '<html>')", "reason": "not_text", "detail": "a web page"}])
    found = say(mapping, {**GOOD, "a": "<html>"}, GOOD)
    assert [(each.reason, each.detail) for each in found.refused] == [("not_text", "a web page")]


def test_the_first_problem_is_the_one_that_is_told() -> None:
    """A record with several faults has one reason, the same each time."""
    mapping = _with(where="n > 1", refuse=[{"when": "a = 'one'", "reason": "tiresome", "detail": "again"}])
    assert reasons(say(mapping, {**GOOD, "n": 1, "said": "C"})) == {1: "filtered"}
    assert reasons(say(mapping, {**GOOD, "n": 2, "said": "C"})) == {1: "tiresome"}


def test_one_bad_statement_refuses_all_of_its_record() -> None:
    """A record is accepted whole or refused whole."""
    mapping = _with(
        ratings=[{"response": "a", "value": "n", "scale": [0, 1]}], votes=[{**PAIR["votes"][0], "rater": "who"}]
    )
    found = say(mapping, {**GOOD, "n": 7, "who": "x"}, {**GOOD, "n": 1, "who": "y"})
    assert reasons(found) == {1: "out_of_scale"}
    for table in ("votes", "ratings", "responses", "prompts", "raters"):
        assert {row["line"] for row in found.tables[table]} == {2}


@pytest.mark.parametrize(
    ("keys", "scenario", "risk", "refused"),
    [
        ({}, "care", "high", True),
        ({}, "care", "low", False),
        ({}, "play", "high", False),
        ({}, "other", "high", True),
        ({}, None, "high", True),
        ({"rationale": {"constant": "why"}}, "care", "high", False),
        ({"rationale": {"constant": "  "}}, "care", "high", True),
        ({"rationale": "e'\\n\\t'"}, "care", "high", True),
        ({"rationale": "e'\\r\\n'"}, "care", "high", True),
        ({"rationale": {"constant": "\u00a0\u3000"}}, "care", "high", True),
        ({"reason_tags": {"constant": "rude"}}, "care", "high", False),
        ({"reason_tags": "string_split('', ';')"}, "care", "high", True),
        ({"reason_tags": "[' ', e'\\t\\n', null]"}, "care", "high", True),
        ({"reason_tags": "[e'\\r']"}, "care", "high", True),
        ({"reason_tags": "['', 'rude']"}, "care", "high", False),
        ({"dimension": {"constant": "safety"}}, "care", "high", False),
    ],
)
def test_high_risk_needs_a_reason(keys: dict[str, Any], scenario: str | None, risk: str, *, refused: bool) -> None:
    """Where the policy asks for one, a vote without tags, rationale or winning dimension is refused, not dropped."""
    demand = Demand(frozenset({("care", "high"), ("*", "high")}), frozenset({"care", "play", "*"}))
    found = say(_vote(**keys), GOOD, demand=demand, defaults={"scenario": scenario, "risk_level": risk})
    assert reasons(found) == ({1: "rationale_required"} if refused else {})
    assert len(found.votes) == (0 if refused else 1)


@pytest.mark.parametrize("blank", ["['']", "[e'\\r\\n', null]", "['\u00a0', '\u200b']"])
def test_words_and_blank_tags_are_no_tags(blank: str) -> None:
    """Where tags are asked for, neither takes their place."""
    mapping = _vote(reason_tags=blank, rationale={"constant": "why"})
    found = say(mapping, GOOD, demand=Demand(tagged=frozenset({("*", "high")})), defaults={"risk_level": "high"})
    assert reasons(found) == {1: "tags_required"}


def test_a_reason_is_kept_as_it_was_given() -> None:
    """A vote's id is made of what it says: were blanks left out, a file read before they were would count twice."""
    [vote] = say(_vote(reason_tags="['rude', '', null]", rationale="''"), GOOD).votes
    assert (vote["reason_tags"], vote["rationale"]) == (["", "rude"], "")


def test_a_record_may_have_fields_named_as_a_vote_has() -> None:
    """Where a reason is asked for, the record's own dimension, tags or rationale is not taken for the vote's."""
    mapping = _vote(dimension="dimension")
    mapping["fields"] = {**mapping["fields"], "dimension": "text", "rationale": "text", "reason_tags": ["text"]}
    record = {**GOOD, "rationale": "said elsewhere", "reason_tags": ["there"]}
    demand = Demand(frozenset({("*", "high")}))
    found = say(
        mapping,
        {**record, "dimension": "overall"},
        {**record, "dimension": "safety"},
        demand=demand,
        defaults={"risk_level": "high"},
    )
    assert reasons(found) == {1: "rationale_required"}


def test_a_rating_needs_no_reason() -> None:
    """The rule is about votes."""
    mapping = _with(votes=[], ratings=[{"response": "a", "value": "n", "scale": [0, 1]}])
    demand = Demand(frozenset({("*", "high")}))
    assert say(mapping, {**GOOD, "n": 1}, demand=demand, defaults={"risk_level": "high"}).refused == []
