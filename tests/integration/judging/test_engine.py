"""Asking through the real SDK over real HTTP: nothing twice, nothing beyond a cap, nothing lost."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.faults import endure
from benchmarks.judging.kills import kill_often
from benchmarks.judging.questions import POLICY, judge, pairs, questions, rubric
from prefstrata.judging import Asked, Caps, Question, ask, compare, look_up, open_journal, read_journal, records
from prefstrata.model import ConfigError, UnreachableError
from tests.integration.judging._asking import PLENTY, run

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer


def test_every_fault_ends_in_an_outcome_and_success_is_never_asked_again() -> None:
    """500 comparisons with 5 % of every kind of fault."""
    done = endure(500, 0.05)
    assert done.progress.outcomes.total() == 500
    assert set(done.progress.outcomes) <= {
        "answered", "refused", "malformed", "empty", "truncated", "wrong_schema", "failed"
    }  # fmt: skip
    assert done.progress.outcomes["answered"] > 400
    assert done.ledger["answered_twice"] == 0
    assert done.billed <= done.spent <= done.cap
    assert set(done.ledger["served"]) > {"cut", "slow", "rate_limited", "server_error", "malformed", "refused"}


def test_the_cap_holds_to_the_micro_dollar(server: JudgeServer, tmp_path: Path) -> None:
    """With a cap below the price of the work, what is counted stays under it, and most of it is used."""
    asked = questions(judge(server.base_url), pairs(100))
    cap = asked[0].bound * 6
    found, progress = run(tmp_path, asked, cap)
    ledger = server.ledger()
    with read_journal(tmp_path / "journal.sqlite") as journal:
        spent = journal.spent()
    assert progress.outcomes["unaffordable"] > 0
    assert progress.outcomes["answered"] == ledger["paid"]
    assert spent <= cap
    assert spent + asked[0].bound > cap - asked[0].bound
    assert sum(state.outcome == "unaffordable" for state in found.values()) == progress.outcomes["unaffordable"]


@pytest.mark.parametrize("batch", [False, True])
def test_one_more_row_costs_that_row(server: JudgeServer, tmp_path: Path, *, batch: bool) -> None:
    """300 judged pairs and one more: two requests, one per order."""
    who = judge(server.base_url, batch=batch, timeout=30)
    run(tmp_path, questions(who, pairs(300)))
    assert server.ledger()["paid"] == 600
    _, progress = run(tmp_path, questions(who, pairs(301)))
    assert (progress.requests, progress.cached) == (2, 600)
    assert server.ledger()["paid"] == 602


def test_another_rubric_asks_that_dimension_again(server: JudgeServer, tmp_path: Path) -> None:
    """Two dimensions; the rubric of one gets another text: its requests, and no others, are new."""
    who, items = judge(server.base_url), pairs(20)
    dimensions = ("helpfulness", "conciseness")
    run(tmp_path, [each for dimension in dimensions for each in questions(who, items, dimension)])
    changed = POLICY.model_copy(
        update={
            "dimensions": tuple(
                each.model_copy(update={"rubric": "Every sentence counts."}) if each.name == "conciseness" else each
                for each in POLICY.dimensions
            )
        }
    )
    again = [
        compare(who, rubric(dimension, changed), item, turned=turned, seed=1, work="w")
        for dimension in (*dimensions, "overall")
        for item in items
        for turned in (False, True)
    ]
    overall = [question for question in again if question.rubric and question.rubric.dimension == "overall"]
    assert rubric("overall", changed).ref == rubric("overall").ref
    _, progress = run(tmp_path, [question for question in again if question not in overall])
    assert progress.requests == 2 * len(items)


def test_two_orders_are_two_verdicts(server: JudgeServer, tmp_path: Path) -> None:
    """A judge that takes what comes first contradicts itself on every pair, and both verdicts are kept."""
    server.set(judges={"lynx-1": {"position": 5.0}})
    asked = questions(judge(server.base_url), pairs(5))
    found, _ = run(tmp_path, asked)
    made = records(asked, found)
    assert len(made) == 10
    assert {record["verdict"] for record in made} == {"first"}
    assert len({record["rater"] for record in made}) == 1
    assert len({record["first"] for record in made}) == 10


def test_repetitions_are_one_verdict_with_its_confidence(server: JudgeServer, tmp_path: Path) -> None:
    """Three times the same question are one vote; the share of the majority is how sure it is."""
    who = judge(server.base_url, confidence="repeats", repeats=3, temperature=1.0)
    [item] = pairs(1)
    asked = [
        compare(who, rubric(), item, turned=turned, seed=1, work="w", repeat=repeat)
        for turned in (False, True)
        for repeat in range(3)
    ]
    found, progress = run(tmp_path, asked)
    assert progress.requests == 6
    assert [record["confidence"] for record in records(asked, found)] == [1.0, 1.0]


def test_an_old_reply_is_read_again_by_the_parser_of_today(server: JudgeServer, tmp_path: Path) -> None:
    """Replies are kept as they came: the journal holds no verdicts that a newer parser would have to trust."""
    asked = questions(judge(server.base_url, confidence="logprobs"), pairs(1))
    run(tmp_path, asked)
    with read_journal(tmp_path / "journal.sqlite") as journal:
        bodies = dict(journal.replies(each.key for each in asked))
        known = look_up(journal, asked)
    assert {json.loads(body)["object"] for body in bodies.values()} == {"chat.completion"}
    assert all(known[key].parsed and known[key].parsed.confidence for key in bodies)


def test_an_endpoint_that_is_not_there_ends_the_run_and_costs_nothing(tmp_path: Path) -> None:
    """Nobody listens: a few tries, an outcome for every question, and no money is gone."""
    found, _ = run(tmp_path, questions(judge("http://127.0.0.1:9/v1"), pairs(20)))
    assert {state.outcome for state in found.values()} == {"unreachable"}
    with read_journal(tmp_path / "journal.sqlite") as journal:
        assert journal.spent() == 0


def test_a_missing_key_is_said_before_anything_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named, and nothing is reserved."""
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    who = judge("http://127.0.0.1:9/v1").model_copy(update={"api_key_env": "NO_SUCH_KEY"})
    with pytest.raises(ConfigError, match="NO_SUCH_KEY"):
        run(tmp_path, questions(who, pairs(1)))


