"""Policies: the ones that ship hold together, wrong ones are refused, and SQL sees them as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError
from prefstrata.model.resources import data_directory
from prefstrata.policy import LAYERS, load_policies, read_policies, requirements
from prefstrata.project import PROJECT_FILE, read_project

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.project import Project


def _project(directory: Path, policies: list[str]) -> Project:
    (directory / PROJECT_FILE).write_text(yaml.safe_dump({"name": "mine", "policies": policies}), "utf-8")
    return read_project(directory)


def _changed(directory: Path, **changes: object) -> Project:
    """A project whose only policy is the general one with changes."""
    text = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    (directory / "own.yaml").write_text(yaml.safe_dump({**text, **changes}, sort_keys=False), "utf-8")
    return _project(directory, ["own.yaml"])


def test_the_policies_that_ship_can_be_read_together(tmp_path: Path) -> None:
    """General and high-risk share no scenario, and together they cover every scenario."""
    found = [policy for policy, _ in read_policies(_project(tmp_path, ["general", "high-risk"]))]
    assert [policy.ref for policy in found] == ["general@1", "high-risk@1"]
    assert requirements(found, "rationale") >= {("*", "high"), ("medical", "medium"), ("medical", "high")}


def test_a_policy_that_is_not_there_is_told_at_its_place_in_the_project(tmp_path: Path) -> None:
    """With what can stand there; not that `prefstrata init` makes a project."""
    with pytest.raises(ConfigError, match=r"policies\[1\]: there is no file policies/genral.yaml") as caught:
        read_policies(_project(tmp_path, ["general", "policies/genral.yaml"]))
    assert caught.value.where == f"{tmp_path / PROJECT_FILE}:4"
    assert "one that ships: general, high-risk" in str(caught.value.todo)


@pytest.mark.parametrize("name", ["general", "high-risk"])
def test_every_layer_can_be_reached_by_some_rule(tmp_path: Path, name: str) -> None:
    """A shipped policy that can never fill a layer would be a mistake in it."""
    found = {policy.name: policy for policy, _ in read_policies(_project(tmp_path, ["general", "high-risk"]))}
    assert {rule.layer for rule in found[name].layers} == set(LAYERS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scenarios": []}, "scenarios"),
        (
            {
                "strata": {
                    "expert/offline": {"reliability": 0.9, "share": 0.8},
                    "crowd/offline": {"reliability": 0.7, "share": 0.3},
                }
            },
            "add up to 1.1",
        ),
        ({"strata": {"experts": {"reliability": 0.9}}}, "experts"),
        ({"strata": {"expert/offline": {"reliability": 0.4}}}, "reliability"),
        (
            {"layers": [{"rule": "some", "layer": "main", "because": "x", "when": {"min_votes": 2}}]},
            "the last rule must match everything",
        ),
        ({"layers": [{"rule": "all", "layer": "silver", "because": "x"}]}, "layer"),
        ({"dimensions": [{"name": "truth", "definition": "short", "kind": "brand"}]}, "definition"),
        ({"priority": {"high": ["charm"]}}, "charm is no dimension of this policy"),
        ({"priority": {"high": ["truthfulness", "truthfulness"]}}, "truthfulness stands there twice"),
        (
            {"response_rules": [{"name": "r", "forbid": ["x"]}, {"name": "r", "forbid": ["y"]}]},
            "r@1 stands there twice",
        ),
        ({"aggregation": {"rule": "weighted", "dimensions": {"charm": 2}}}, "charm is no dimension of this policy"),
        ({"mixture": {"tasks": {"code": 0.7, "chat": 0.4}}}, "add up to 1.1"),
        ({"mixture": {"tasks": {"*": 0.7}}}, "stands for what has no share"),
        ({"recency": {"half_life": 3}}, "half_life"),
        ({"recency": {"half_life": 90, "least": 0}}, "least"),
        ({"difficulty": {"easy": 2}}, "easy"),
        ({"difficulty": {"close": -1}}, "close"),
        ({"limits": {"user": 0}}, "limits.user"),
    ],
)
def test_a_policy_that_does_not_hold_together_is_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    """Its mistakes are found on reading, not in the middle of a run."""
    with pytest.raises(ConfigError, match=words):
        read_policies(_changed(tmp_path, **changes))


def test_a_name_that_does_not_ship_lists_those_that_do(tmp_path: Path) -> None:
    """A typing mistake in a policy's name is put right at once."""
    with pytest.raises(ConfigError, match="write one of general, high-risk"):
        read_policies(_project(tmp_path, ["generel"]))


