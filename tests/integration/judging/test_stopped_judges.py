"""Judges that stop: refused at the door, every question, line by line, or told to by who listens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import Caps, _batching, ask, open_journal, read_journal
from prefstrata.model import UnreachableError
from tests.integration.judging._asking import PLENTY, run

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer


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
