"""``prefstrata rules``: what rules decide becomes votes, and people are asked whether rules are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests._command import command, pairwise

CONFIG = """
name: ruled
policies: [policy.yaml]
sources:
  - {name: crowd, mode: offline, supervisor: crowd, path: 'inbox/crowd.jsonl', format: seed-jsonl}
"""
SOURCE = "  - {name: rules, mode: synthetic, supervisor: rule, path: 'inbox/rules/*.jsonl', format: rule-verdicts}\n"
GENERAL = (Path(__file__).resolve().parents[2] / "policies" / "general.yaml").read_text("utf-8")
RULES = """
response_rules:
  - {name: no-slang, dimension: overall, forbid: [gonna]}
  - {name: short, version: 3, dimension: overall, max_characters: 30}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Ten pairs: slang always loses with people, the long answer always wins."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "prefstrata.yaml").write_text(CONFIG + SOURCE, "utf-8")
    (tmp_path / "policy.yaml").write_text(GENERAL + RULES, "utf-8")
    slang = [pairwise(f"How {n}?", f"You will do {n}.", f"You gonna do {n}.", rater="w1") for n in range(10)]
    long = [
        pairwise(f"Why {n}?", f"Because of {n}, and that is a long story.", f"No {n}.", rater="w1") for n in range(10)
    ]
    (tmp_path / "inbox" / "crowd.jsonl").write_text("".join(json.dumps(each) + "\n" for each in slang + long), "utf-8")
    assert command("run", "--quiet", cwd=tmp_path).code == 0
    return tmp_path


def test_rules_become_votes_once(project: Path) -> None:
    """Each rule decides ten pairs; the next run counts them as votes of rules; nothing is written twice."""
    ran = command("rules", "run", "--json", cwd=project)
    assert ran.code == 0, ran.err
    assert {rule: (each["broken"], each["votes"]) for rule, each in ran.document["rules"].items()} == {
        "general/no-slang@1": (10, 10),
        "general/short@3": (10, 10),
    }
    assert ran.document["delivered"] == 20
    assert command("run", "--quiet", cwd=project).code == 0
    query = (
        "select rater_id, stratum, count(*) n from evidence.votes where stratum like 'rule/%' group by all order by all"
    )
    rows = command("sql", query, "--json", cwd=project).document
    assert [(row["stratum"], row["n"]) for row in rows] == [("rule/synthetic", 10)] * 2
    assert command("rules", "run", "--json", cwd=project).document["delivered"] == 0


def test_another_version_is_another_rater(project: Path) -> None:
    """A rule that says something else writes its verdicts anew; the other one does not."""
    command("rules", "run", "--quiet", cwd=project)
    (project / "policy.yaml").write_text(GENERAL + RULES.replace("version: 3", "version: 4"), "utf-8")
    assert command("rules", "run", "--json", cwd=project).document["delivered"] == 10


def test_people_say_which_rules_are_right(project: Path) -> None:
    """The audit shows how often people agree with each rule, also before any of it was delivered."""
    found = {row["rule"]: row for row in command("rules", "audit", "--json", cwd=project).document}
    assert (found["general/no-slang@1"]["known"], found["general/no-slang@1"]["agreed"]) == (10, 10)
    assert (found["general/short@3"]["known"], found["general/short@3"]["agreed"]) == (10, 0)
    shown = command("rules", "audit", cwd=project).out
    assert "people agree" in shown
    assert "people contradict it" in shown


def test_what_is_missing_is_named(project: Path) -> None:
    """No source for the verdicts, no rules in any policy."""
    (project / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    refused = command("rules", "run", cwd=project)
    assert refused.code == 2
    assert "rule-verdicts" in refused.err
    (project / "policy.yaml").write_text(GENERAL, "utf-8")
    assert "response_rules" in command("rules", "audit", cwd=project).err
