"""``prefstrata judge`` on a whole project: planned, examined, asked, delivered, read, and never paid twice."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests._command import command, inside
from tests._room import no_file_larger_than
from tests.integration.judging._judged import GENERAL, GOLDEN, JUDGES, OPEN, put, records, write
from tools.judge_server import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer


@pytest.fixture
def project(judged: Path, server: JudgeServer, tmp_path: Path) -> Path:
    """A project with golden pairs, open ones, one that speaks to the judge; run before."""
    server.set(judges=JUDGES)
    folder = shutil.copytree(judged, tmp_path / "project")
    write(folder, server)
    return folder


def test_from_plan_to_votes(project: Path, server: JudgeServer) -> None:
    """Planned, the weak judge fails, the good one votes, the attack is kept out, a second run is free."""
    plan = command("judge", "plan", "--json", cwd=project).document
    assert server.ledger()["paid"] == 0
    exam = {row["judge"]: row["questions"] for row in plan["work"] if row["work"] == "exam"}
    assert exam == {"good": 2 * GOLDEN, "weak": 2 * GOLDEN}
    assert 0 < plan["likely_micro"] < plan["at_most_micro"] < plan["left_micro"]
    assert list(plan["flagged"].values()) == [["claims_verdict", "speaks_to_judge"]]

    ran = command("judge", "run", "--json", cwd=project)
    assert ran.code == 0, ran.err
    done = ran.document
    cards = {card["judge"]: card for card in done["cards"]}
    assert cards["good"]["admitted"]
    assert cards["good"]["accuracy"] == 1.0
    assert not cards["weak"]["admitted"]
    assert (cards["weak"]["accuracy"], cards["weak"]["flips"]) == (0.5, 1.0)
    assert "50.0%" in cards["weak"]["reason"]
    assert done["spent_micro"] <= plan["at_most_micro"]
    assert done["outcomes"] == {"answered": done["questions"]}
    paid = server.ledger()["paid"]
    assert paid == done["requests"]

    again = inside("judge", "run", "--json", cwd=project).document
    assert (again["requests"], again["delivered"], again["spent_micro"]) == (0, 0, 0)
    assert server.ledger()["paid"] == paid

    assert not any(row["is_measured"] for row in plan["work"])
    more = inside("judge", "plan", "--json", cwd=project).document["work"]
    assert {row["judge"] for row in more if row["is_measured"]} == {"good", "weak"}

    assert inside("run", "--quiet", cwd=project).code == 0
    raters = "select rater_id, supervisor, mode, count(*) as n from ledger.votes where source = 'verdicts' group by all"
    [voter] = inside("sql", raters, "--json", cwd=project).document
    assert voter["rater_id"].startswith("judge:good/overall@")
    assert (voter["supervisor"], voter["mode"], voter["n"]) == ("judge", "synthetic", 2 * (GOLDEN + OPEN))
    scores = "select count(*) as n from ledger.ratings where source = 'verdicts' and scale_max = 10"
    assert inside("sql", scores, "--json", cwd=project).document == [{"n": 5}]
    refused = "select count(*) as n from ledger.quarantine"
    assert inside("sql", refused, "--json", cwd=project).document == [{"n": 0}]
    alone = "select count(*) as n from layers.records where layer <> 'weak' and kind = 'ratings'"
    assert inside("sql", alone, "--json", cwd=project).document == [{"n": 0}]

    report = command("judge", "report", "--json", cwd=project).document
    assert sum(row["requests"] for row in report["spending"]) == paid
    assert report["spent_project_micro"] == done["spent_micro"]
    assert [run["outcome"] for run in report["runs"]] == ["done", "done"]
    for words in (("plan",), ("run",), ("report",)):
        assert "$" in inside("judge", *words, cwd=project).out


def test_a_cap_ends_the_run_and_raising_it_goes_on(project: Path, server: JudgeServer) -> None:
    """Nothing is spent beyond the cap of the run; the next run goes on where it ended."""
    write(project, server, "0.01")
    first = inside("judge", "run", "--json", cwd=project).document
    assert first["spent_micro"] <= 10_000
    assert first["outcomes"]["unaffordable"] > 0
    write(project, server)
    second = inside("judge", "run", "--json", cwd=project).document
    assert second["cached"] >= first["requests"]
    assert server.ledger()["paid"] == first["requests"] + second["requests"]
    assert second["outcomes"] == {"answered": second["questions"]}


def test_a_model_that_changed_is_stopped_and_its_verdicts_are_kept_back(project: Path, server: JudgeServer) -> None:
    """It passes the exam and guesses from then on: canaries stop it, now and when it is tried again."""
    policy = (project / "policy.yaml").read_text("utf-8")
    (project / "policy.yaml").write_text(f"{policy}\njudging: {{canaries: 1.0}}\n", "utf-8")
    put(project / "inbox" / "crowd.jsonl", records(100, 80, "w1"))
    assert inside("run", "--quiet", cwd=project).code == 0
    changed = Profile(skill=1.0, tie=0.0, changed_after=4 * GOLDEN)
    server.set(judges=JUDGES | {"good-1": changed.model_dump()})
    for _ in range(2):
        ran = inside("judge", "run", "--json", cwd=project)
        assert ran.document["stopped"].keys() == {"good"}
        assert ran.document["delivered"] == 0
        assert "stopped" in ran.err
    plan = inside("judge", "plan", "--json", cwd=project).document
    assert {(row["work"], row["questions"] - row["known"]) for row in plan["work"]} == {("exam", 0)}
    assert any("canaries" in reason for reason in plan["left_out"])


def test_a_plan_promises_what_the_run_asks(project: Path, server: JudgeServer) -> None:
    """Too few golden pairs: only the exam is planned and asked; one judge failed: the plan knows as the run does."""
    policy = (project / "policy.yaml").read_text("utf-8")
    (project / "policy.yaml").write_text(f"{policy}\njudging: {{exam: {{least: {GOLDEN + 1}}}}}\n", "utf-8")
    plan = inside("judge", "plan", "--json", cwd=project).document
    ran = inside("judge", "run", "--json", cwd=project).document
    assert {row["work"] for row in plan["work"]} == {"exam"}
    assert sum(row["questions"] for row in plan["work"]) == ran["questions"] == server.ledger()["paid"]
    assert any(f"only {GOLDEN} golden pairs, {GOLDEN + 1} are needed" in reason for reason in plan["left_out"])
    (project / "policy.yaml").write_text(policy, "utf-8")
    plan = inside("judge", "plan", "--json", cwd=project).document
    ran = inside("judge", "run", "--json", cwd=project).document
    assert sum(row["questions"] - row["known"] for row in plan["work"]) == ran["requests"] > 0
    assert plan["left_out"] == ran["left_out"]


def test_another_model_under_the_name_of_a_judge_is_refused(project: Path, server: JudgeServer) -> None:
    """Its votes would count as the other's; as a judge of another name, or after another exam, it is another rater."""
    assert inside("judge", "run", cwd=project).code == 0
    paid, config = server.ledger()["paid"], project / "prefstrata.yaml"
    before = config.read_text("utf-8")
    config.write_text(before.replace("model: good-1", "model: good-2"), "utf-8")
    for word in ("plan", "run"):
        refused = inside("judge", word, cwd=project)
        assert refused.code == 2
        assert "judge good is the model good-2 now, and its verdicts are of good-1" in refused.err
    assert server.ledger()["paid"] == paid
    config.write_text(before.replace("model: good-1", "exam: 2, model: good-2"), "utf-8")
    assert inside("judge", "plan", cwd=project).code == 0
    config.write_text(
        before.replace("name: good, model: good-1", "name: better, model: good-2").replace("[good]", "[better]")
    )
    assert inside("judge", "plan", cwd=project).code == 0


