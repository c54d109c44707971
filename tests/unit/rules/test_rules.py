"""Rules: what a program decides about texts, what that says of pairs, and how far people agree."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from prefstrata.model import ConfigError
from prefstrata.policy import ResponseRule
from prefstrata.rules import audit, broken_rules, rule_views


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
        ({"sections": ("Summary",)}, "text\n## Summary\nmore", "a summary"),
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


def test_the_parameters_of_a_tool_call_fit_their_schema() -> None:
    """Not JSON, NaN, too deep, a missing or a wrong parameter: all break it, and none breaks the program."""
    schema = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}
    assert not breaks(json.dumps({"city": "Oslo"}), json_schema=schema)
    for text in ("{}", '{"city": 1}', "call it", '{"city": NaN}', "[" * 100_000, ""):
        assert breaks(text, json_schema=schema)


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
    with pytest.raises(ValidationError, match="regular expression"):
        ResponseRule(name="r", matches="(")
    with pytest.raises(ConfigError, match="cannot be run"):
        breaks("x", matches="(?=x)x")
    with pytest.raises(ConfigError, match="JSON schema"):
        breaks("x", json_schema={"type": 5})
