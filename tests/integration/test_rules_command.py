"""``prefstrata rules``: what rules decide becomes votes, and people are asked whether rules are right."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from prefstrata.pipeline import alone, open_session, stage_of
from prefstrata.project import read_project
from tests._command import command, inside, pairwise

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


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pairs, released: slang always loses with people, the long answer always wins; no test changes it."""
    folder = tmp_path_factory.mktemp("ruled")
    (folder / "inbox").mkdir()
    (folder / "prefstrata.yaml").write_text(CONFIG + SOURCE, "utf-8")
    (folder / "policy.yaml").write_text(GENERAL + RULES, "utf-8")
    slang = [pairwise(f"How {n}?", f"You will do {n}.", f"You gonna do {n}.", rater="w1") for n in range(10)]
    long = [
        pairwise(f"Why {n}?", f"Because of {n}, and that is a long story.", f"No {n}.", rater="w1") for n in range(10)
    ]
    (folder / "inbox" / "crowd.jsonl").write_text("".join(json.dumps(each) + "\n" for each in slang + long), "utf-8")
    assert inside("run", "--quiet", cwd=folder).code == 0
    return folder


@pytest.fixture
def project(ruled: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(ruled, tmp_path / "project"))


def test_rules_become_votes_once(project: Path) -> None:
    """Each rule decides ten pairs; the next run counts them as votes of rules; nothing is written twice."""
    ran = command("rules", "run", "--json", cwd=project)
    assert ran.code == 0, ran.err
    assert {rule: (each["broken"], each["votes"]) for rule, each in ran.document["rules"].items()} == {
        "general/no-slang@1": (10, 10),
        "general/short@3": (10, 10),
    }
    assert ran.document["delivered"] == 20
    assert inside("run", "--quiet", cwd=project).code == 0
    query = (
        "select rater_id, stratum, count(*) n from evidence.votes where stratum like 'rule/%' group by all order by all"
    )
    rows = inside("sql", query, "--json", cwd=project).document
    assert [(row["stratum"], row["n"]) for row in rows] == [("rule/synthetic", 10)] * 2
    assert inside("rules", "run", "--json", cwd=project).document["delivered"] == 0


def test_rules_do_not_run_beside_a_run(project: Path) -> None:
    """Nor beside each other, which would deliver the same verdicts twice: who has the project is named."""
    with alone(read_project(project)):
        refused = command("rules", "run", cwd=project)
    assert refused.code == 4
    assert "another run has this project (pid" in refused.err
    assert "--wait SECONDS" in refused.err
    assert not (project / "inbox" / "rules").exists()


@pytest.mark.parametrize(("config", "policy"), [(CONFIG, GENERAL + RULES), (CONFIG + SOURCE, GENERAL)])
def test_what_no_waiting_mends_is_told_beside_a_run(project: Path, config: str, policy: str) -> None:
    """A project without a source for verdicts, or without rules, is wrong, whoever has it."""
    (project / "prefstrata.yaml").write_text(config, "utf-8")
    (project / "policy.yaml").write_text(policy, "utf-8")
    with alone(read_project(project)):
        refused = inside("rules", "run", cwd=project)
    assert (refused.code, "another run" in refused.err) == (2, False)


def test_rules_wait_for_a_run_as_long_as_they_are_told(project: Path) -> None:
    """And say for whom, once."""
    held = Event()

    def hold() -> None:
        with alone(read_project(project)):
            held.set()
            time.sleep(2)

    holder = Thread(target=hold)
    holder.start()
    assert held.wait(60)
    ran = inside("rules", "run", "--wait", "60", "--json", cwd=project)
    holder.join()
    assert (ran.code, ran.document["delivered"]) == (0, 20)


def test_another_version_is_another_rater(project: Path) -> None:
    """A rule that says something else writes its verdicts anew; the other one does not."""
    inside("rules", "run", "--quiet", cwd=project)
    (project / "policy.yaml").write_text(GENERAL + RULES.replace("version: 3", "version: 4"), "utf-8")
    assert inside("rules", "run", "--json", cwd=project).document["delivered"] == 10


SAID = """
    select votes.rater_id, count(*) as n, min(raters.family) as family
    from {table} as votes
    join (select rater_id, min(family) as family from ledger.raters group by rater_id) as raters
        on raters.rater_id = votes.rater_id
    where starts_with(votes.rater_id, 'rule:')
    group by votes.rater_id order by votes.rater_id
"""


def said(project: Path, table: str) -> dict[str, int]:
    """How many votes each rule has there."""
    rows = inside("sql", SAID.format(table=table), "--json", cwd=project).document
    delivered = [row for row in rows if row["rater_id"].startswith("rule:general/")]
    assert all(f"rule:{row['family']}" == row["rater_id"].split("@")[0] for row in delivered)
    return {row["rater_id"]: row["n"] for row in rows}


def evidence(project: Path) -> dict[str, int]:
    """Read what is new and build the tables of evidence, as a run begins; returns their rows."""
    with open_session(read_project(project)) as session:
        session.ingest()
        return {name: session.build(name) for name in (*stage_of("privacy").tables, *stage_of("evidence").tables)}