def test_two_processes_never_judge_at_once(tmp_path: Path) -> None:
    """The second is told, instead of paying for the same questions."""
    with open_journal(tmp_path / "journal.sqlite", "one"), pytest.raises(UnreachableError, match="judges"):
        run(tmp_path, [])


def test_a_bug_ends_the_run_and_says_so(server: JudgeServer, tmp_path: Path) -> None:
    """What no reply can cause is raised: nothing is called done that is not, and nothing waits for ever."""

    def told(question: Question, asked: Asked) -> str | None:
        raise ZeroDivisionError(question.key, asked.outcome)

    with open_journal(tmp_path / "journal.sqlite", "run") as journal:
        caps = Caps(PLENTY, PLENTY, PLENTY, 0, 0, 0)
        with pytest.raises(ExceptionGroup) as raised:
            asyncio.run(ask(journal, questions(judge(server.base_url), pairs(20)), caps, told=told))
    assert raised.group_contains(ZeroDivisionError)
    # What came until then is kept: it is not asked again.
    paid = server.ledger()["paid"]
    _, progress = run(tmp_path, questions(judge(server.base_url), pairs(20)))
    assert progress.outcomes == {"answered": 40}
    assert server.ledger()["answered_twice"] == 0
    assert progress.cached == paid


@pytest.mark.parametrize("mode", ["sync", "batch"])
def test_killed_at_any_moment_it_pays_what_was_asked_and_what_was_in_flight(mode: str) -> None:
    """Killed twelve times: the books agree request by request, and the verdicts are those of an undisturbed run."""
    came = kill_often(12, mode, pairs=120)
    assert came.asking
    assert came.is_exact, came
    assert came.same
    assert mode == "sync" or came.in_flight == 0
