"""Batches: their price, their pieces, and what becomes of one that expired, is gone or was left open."""

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

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.judging import Caps, ask, open_journal, read_journal
from prefstrata.judging._batch import read_lines
from prefstrata.project import Price
from tests.integration.judging._asking import PLENTY, leave_open, run

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer


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


def test_lines_of_a_batch_end_at_line_feeds_alone() -> None:
    """Other characters that end lines in Unicode may stand in a text; what cannot be read answers nothing."""
    said = "one\u2028two\u0085three"
    line = json.dumps({"custom_id": "k", "response": {"body": said}}, ensure_ascii=False)
    content = "\n".join([line, "", "{broken", "[1]", '{"custom_id": 3}', "[" * 100_000]).encode()
    assert [(each["custom_id"], each["response"]["body"]) for each in read_lines(content)] == [("k", said)]