def test_what_no_policy_says_now_is_kept_and_no_evidence(project: Path) -> None:
    """One version of a rule speaks, and none of a rule that is gone; with the rule its votes come back."""
    inside("rules", "run", "--quiet", cwd=project)
    evidence(project)
    before = {"rule:general/no-slang@1": 10, "rule:general/short@3": 10}
    assert said(project, "evidence.votes") == before

    (project / "policy.yaml").write_text(GENERAL + RULES.replace("version: 3", "version: 4"), "utf-8")
    inside("rules", "run", "--quiet", cwd=project)
    assert evidence(project)["evidence.outdated"] == 10
    assert said(project, "evidence.votes") == {"rule:general/no-slang@1": 10, "rule:general/short@4": 10}
    assert said(project, "ledger.votes") == {**before, "rule:general/short@4": 10}

    (project / "policy.yaml").write_text(GENERAL, "utf-8")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert said(project, "evidence.votes") == {}

    (project / "policy.yaml").write_text(GENERAL + RULES, "utf-8")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert said(project, "evidence.votes") == before


def test_a_rule_that_says_something_else_takes_its_votes_along(project: Path) -> None:
    """Also where its version was not raised; whether it is hard is no part of what it says of a response."""
    inside("rules", "run", "--quiet", cwd=project)
    for change, there in (("max_characters: 31", {}), ("max_characters: 30, hard: true", {"rule:general/short@3": 10})):
        rules = RULES.replace("max_characters: 30", change)
        (project / "policy.yaml").write_text(GENERAL + rules, "utf-8")
        evidence(project)
        assert said(project, "evidence.votes") == {"rule:general/no-slang@1": 10, **there}


def test_rules_that_others_ran_go_by_no_policy(project: Path) -> None:
    """A file of one's own is evidence, whatever its raters are called."""
    own = "  - {name: own, mode: offline, supervisor: rule, path: 'inbox/own.jsonl', format: seed-jsonl}\n"
    (project / "prefstrata.yaml").write_text(CONFIG + SOURCE + own, "utf-8")
    votes = [pairwise(f"How {n}?", f"You will do {n}.", f"You gonna do {n}.", rater="acme/lint@1") for n in range(3)]
    (project / "inbox" / "own.jsonl").write_text("".join(json.dumps(each) + "\n" for each in votes), "utf-8")
    evidence(project)
    assert said(project, "evidence.votes") == {"rule:acme/lint@1": 3}


def test_people_say_which_rules_are_right(project: Path) -> None:
    """The audit shows how often people agree with each rule, also before any of it was delivered."""
    found = {row["rule"]: row for row in inside("rules", "audit", "--json", cwd=project).document}
    assert (found["general/no-slang@1"]["known"], found["general/no-slang@1"]["agreed"]) == (10, 10)
    assert (found["general/short@3"]["known"], found["general/short@3"]["agreed"]) == (10, 0)
    shown = command("rules", "audit", cwd=project).out
    assert "people agree" in shown
    assert "people contradict it" in shown


def test_what_is_missing_is_named(project: Path) -> None:
    """No source for the verdicts, no rules in any policy."""
    (project / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    refused = inside("rules", "run", cwd=project)
    assert refused.code == 2
    assert "rule-verdicts" in refused.err
    (project / "policy.yaml").write_text(GENERAL, "utf-8")
    assert "response_rules" in inside("rules", "audit", cwd=project).err


UNUSUAL = """
response_rules:
  - {name: no-dash, dimension: overall, forbid: ["\u2014", "don\u2019t", "\u201cquoted\u201d"]}
  - {name: no-hindi, dimension: overall, forbid: ["\u0939\u093f\u0928\u094d\u0926\u0940"]}
  - {name: no-thought, dimension: overall, forbid: ["<think>"]}
  - {name: tool, dimension: overall, tasks: [nobody-sent], json_schema: {type: object}}
  - {name: short, version: 3, dimension: overall, max_characters: 30}
"""


def test_rules_with_any_marks_and_for_no_text_yet_run(project: Path) -> None:
    """Typographic marks, what a pattern would read otherwise, and a schema for a task that nobody sent."""
    (project / "policy.yaml").write_text(GENERAL + UNUSUAL, "utf-8")
    assert inside("policy", "lint", cwd=project).code == 0
    done = inside("rules", "audit", "--json", cwd=project)
    assert done.code == 0, done.err
    assert [row["rule"] for row in done.document] == ["general/short@3"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("matches: '(?=x)x'", "without look-around"),
        ("json_schema: {$ref: '#/nope'}", "refers to #/nope, which is not in it"),
        ("json_schema: {$ref: 'http://127.0.0.1:9/s'}", "nothing is fetched"),
        ("forbid: [' ']", "forbid"),
    ],
)
def test_lint_names_the_line_of_a_rule_that_cannot_run(project: Path, said: str, words: str) -> None:
    """Before it is needed, and with the file and line."""
    rules = RULES + f"  - {{name: wrong, {said}}}\n"
    (project / "policy.yaml").write_text(GENERAL + rules, "utf-8")
    done = inside("policy", "lint", cwd=project)
    assert done.code == 2
    assert words in done.err
    assert f"policy.yaml:{(GENERAL + rules).count(chr(10))}" in done.err


def test_lint_tries_each_rule(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what a rule needs that is not installed here."""
    schema = RULES + "  - {name: tool, tasks: [tools], json_schema: {type: object}}\n"
    (project / "policy.yaml").write_text(GENERAL + schema, "utf-8")
    assert inside("policy", "lint", cwd=project).code == 0
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    done = inside("policy", "lint", cwd=project)
    assert done.code == 2
    assert "pip install jsonschema" in done.err
