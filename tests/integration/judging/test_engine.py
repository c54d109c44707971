"""Asking through the real SDK over real HTTP: nothing twice, nothing beyond a cap, nothing lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import zlib
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.faults import endure
from benchmarks.judging.kills import kill_often
from benchmarks.judging.questions import POLICY, judge, pairs, questions, rubric
from prefstrata.judging import (
    Asked,
    Caps,
    Progress,
    Question,
    _batching,
    ask,
    compare,
    look_up,
    open_journal,
    read_journal,
    records,
)
from prefstrata.judging._batch import read_lines
from prefstrata.judging._rows import today
from prefstrata.model import ConfigError, UnreachableError
from prefstrata.project import Price

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer

PLENTY = 10**9


def run(folder: Path, asked: list[Question], cap: int = PLENTY) -> tuple[dict[str, Asked], Progress]:
    """Ask in the journal of this folder, within this cap."""
    with open_journal(folder / "journal.sqlite", "run") as journal:
        caps = Caps(cap, cap, cap, 0, journal.spent(today()), journal.spent())
        return asyncio.run(ask(journal, asked, caps))


def leave_open(server: JudgeServer, folder: Path, asked: list[Question]) -> None:
    """Submit a batch, and be gone before it is over: the server holds it until it is told otherwise."""
    server.set(holds_batches=True)

    async def until_submitted() -> None:
        with open_journal(folder / "journal.sqlite", "killed") as journal:
            asking = asyncio.create_task(ask(journal, asked, Caps(PLENTY, PLENTY, PLENTY, 0, 0, 0)))
            while not any(batch.batch_id for batch in journal.open_batches()):  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.wait([asking])

    asyncio.run(until_submitted())


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


def test_an_expired_batch_gives_what_it_has(server: JudgeServer, tmp_path: Path) -> None:
    """Half of each batch expires; what was answered is kept and paid once, the rest goes into the next batch."""
    server.set(expire_after=0.6)
    found, progress = run(tmp_path, questions(judge(server.base_url, batch=True, timeout=30), pairs(20)))
    ledger = server.ledger()
    assert ledger["answered_twice"] == 0
    assert progress.retried["expired"] > 0
    assert progress.outcomes["answered"] == ledger["paid"] == sum(each.outcome == "answered" for each in found.values())
    server.set(expire_after=1.0)
    _, again = run(tmp_path, questions(judge(server.base_url, batch=True, timeout=30), pairs(20)))
    assert again.outcomes == {"answered": 40}
    assert server.ledger()["paid"] == 40


def test_a_key_that_a_batch_repeats_is_kept_nowhere(
    server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of single replies: here the key is a word of every one of them."""
    monkeypatch.setenv("KEY_OF_TEST", "chat.completion")
    who = judge(server.base_url, batch=True, timeout=30).model_copy(update={"api_key_env": "KEY_OF_TEST"})
    _, progress = run(tmp_path, questions(who, pairs(3)))
    assert progress.outcomes == {"answered": 6}
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as journal:
        replies = [zlib.decompress(body) for (body,) in journal.execute("select body from replies")]
    assert len(replies) == 6
    assert not any(b"chat.completion" in body for body in replies)


def test_a_batch_costs_its_own_price(server: JudgeServer, tmp_path: Path) -> None:
    """Half the price by default; another share where the endpoint has another."""
    who = judge(server.base_url, batch=True, timeout=30)
    who = who.model_copy(update={"price": Price(input=Decimal(1), output=Decimal(1), batch=Decimal("0.25"))})
    run(tmp_path, questions(who, pairs(3)))
    billed = server.ledger()["billed"]
    with read_journal(tmp_path / "journal.sqlite") as journal:
        assert 0 <= journal.spent() - sum(billed.values()) / 4 <= 6


@pytest.mark.parametrize(
    ("path", "status"),
    [("batches/batch_000000", 404), ("batches/batch_000000", 403), ("files/file-000001", 404)],
)
def test_a_batch_that_is_gone_is_lost_and_asked_anew(
    server: JudgeServer, tmp_path: Path, path: str, status: int
) -> None:
    """Deleted, another account's, or its results expired: what it reserved stays spent, and the judge goes on."""
    asked = questions(judge(server.base_url, batch=True, timeout=30), pairs(3))
    leave_open(server, tmp_path, asked)
    server.set(refuses={f"/v1/{path}": status}, holds_batches=False)
    _, progress = run(tmp_path, asked)
    assert progress.outcomes == {"answered": 6}
    with open_journal(tmp_path / "journal.sqlite", "look") as journal:
        assert journal.open_batches() == []
        [lost] = journal.rows("select count(*) n, sum(cost) spent from attempts where outcome = 'lost'")
        assert lost["n"] == 6
        assert progress.spent == journal.spent() - lost["spent"] > 0
    assert run(tmp_path, asked)[1].requests == 0


