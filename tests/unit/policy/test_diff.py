"""What changed between two policies is said in sentences, who wins over whom first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from prefstrata.model.resources import data_directory
from prefstrata.policy import Policy, differences, read_policy

if TYPE_CHECKING:
    from collections.abc import Callable


def _general() -> dict[str, Any]:
    text = (data_directory("policies") / "general.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def _changed(change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    new = _general()
    change(new)
    return differences(Policy.model_validate(_general()), Policy.model_validate(new))


def _swap(policy: dict[str, Any]) -> None:
    dimensions = policy["dimensions"]
    dimensions[0], dimensions[5] = dimensions[5], dimensions[0]


def test_equal_policies_differ_in_nothing_whatever_they_are_called() -> None:
    """A new version that says the same is the same value ordering."""
    assert _changed(lambda p: p.update(version=2, name="other")) == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_swap, "naturalness now wins over safety_boundary when the two conflict; before, safety_boundary won."),
        (lambda p: p["dimensions"].pop(2), "helpfulness decides nothing any more."),
        (
            lambda p: p["dimensions"].insert(1, {**p["dimensions"][0], "name": "brand_voice", "kind": "brand"}),
            "brand_voice is new, and comes before truthfulness.",
        ),
        (lambda p: p["dimensions"][0].update(kind="brand"), "safety_boundary is now brand preference, not compliance."),
        (
            lambda p: p["strata"]["crowd/offline"].update(reliability=0.6),
            "crowd/offline is trusted less: 0.6, before 0.78.",
        ),
        (
            lambda p: p["strata"]["user/online"].pop("share"),
            "user/online should have no declared share of the weight, before 10%.",
        ),
        (
            lambda p: p.update(settlers=["crowd/offline"]),
            "Who may settle a dispute: crowd/offline, before expert/offline.",
        ),
        (
            lambda p: p.update(priority={"high": ["conciseness"]}),
            "At high risk conciseness now wins over compliance when the two conflict; before, compliance won.",
        ),
        (
            lambda p: (
                p["dimensions"].insert(0, {**p["dimensions"][0], "name": "brand_voice", "kind": "brand"}),
                p.update(priority={"high": [each["name"] for each in p["dimensions"][1:]]}),
            ),
            "brand_voice is new, and at low and medium risk comes before safety_boundary; at high risk comes last.",
        ),
        (lambda p: p.update(aggregation={"rule": "weighted"}), "aggregation.rule: weighted, before lexicographic."),
        (lambda p: p["layers"].pop(3), "The rule disputed, into backflow, is gone."),
        (
            lambda p: p["layers"][6].update(layer="main"),
            "What the rule expert matches goes into main, before into expert.",
        ),
        (lambda p: p["layers"][5]["when"].update(min_p=0.9), "The rule golden asks for min_p 0.9, before 0.8."),
        (lambda p: p["layers"].insert(0, p["layers"].pop(3)), "The rule disputed is now tried before undecided."),
        (lambda p: p["dimensions"][0].update(rubric="Be strict."), ": rubric is now 'Be strict.', before nothing."),
        (
            lambda p: p["layers"][5].update(because="experts say so"),
            "The rule golden: because is now 'experts say so', before ",
        ),
        (
            lambda p: p["layers"].insert(
                0, {"rule": "new", "layer": "main", "because": "new", "when": {"min_votes": 2}}
            ),
            "The rule new is new: min_votes 2 goes into main; it is tried before online-",
        ),
        (lambda p: p.update(cap=3.0), "cap: 3, before 2."),
        (lambda p: p.update(recency={"half_life": 180}), "recency.half_life: 180, before nothing."),
        (lambda p: p.update(difficulty={"close": 2}), "difficulty.close: 2, before 1."),
        (lambda p: p.update(mixture={"tasks": {"code": 0.5}}), "mixture.tasks.code: 0.5, before nothing."),
        (lambda p: p.update(scenarios=["*", "sales"]), "It now governs the scenario 'sales'."),
    ],
)
def test_each_change_has_its_sentence(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    """A reader who knows neither file understands what it does."""
    assert any(sentence in each for each in _changed(change))


def test_who_still_wins_at_high_risk_is_not_said_to_have_lost() -> None:
    """An order that changes in general and is kept at one risk is told for the other risks alone."""
    found = _changed(lambda p: (_swap(p), p.update(priority={"high": ["safety_boundary"]})))
    told = [sentence for sentence in found if "safety_boundary" in sentence]
    clause = "naturalness now wins over safety_boundary when the two conflict; before, safety_boundary won."
    assert f"At low and medium risk {clause}" in told
    assert len(told) == 5
    assert all(sentence.startswith("At low and medium risk ") for sentence in told)


def test_the_shipped_policies_differ_in_how_they_order() -> None:
    """Compliance comes before helpfulness where somebody can be hurt."""
    found = differences(read_policy("general"), read_policy("high-risk"))
    assert "compliance now wins over helpfulness when the two conflict; before, helpfulness won." in found