def test_what_is_missing_is_said(tmp_path: Path, server: JudgeServer) -> None:
    """No judges; nothing built yet; an unknown dimension: exit code 2, and what to do."""
    assert inside("init", tmp_path / "p", cwd=tmp_path).code == 0
    bare = inside("judge", "plan", cwd=tmp_path / "p")
    assert (bare.code, "no judges" in bare.err) == (2, True)
    write(tmp_path, server)
    (tmp_path / "policy.yaml").write_text(GENERAL, "utf-8")
    early = inside("judge", "run", cwd=tmp_path)
    assert (early.code, "prefstrata run" in early.err) == (2, True)


@pytest.mark.parametrize("size", [3_000, 60_000, 400_000], ids=["its tables", "the exam", "the work"])
def test_a_journal_without_room_is_told_as_that_and_gone_on_with(size: int, project: Path, server: JudgeServer) -> None:
    """Never that another file should be named, which would pay for everything again; the next run pays for the rest."""
    with no_file_larger_than(size):
        done = inside("judge", "run", cwd=project)
    assert done.code == 2, done.err
    assert "the journal of judges cannot be read or written" in done.err
    assert "judging.sqlite" in done.err
    assert "name another" not in done.err
    assert "Traceback" not in done.err
    again = inside("judge", "run", "--json", cwd=project)
    assert again.code == 0, again.err
    whole = again.document
    assert whole["outcomes"] == {"answered": whole["questions"]}
    assert whole["requests"] == whole["questions"] - whole["cached"]
    # What came while nothing could be written down was paid for nothing, as at a kill: what was in flight, no more.
    assert server.ledger()["paid"] - whole["questions"] <= 2 * 16