@pytest.mark.parametrize("change", [{"batch": False}, {"name": "renamed"}, {"name": "renamed", "batch": False}])
def test_an_open_batch_is_taken_up_however_the_judge_is_asked_now(
    server: JudgeServer, tmp_path: Path, change: dict[str, object]
) -> None:
    """What it answers is not asked again, has the price of a batch, and is no spending of the run that fetches it."""
    asked = questions(judge(server.base_url, batch=True, timeout=30), pairs(3))
    leave_open(server, tmp_path, asked)
    server.set(holds_batches=False)
    _, progress = run(tmp_path, questions(asked[0].judge.model_copy(update=change), pairs(4)))
    assert (progress.requests, progress.outcomes) == (2, {"answered": 8})
    assert server.ledger()["paid"] == 8
    with open_journal(tmp_path / "journal.sqlite", "look") as journal:
        assert journal.open_batches() == []
        [fetched] = journal.rows("select sum(cost) spent from attempts where run = 'killed'")
        assert progress.spent == journal.spent() - fetched["spent"]
        assert 0 < fetched["spent"] < sum(each.bound for each in asked) / 2


def test_a_batch_of_nobody_is_fetched_and_nobody_waits_for_it(server: JudgeServer, tmp_path: Path) -> None:
    """Its judge is gone, and nobody asks the same: its answers are kept for whoever asks it one day."""
    asked = questions(judge(server.base_url, batch=True, timeout=30), pairs(3))
    leave_open(server, tmp_path, asked)
    left = [1]
    end = time.monotonic() + 60
    while left[-1] and time.monotonic() < end:
        with open_journal(tmp_path / "journal.sqlite", "other") as journal:
            others = [judge(server.base_url, "heron")]
            _, progress = asyncio.run(ask(journal, [], Caps(PLENTY, PLENTY, PLENTY, 0, 0, 0), judges=others))
            assert progress.spent == 0
            left.append(len(journal.open_batches()))
        server.set(holds_batches=False)
        time.sleep(0.02)
    assert (left[1], left[-1]) == (1, 0)
    assert run(tmp_path, asked)[1].cached == 6


@pytest.mark.parametrize("batch", [False, True])
def test_a_judge_that_is_refused_stops_with_the_reason(server: JudgeServer, tmp_path: Path, *, batch: bool) -> None:
    """A wrong key: nothing is done, all is left for the next run, and the reason stands beside the outcome."""
    server.set(refuses={"/v1/": 401})
    _, progress = run(tmp_path, questions(judge(server.base_url, batch=batch, timeout=30), pairs(3)))
    assert (progress.outcomes, progress.done, progress.remaining) == ({"stopped": 6}, 0, 6)
    assert "401" in progress.silent["lynx"]
    with pytest.raises(UnreachableError, match="401"):
        progress.demand_replies()


def test_a_judge_that_is_refused_every_question_stops_and_may_be_asked_again(
    server: JudgeServer, tmp_path: Path
) -> None:
    """A parameter that the model does not take: few requests are spent on it, its words are said, nothing is final."""
    server.set(refuses={"/v1/": 400})
    many = questions(judge(server.base_url, concurrency=4), pairs(40))
    _, progress = run(tmp_path, many)
    assert progress.requests <= 5 + 4
    assert progress.outcomes["stopped"] + progress.outcomes["rejected"] == 80
    assert "400" in progress.silent["lynx"]
    with pytest.raises(UnreachableError, match="400"):
        progress.demand_replies()
    few, progress = many[:2], run(tmp_path, many[:2])[1]
    assert "400" in progress.silent["lynx"]
    server.set(refuses={})
    assert run(tmp_path, few)[1].outcomes == {"answered": 2}
    server.set(refuses={"/v1/": 400})
    _, progress = run(tmp_path, many[40:52])
    assert (progress.outcomes, progress.silent) == ({"rejected": 12}, {})
    assert "400" in progress.turned_down["lynx"]
    assert run(tmp_path, many[40:52])[1].requests == 0


def test_a_good_judge_is_not_stopped_by_refusals_that_come_before_its_answers(
    server: JudgeServer, tmp_path: Path
) -> None:
    """Four answers take their time while ten questions are refused at once: these are final, all others answered."""
    server.set(latency=0.3, rejects=r"Question [2-6]:")
    who = judge(server.base_url, concurrency=16, timeout=5)
    _, progress = run(tmp_path, questions(who, pairs(20)))
    assert (progress.outcomes, progress.stopped) == ({"answered": 30, "rejected": 10}, {})
    assert "does not take" in progress.turned_down["lynx"]
    progress.demand_replies()
    assert run(tmp_path, questions(who, pairs(20)))[1].requests == 0


