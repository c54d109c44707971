"""The journal says what each rater's verdicts have cost."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

from benchmarks.judging.questions import judge, rubric
from prefstrata.judging import Item, compare, generate, open_journal, read_journal
from prefstrata.judging._rows import Settled

if TYPE_CHECKING:
    from pathlib import Path

_JUDGE = judge("http://127.0.0.1:9/v1")
_ITEM = Item("1", (("user", "q"),), ("a much longer answer", "short"))
_BEFORE = """
create table attempts (
    id integer primary key, key text not null, run text not null, judge text not null, work text not null, day text
    not null, batch integer, reserved integer not null, cost integer, outcome text, status integer, input_tokens
    integer, output_tokens integer, asked_at text not null, ended_at text
);
insert into attempts values (1, 'k', 'r', 'j', 'w', '2026-11-01', null, 70, 60, 'answered', 200, 1, 1, 'then', 'then');
"""
"""A journal as version 1 wrote it."""


def test_costs_are_booked_to_the_rater_whose_verdict_it_is(tmp_path: Path) -> None:
    """Both orders are one rater's; a text that a model writes is nobody's verdict."""
    path = tmp_path / "journal"
    asked = [compare(_JUDGE, rubric(), _ITEM, turned=turned, seed=1, work="w") for turned in (False, True)]
    with open_journal(path, "run") as journal:
        attempts = [journal.attempt(each) for each in (*asked, generate(_JUDGE, _ITEM, work="g", temperature=None))]
        asyncio.run(journal.reserve(attempts))
        assert journal.spent() == sum(each.reserved for each in attempts)
    [(rater, spent)] = _spent(path).items()
    assert rater.startswith(f"{_JUDGE.name}/")
    assert spent == sum(each.bound for each in asked)


def test_a_text_that_a_model_wrote_is_no_judgement_that_was_begun(tmp_path: Path) -> None:
    """Its prompt is nothing to judge: no layer of work is to look for it among its items."""
    asked = compare(_JUDGE, rubric(), _ITEM, turned=False, seed=1, work="w")
    written = generate(_JUDGE, Item("prompt", (("user", "q"),), ()), work="g", temperature=None)
    with open_journal(tmp_path / "journal", "run") as journal:
        attempts = [journal.attempt(asked), journal.attempt(written)]
        asyncio.run(journal.reserve(attempts))
        asyncio.run(journal.settle(*(Settled(each, "answered", each.reserved, b"{}") for each in attempts)))
        assert journal.begun([]) == [("w", _ITEM.id)]
        assert journal.begun([asked.key]) == []


def test_what_a_batch_brought_when_nobody_waited_was_begun(tmp_path: Path) -> None:
    """As when a cap was lowered, so that its item waits: once there is room, what was paid for is still looked for."""
    asked = compare(_JUDGE, rubric(), _ITEM, turned=False, seed=1, work="w")
    with open_journal(tmp_path / "journal", "run") as journal:
        attempt = journal.attempt(asked, batch=1)
        asyncio.run(journal.plan_batch("digest", _JUDGE.name, [attempt]))
        assert journal.begun([]) == [("w", _ITEM.id)]
        asyncio.run(journal.settle(Settled(attempt, "unread", attempt.reserved, b"{}")))
        assert journal.begun([]) == [("w", _ITEM.id)]


def test_a_journal_of_an_earlier_version_is_read_and_goes_on(tmp_path: Path) -> None:
    """What it holds is spent all the same, and booked to nobody; how long its answers were, it says of nobody."""
    path = tmp_path / "journal"
    with sqlite3.connect(path) as connection:
        connection.executescript(_BEFORE)
    connection.close()
    assert _spent(path) == {}
    with read_journal(path) as earlier:
        assert earlier.said() == {}
    question = compare(_JUDGE, rubric(), _ITEM, turned=False, seed=1, work="w")
    with open_journal(path, "run") as journal:
        asyncio.run(journal.reserve([journal.attempt(question)]))
        assert journal.spent() == 60 + question.bound
    assert list(_spent(path).values()) == [question.bound]


def _spent(path: Path) -> dict[str, int]:
    with read_journal(path) as journal:
        return journal.spent_by_rater()
