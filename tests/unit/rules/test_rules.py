"""Rules: what a program decides about texts, what that says of pairs, and how far people agree."""

from __future__ import annotations

import json
import string
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from prefstrata.policy import ResponseRule
from prefstrata.rules import audit, broken_rules, rule_views
from prefstrata.rules._run import _ranges


def breaks(text: str, **said: Any) -> bool:  # noqa: ANN401 - any part of a rule
    """Whether the text breaks a rule that says this."""
    texts = pl.DataFrame({"id": ["x"], "content": [text], "task": ["chat"], "risk_level": ["low"]})
    [broken] = broken_rules(texts, [ResponseRule(name="r", **said)])["broken"].to_list()
    return bool(broken)


@pytest.mark.parametrize(
    ("said", "kept", "broken"),
    [
        ({"forbid": ("class",)}, "a classic", "a first class seat"),
        ({"forbid": ("C++",)}, "plain C", "use C++ here"),
        ({"forbid": ("in my  opinion",)}, "no opinion", "In my\nopinion, yes"),
        ({"forbid": ("straße",)}, "Straßen", "die Straße"),
        ({"require": ("see a doctor",)}, "Please See a Doctor.", "see doctors"),
        ({"forbid": ("AI",)}, "FAIR", "\u4f7f\u7528AI\u6280\u672f"),
        ({"forbid": ("\u4e0d",)}, "\u6211\u53bb", "\u6211\u4e0d\u53bb"),
        ({"forbid": ("\u30b3\u30fc\u30d2\u30fc",)}, "\u30b3\u30fc\u30d2", "\u30b3\u30fc\u30d2\u30fc\u3092"),
        ({"forbid": ("\u0e44\u0e21\u0e48",)}, "\u0e44\u0e21", "\u0e09\u0e31\u0e19\u0e44\u0e21\u0e48\u0e44\u0e1b"),
        (
            {"forbid": ("\u0939\u093f\u0928\u094d\u0926",)},
            "\u0939\u093f\u0928\u094d\u0926\u0940",
            "\u0939\u093f\u0928\u094d\u0926.",
        ),
        (
            {"require": ("\u0939\u093f\u0928\u094d\u0926\u0940",)},
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u0939\u0948",
            "\u0939\u0948",
        ),
        ({"require": ("re\u0301sume\u0301",)}, "my r\xe9sum\xe9", "my resume"),
        ({"sections": ("Summary",)}, "text\n## Summary\nmore", "a summary"),
        ({"sections": ("Summary:",)}, "text\nSummary:\nmore", "Summary of it:"),
        ({"sections": ("Summary:",)}, "**Summary:** more", "a Summary: more"),
        ({"sections": ("Why?", "(Sources)")}, "Why? So.\n(Sources) [1]", "Why? So."),
        ({"sections": ("\u7b54\u6848\uff1a",)}, "\u7b54\u6848\uff1a\u4e00", "\u4e00\u7b54\u6848\uff1a"),
        ({"matches": r"\d{4}-\d\d-\d\d"}, "on 2026-11-26", "today"),
        ({"never_matches": r"(?i)password\s*[:=]"}, "change it", "Password: x"),
        ({"min_characters": 3}, "abc", "ab"),
        ({"max_characters": 3}, "äöü", "äöüß"),
        ({"script": "latin"}, "Guten Tag, 123", "Добрый день"),
        ({"script": "kana"}, "これはペンです", "this is a pen"),
        ({"citations": 2}, "So [1] and (Smith, 2020).", "So it is [1]."),
        ({"refusal": "never"}, "Here is how.", "I'm sorry, but I can't help with that."),
        ({"refusal": "never"}, "You can't miss it.", "I\u2019m unable to do this."),
        ({"refusal": "always"}, "I cannot help with that.", "Sure."),
    ],
)
def test_each_part_of_a_rule(said: dict[str, Any], kept: str, broken: str) -> None:
    """One text that keeps it, one that breaks it."""
    assert not breaks(kept, **said)
    assert breaks(broken, **said)


MARKS = [
    *string.punctuation,
    *"\u2014\u2013\u2026\u2018\u2019\u201c\u201d\xab\xbb\xbf\xa1\xa7\xb0\u2022\u20ac\u3002\uff1a\u300c\u0964",
    *"\U0001f600\u2764\u200d\ufe0f\u0940\u0e48",
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_phrase_is_taken_literally(mark: str) -> None:
    """Whatever marks it has, alone, before a word, after it or between words: found where it stands, and only there."""
    for phrase in (mark, f"{mark}think", f"think{mark}", f"a {mark} b", f"{mark}{mark}"):
        text = f"I, so: {phrase} and more"
        assert breaks(text, forbid=(phrase,))
        assert not breaks(text, require=(phrase,))
        assert not breaks(f"one\n{phrase}\ntwo", sections=(phrase,))
        without = text.replace(mark, "")
        assert not breaks(without, forbid=(phrase,))
        assert breaks(without, require=(phrase,))
        assert breaks(without, sections=(phrase,))


def test_a_phrase_of_blanks_is_refused() -> None:
    """It would be in every text."""
    with pytest.raises(ValidationError, match="forbid"):
        ResponseRule(name="r", forbid=(" \n",))


def test_the_parameters_of_a_tool_call_fit_their_schema() -> None:
    """Not JSON, NaN, too deep, a missing or a wrong parameter: all break it, and none breaks the program."""
    schema = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}
    assert not breaks(json.dumps({"city": "Oslo"}), json_schema=schema)
    for text in ("{}", '{"city": 1}', "call it", '{"city": NaN}', "[" * 100_000, ""):
        assert breaks(text, json_schema=schema)
    for number in ("1" + "0" * 400, "1e999"):
        assert breaks(number, json_schema={"multipleOf": 0.5})