def test_two_policies_cannot_govern_one_scenario(tmp_path: Path) -> None:
    """Which of them decides would depend on their order in a list."""
    _changed(tmp_path, name="other")
    with pytest.raises(ConfigError, match=r"'\*' is governed by general@1 already"):
        read_policies(_project(tmp_path, ["general", "own.yaml"]))


def test_some_policy_must_govern_the_rest(tmp_path: Path) -> None:
    """A scenario nobody thought of must not fall through."""
    with pytest.raises(ConfigError, match="none of them governs the scenarios the others do not name"):
        read_policies(_project(tmp_path, ["high-risk"]))


def test_sql_sees_what_the_policy_says(tmp_path: Path) -> None:
    """Priorities, reliabilities and rules arrive as rows, in order."""
    policies = [policy for policy, _ in read_policies(_project(tmp_path, ["general", "high-risk"]))]
    engine = DuckDBEngine(":memory:")
    load_policies(engine, policies)
    dimensions = engine.read("policy.dimensions").filter(scenario="medical").sort("priority")
    assert dimensions["dimension"].to_list()[:2] == ["safety_boundary", "truthfulness"]
    strata = engine.read("policy.strata").filter(scenario="*", stratum="expert/offline")
    assert strata["reliability"].to_list() == [0.95]
    settling = engine.read("policy.settling").filter(scenario="medical").sort("round").rows()
    assert settling == [("medical", round_, "expert/offline") for round_ in ("arbitration", "golden")]
    rules = engine.read("policy.rules").filter(scenario="*").sort("rank")
    assert rules["rule"].to_list() == [rule.rule for rule in policies[0].layers]
    assert rules["any_strata"].to_list()[1] == ["expert/offline"]
    engine.close()


def test_the_order_may_differ_by_risk_and_kinds_weigh_together(tmp_path: Path) -> None:
    """What is named for a risk comes first there, the rest follows; a dimension's own weight outweighs its kind's."""
    changes = {
        "priority": {"high": ["truthfulness"]},
        "aggregation": {"rule": "weighted", "kinds": {"experience": 0.5}, "dimensions": {"conciseness": 0.25}},
    }
    [(policy, _)] = read_policies(_changed(tmp_path, **changes))
    assert policy.order("high")[:3] == ("truthfulness", "safety_boundary", "helpfulness")
    assert policy.order("low")[:2] == ("safety_boundary", "truthfulness")
    engine = DuckDBEngine(":memory:")
    load_policies(engine, [policy])
    weights = dict(engine.read("policy.dimensions").select("dimension", "weight").iter_rows())
    assert (weights["truthfulness"], weights["helpfulness"], weights["conciseness"]) == (1, 0.5, 0.25)
    assert engine.read("policy.priorities").filter(risk_level="high").sort("priority")["dimension"][0] == "truthfulness"
    assert engine.read("policy.scenarios")["aggregation"].to_list() == ["weighted"]
    engine.close()


def test_limits_are_of_the_whole_version_so_only_the_policy_of_the_rest_has_them(tmp_path: Path) -> None:
    """Two policies with limits of their own would contradict each other."""
    with pytest.raises(ConfigError, match="they are of a whole version"):
        read_policies(_changed(tmp_path, scenarios=["sales"], limits={"user": 0.1}))


def test_a_least_number_of_votes_is_a_rule_before_all_others(tmp_path: Path) -> None:
    """What has fewer waits for people, unless people settled it."""
    [(policy, _)] = read_policies(_changed(tmp_path, require={"votes": {"high": 3}}))
    engine = DuckDBEngine(":memory:")
    load_policies(engine, [policy])
    first = engine.read("policy.rules").sort("rank").row(0, named=True)
    assert (first["rule"], first["layer"], first["max_votes"]) == ("at-least-3-votes", "backflow", 2)
    assert (first["risk_levels"], first["settled"]) == (["high"], False)
    engine.close()
