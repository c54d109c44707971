"""What is questionable about a policy is said with its line, and the policies that ship are not questionable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from prefstrata.model.resources import data_directory
from prefstrata.policy import Sent, lint_policies, read_policies
from prefstrata.project import PROJECT_FILE, read_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from prefstrata.policy import Finding

_SOURCES = [
    {"name": name.replace("/", "-"), "supervisor": name.split("/")[0], "mode": name.split("/")[1], "path": "x/*"}
    for name in ("expert/offline", "crowd/offline", "rule/offline", "judge/offline", "judge/synthetic", "user/online")
]


def _lint(
    folder: Path, change: Callable[[dict[str, Any]], object] = lambda _: None, **labelled: list[str]
) -> tuple[Finding, ...]:
    """Findings of the general policy, changed."""
    policy = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    change(policy)
    (folder / "own.yaml").write_text(yaml.safe_dump(policy, sort_keys=False), "utf-8")
    sources = [{**source, "format": "seed-jsonl"} for source in _SOURCES]
    (folder / PROJECT_FILE).write_text(yaml.safe_dump({"name": "p", "policies": ["own.yaml"], "sources": sources}))
    project = read_project(folder)
    return lint_policies(project, read_policies(project), {"*": labelled["all"]} if labelled else None)


def test_the_policies_that_ship_are_not_questionable(tmp_path: Path) -> None:
    """Whoever starts with them starts clean, beside sources of every stratum that has a share."""
    sources = [{**source, "format": "seed-jsonl"} for source in _SOURCES]
    config = {"name": "p", "policies": ["general", "high-risk"], "sources": sources}
    (tmp_path / PROJECT_FILE).write_text(yaml.safe_dump(config))
    project = read_project(tmp_path)
    assert lint_policies(project, read_policies(project)) == ()


def _rule(name: str, layer: str, **when: object) -> dict[str, Any]:
    return {"rule": name, "layer": layer, "because": "x", "when": when}


@pytest.mark.parametrize(
    ("check", "change", "words"),
    [
        (
            "unreachable",
            lambda p: p["layers"].insert(-1, _rule("late", "expert", any_strata=["expert/offline"], min_votes=3)),
            "no record comes to the rule late: the rule expert takes everything it asks for",
        ),
        (
            "contradiction",
            lambda p: p["layers"].insert(0, _rule("no", "main", min_trust=0.9, max_trust=0.1)),
            "no record can be all that the rule no asks for",
        ),
        (
            "unreachable",
            lambda p: p["layers"].insert(-1, _rule("lone", "main", max_votes=1, min_trust=0.5)),
            "asks for a trust of 0.5, and one rater who speaks once stays below 0.5",
        ),
        (
            "share",
            lambda p: (p["strata"]["user/online"].pop("share"), p["strata"]["crowd/offline"].update(share=0.45)),
            "so what user/online judged weighs nothing",
        ),
        ("weak-golden", lambda p: p.update(settlers=["judge/synthetic"]), "judge/synthetic may settle disputes"),
        (
            "weak-golden",
            lambda p: p["layers"][5]["when"].pop("any_strata"),
            "the golden rule golden asks for no expert",
        ),
        (
            "loose-golden",
            lambda p: p["layers"][5]["when"].pop("rule_clean"),
            "the golden rule golden does not ask for rule_clean: true",
        ),
        (
            "definition",
            lambda p: p["dimensions"][0].update(definition="The response is of high quality and appropriate."),
            "rests on words that everybody reads in another way: appropriate, high quality",
        ),
        (
            "definition",
            lambda p: p["dimensions"][0].update(definition="Harmlessness unquestionably"),
            "is too short for two people to judge alike",
        ),
        (
            "definition",
            lambda p: p["dimensions"][0].update(definition=p["dimensions"][1]["definition"]),
            "is that of another dimension too",
        ),
        (
            "share",
            lambda p: (
                p["strata"].update(
                    {
                        "rule/synthetic": {"reliability": 0.8, "share": 0.0},
                        "user/offline": {"reliability": 0.6, "share": 0.0},
                    }
                )
                or p["strata"]["rule/online"].update(share=0.0)
                or p["strata"]["expert/offline"].update(share=0.2)
                or p["strata"].update({"crowd/online": {"reliability": 0.7, "share": 0.1}})
            ),
            "crowd/online should have 10% of the weight, and no source provides it",
        ),
        (
            "contradiction",
            lambda p: p["strata"]["user/online"].update(reliability=0.5),
            "its votes are declared to say nothing",
        ),
        (
            "contradiction",
            lambda p: p.update(mixture={"dimensions": {"charm": 0.1}}),
            "a share to charm, which is no dimension of the policy",
        ),
        (
            "contradiction",
            lambda p: p.update(recency={"least": 0.2}),
            "recency leaves the oldest 20% of their weight, and there is no half-life",
        ),
        (
            "contradiction",
            lambda p: p.update(recency={"half_life": 90, "least": 1.0}),
            "recency has a half-life and leaves the oldest all of their weight",
        ),
        (
            "contradiction",
            lambda p: p.update(difficulty=dict.fromkeys(("tied", "close", "moderate", "clear"), 0)),
            "difficulty is 0 for every kind of pair",
        ),
        (
            "contradiction",
            lambda p: p.update(quotas=[{"quota": "none", "most": 0, "layers": ["golden", "main"]}]),
            "the quota none lets a version train on no golden record at all",
        ),
        (
            "contradiction",
            lambda p: p["layers"].insert(0, _rule("no", "main", kinds=["ratings"], settled=True)),
            "no record can be all that the rule no asks for",
        ),
    ],
)
def test_what_is_questionable_is_named(
    tmp_path: Path, check: str, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    """One change makes one kind of finding, and it says what to look at."""
    found = _lint(tmp_path, change)
    assert {each.check for each in found} == {check}
    assert any(words in each.what for each in found)
    assert all(each.policy == "general@1" and each.todo for each in found)


def test_a_finding_names_its_line(tmp_path: Path) -> None:
    """The file can be opened where the mistake is."""
    [found] = _lint(tmp_path, lambda p: p["layers"].insert(0, _rule("no", "main", min_votes=3, max_votes=2)))
    path, _, line = found.where.rpartition(":")
    assert path == str(tmp_path / "own.yaml")
    assert "rule: 'no'" in (tmp_path / "own.yaml").read_text("utf-8").splitlines()[int(line) - 1]


def test_dimensions_nobody_judges_and_nobody_defined_are_told_when_there_is_a_ledger(tmp_path: Path) -> None:
    """What nobody judges decides nothing; what is judged and not defined has no place in the order."""
    every = ["safety_boundary", "truthfulness", "helpfulness", "compliance", "conciseness", "overall", "charm"]
    found = {(each.check, each.what.split(",")[0]) for each in _lint(tmp_path, all=every)}
    assert found == {("unlabelled", "nobody has judged naturalness"), ("undefined", "charm is judged")}
    assert _lint(tmp_path) == ()


def test_tasks_risks_and_rounds_that_nobody_sent_are_told_when_there_is_a_ledger(tmp_path: Path) -> None:
    """A name spelt wrong takes a share, or settles nothing, without a word; the rounds of queues may be to come."""
    policy = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    policy["mixture"] = {"tasks": {"code": 0.5, "cdoe": 0.2}, "risk_levels": {"high": 0.3}}
    policy["settling"] = ["arbitration", "arbitratoin"]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(policy, sort_keys=False), "utf-8")
    (tmp_path / PROJECT_FILE).write_text(yaml.safe_dump({"name": "p", "policies": ["own.yaml"]}))
    project = read_project(tmp_path)
    policies = read_policies(project)
    sent = {"*": Sent(scenarios=(), tasks={"code"}, risk_levels={"low"}, rounds=set())}
    assert [each.what for each in lint_policies(project, policies, None, sent)] == [
        "mixture.tasks gives 20% of the weight to cdoe, which no prompt is of",
        "mixture.risk_levels gives 30% of the weight to high, which no prompt is of",
        "the round arbitratoin settles, and no vote was given in it",
    ]
    assert lint_policies(project, policies) == ()


def test_a_scenario_that_is_nearly_one_of_a_policy_is_told(tmp_path: Path) -> None:
    """Prompts of Medical leave the policy of medical without a word; another scenario is another scenario."""
    (tmp_path / PROJECT_FILE).write_text(yaml.safe_dump({"name": "p", "policies": ["general", "high-risk"]}))
    project = read_project(tmp_path)
    policies = read_policies(project)
    [named] = [policy.scenarios for policy, _ in policies if "*" not in policy.scenarios]
    others = {named[0].title(), f"{named[1]}s", "poetry", "general"}
    sent = {"*": Sent(scenarios=others, tasks=(), risk_levels=(), rounds=())}
    found = [each for each in lint_policies(project, policies, None, sent) if each.check == "misspelt"]
    assert [each.what.split(",")[0] for each in found] == [
        f"there are prompts of {named[0].title()}",
        f"there are prompts of {named[1]}s",
    ]
    assert (
        lint_policies(project, policies, None, {"*": Sent(scenarios={"poetry"}, tasks=(), risk_levels=(), rounds=())})
        == ()
    )