def test_a_batch_that_is_refused_line_by_line_stops_its_judge_and_may_be_asked_again(
    server: JudgeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch is spent on it and no second, its words are said, nothing is final; a few refused ones are."""
    monkeypatch.setattr(_batching, "MOST_REQUESTS", 10)
    asked = questions(judge(server.base_url, batch=True, timeout=30), pairs(10))
    server.set(rejects="Question")
    _, progress = run(tmp_path, asked)
    assert progress.outcomes == {"rejected": 10, "stopped": 10}
    assert (progress.requests, server.ledger()["batches"]) == (10, 1)
    assert "does not take" in progress.silent["lynx"]
    with pytest.raises(UnreachableError, match="does not take"):
        progress.demand_replies()
    server.set(rejects=r"Question [89]:")
    found, progress = run(tmp_path, asked)
    assert (progress.outcomes, progress.stopped) == ({"answered": 16, "rejected": 4}, {})
    assert "does not take" in progress.turned_down["lynx"]
    assert [found[each.key].outcome for each in asked[-4:]] == ["rejected"] * 4
    assert run(tmp_path, asked)[1].requests == 0


def test_a_batch_that_fails_before_it_is_worked_on_stops_its_judge_with_the_reason(
    server: JudgeServer, tmp_path: Path
) -> None:
    """An unknown model, a full queue: it is not sent again and again, costs nothing, and is left for the next run."""
    server.set(fails_batches="The model lynx-1 has no batches")
    asked = questions(judge(server.base_url, batch=True, timeout=30), pairs(3))
    _, progress = run(tmp_path, asked)
    assert (progress.outcomes, progress.remaining) == ({"stopped": 6}, 6)
    assert server.ledger()["batches"] == 1
    assert progress.silent == {"lynx": "The model lynx-1 has no batches"}
    with read_journal(tmp_path / "journal.sqlite") as journal:
        assert journal.spent() == 0
    server.set(fails_batches="")
    assert run(tmp_path, asked)[1].outcomes == {"answered": 6}


def test_a_batch_that_failed_while_nobody_looked_is_asked_anew(server: JudgeServer, tmp_path: Path) -> None:
    """Its questions are free again in the next run, which does not stop for what is past."""
    asked = questions(judge(server.base_url, batch=True, timeout=30), pairs(3))
    server.set(fails_batches="the queue is full")
    leave_open(server, tmp_path, asked)
    server.set(fails_batches="", holds_batches=False)
    _, progress = run(tmp_path, asked)
    assert (progress.outcomes, progress.stopped) == ({"answered": 6}, {})
    assert server.ledger()["batches"] == 2


def test_two_judges_send_batches_side_by_side(server: JudgeServer, tmp_path: Path) -> None:
    """Each batch has a number of its own, and every question of both judges is answered once."""
    both = [judge(server.base_url, name, batch=True, timeout=30) for name in ("lynx", "heron")]
    _, progress = run(tmp_path, [question for who in both for question in questions(who, pairs(10))])
    assert progress.outcomes == {"answered": 40}
    assert server.ledger()["paid"] == 40
    with read_journal(tmp_path / "journal.sqlite") as journal:
        assert journal.spent() > 0


@pytest.mark.parametrize("batch", [False, True])
def test_a_judge_that_must_stop_is_not_asked_on(server: JudgeServer, tmp_path: Path, *, batch: bool) -> None:
    """Who listens says after the first answer that the judge must stop: the rest is called over with that reason."""
    who = judge(server.base_url, batch=batch, timeout=30, concurrency=1)
    server.set(expire_after=0.5)
    with open_journal(tmp_path / "journal.sqlite", "run") as journal:
        caps = Caps(PLENTY, PLENTY, PLENTY, 0, 0, 0)
        told = lambda question, asked: "canary" if asked.outcome == "answered" else None  # noqa: E731, ARG005
        _, progress = asyncio.run(ask(journal, questions(who, pairs(20)), caps, told=told))
    assert progress.outcomes["stopped"] > 0
    assert progress.stopped == {"lynx": "canary"}
    assert progress.outcomes.total() == 40
    assert progress.remaining == progress.outcomes["stopped"]
    assert server.ledger()["paid"] < 40


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


def test_lines_of_a_batch_end_at_line_feeds_alone() -> None:
    """Other characters that end lines in Unicode may stand in a text; what cannot be read answers nothing."""
    said = "one\u2028two\u0085three"
    line = json.dumps({"custom_id": "k", "response": {"body": said}}, ensure_ascii=False)
    content = "\n".join([line, "", "{broken", "[1]", '{"custom_id": 3}', "[" * 100_000]).encode()
    assert [(each["custom_id"], each["response"]["body"]) for each in read_lines(content)] == [("k", said)]


@pytest.mark.parametrize("mode", ["sync", "batch"])
def test_killed_at_any_moment_it_pays_what_was_asked_and_what_was_in_flight(mode: str) -> None:
    """Killed twelve times: the books agree request by request, and the verdicts are those of an undisturbed run."""
    came = kill_often(12, mode, pairs=120)
    assert came.asking
    assert came.is_exact, came
    assert came.same
    assert mode == "sync" or came.in_flight == 0