def test_a_schema_says_nothing_of_no_texts() -> None:
    """Before the first text of a task there is nothing to say, and no error."""
    texts = pl.DataFrame(schema=dict.fromkeys(("id", "content", "task", "risk_level"), pl.String))
    rules = [ResponseRule(name="tool", tasks=("tools",), json_schema={"type": "object"}, min_characters=2)]
    assert broken_rules(texts, rules).rows() == []
    other = pl.DataFrame({"id": ["x"], "content": ["{}"], "task": ["chat"], "risk_level": ["low"]})
    assert broken_rules(other, rules).rows() == []


def test_a_schema_may_refer_to_itself_alone() -> None:
    """What it refers to is looked up when the policy is read; nothing is fetched, and no reference leads nowhere."""
    within = {
        "$defs": {"city": {"$anchor": "c", "type": "string"}},
        "properties": {"from": {"$ref": "#/$defs/city"}, "to": {"$ref": "#c"}, "via": {"items": {"$ref": "#"}}},
    }
    assert not breaks('{"from": "Oslo", "to": "Rome", "via": [{"to": "Bern"}]}', json_schema=within)
    assert breaks('{"via": [{"to": 1}]}', json_schema=within)
    assert not breaks('{"$ref": "http://x"}', json_schema={"const": {"$ref": "http://x"}})
    for refers in (
        {"$ref": "#/nope"},
        {"$ref": "http://127.0.0.1:9/schema"},
        {"properties": {"a": {"items": {"$ref": "file:///etc/passwd"}}}},
        {"$ref": "#/elsewhere", "elsewhere": {"$ref": "#nowhere"}},
        {"$dynamicRef": "#gone"},
    ):
        with pytest.raises(ValidationError, match="which is not in it"):
            ResponseRule(name="r", json_schema=refers)
    for points in ({"$ref": "#/title", "title": "x"}, {"$ref": "#/x", "x": {"type": 5}}):
        with pytest.raises(ValidationError, match="no valid JSON schema"):
            ResponseRule(name="r", json_schema=points)
    with pytest.raises(ValidationError, match="itself without end"):
        ResponseRule(name="r", json_schema={"$ref": "#"})


def test_a_rule_is_for_its_tasks_and_risks_only() -> None:
    """Elsewhere it says nothing, not even that it is kept."""
    texts = pl.DataFrame(
        {"id": ["x", "y"], "content": ["no", "no"], "task": ["chat", "code"], "risk_level": ["low", "high"]}
    )
    rule = ResponseRule(name="r", forbid=("no",), tasks=("code",), risk_levels=("high",))
    assert broken_rules(texts, [rule])["id"].to_list() == ["y"]


def test_rules_vote_where_one_side_breaks_them() -> None:
    """Both kept or both broken is no vote; people then say how often the rule was right, and what it missed."""
    texts = pl.DataFrame(
        {
            "id": ["good", "bad", "worse"],
            "content": ["fine", "damn it", "damn them"],
            "task": ["chat"] * 3,
            "risk_level": ["low"] * 3,
        }
    )
    rules = [ResponseRule(name="polite", version=2, dimension="tone", forbid=("damn",))]
    pairs = pl.DataFrame({"pair_id": ["p", "q", "r"], "a": ["good", "bad", "worse"], "b": ["bad", "worse", "good"]})
    views = rule_views(pairs, broken_rules(texts, rules))
    assert views.drop_nulls("choice").rows() == [("p", "polite@2", "tone", "a"), ("r", "polite@2", "tone", "b")]
    # Of a pair whose texts it is not for, people of another scenario decided the same dimension.
    answers = pl.DataFrame(
        {
            "pair_id": ["p", "p", "q", "r", "elsewhere"],
            "dimension": ["tone", "overall", "tone", "overall", "tone"],
            "answer": list("ababa"),
        }
    )
    [found] = audit(views, answers)
    assert (found.votes, found.known, found.agreed, found.missed) == (2, 2, 2, 1)


def test_a_rule_that_says_nothing_or_cannot_run_is_refused() -> None:
    """An empty rule, a broken pattern, one that needs look-around, a schema that is none."""
    with pytest.raises(ValidationError, match="says nothing"):
        ResponseRule(name="r", dimension="tone")
    with pytest.raises(ValidationError, match="says nothing"):
        ResponseRule(name="r", forbid=(), matches=None)
    for pattern in ("(", "(?=x)x", r"(x)\1"):
        with pytest.raises(ValidationError, match="regular expression"):
            ResponseRule(name="r", matches=pattern)
    with pytest.raises(ValidationError, match="JSON schema"):
        ResponseRule(name="r", json_schema={"type": 5})


def test_a_pattern_is_of_the_engine_that_runs_it() -> None:
    """Scripts by name, which Python's own patterns do not know."""
    assert breaks("plain", matches=r"\p{Han}")
    assert not breaks("\u6f22", matches=r"\p{Han}")


@pytest.mark.parametrize(
    ("millions", "parts"), [(0, 1), (67, 1), (68, 2), (1_000, 16), (10**7, 1 << 16), (10**9, 1 << 16)]
)
def test_prompts_are_looked_at_in_equal_parts_of_their_ids(millions: int, parts: int) -> None:
    """From the first to the last, none twice, however many texts there are."""
    found = list(_ranges(millions * 1_000_000))
    assert len(found) == parts
    assert (found[0][0], found[-1][1]) == ("", "")
    assert all(ends == begins for (_, ends), (begins, _) in pairwise(found))
    widths = {int(end or "10000", 16) - int(begin or "0", 16) for begin, end in found}
    assert widths == {(1 << 16) // parts}
