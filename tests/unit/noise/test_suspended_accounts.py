"""Who loses its say: next to no honest account, who pushes against trusted pairs, and who acts as one with many."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from random import Random

import polars as pl

from prefstrata.engine import DuckDBEngine
from prefstrata.policy._online import ONLINE_COLUMNS, Online
from tests.sql._cases import frame

_HONEST = 5_000
_POLICY = {"scenario": "*", **dict(zip(ONLINE_COLUMNS, Online().row, strict=True))}


def _suspended(*groups: tuple[str, int, float, int]) -> list[str]:
    """The groups of those who lose their say: of so many accounts, right so often on so many trusted pairs."""
    random = Random(1)
    tried = [
        (f"{name}:{number}", f"p{pair}", "a" if random.random() < right else "b")
        for name, accounts, right, pairs in groups
        for number in range(accounts)
        for pair in range(pairs)
    ]
    votes = pl.DataFrame(tried, schema=["rater_id", "prompt_id", "winner_id"], orient="row").with_columns(
        user_id="rater_id", kind=pl.lit("accept"), pair_id=pl.lit("ab")
    )
    trusted = [{"pair_id": "ab", "a": "a", "b": "b", "p_a": 0.98}]
    with closing(DuckDBEngine(":memory:")) as engine:
        engine.load("evidence.event_votes", pl.concat([frame("evidence.event_votes", []), votes], how="diagonal"))
        engine.load("evidence.trusted", frame("evidence.trusted", trusted))
        engine.load("policy.online", frame("policy.online", [_POLICY]))
        engine.load("evidence.events", frame("evidence.events", []))
        engine.build("evidence.suspended")
        return [subject.split(":")[0] for subject in engine.read("evidence.suspended")["subject"]]


def test_of_those_who_lose_their_say_few_are_unlucky() -> None:
    """Five thousand who are right six times in ten, on eight pairs: one by one, forty would be taken to be wrong."""
    lost = _suspended(("honest", _HONEST, 0.6, 8), ("pusher", 20, 0.05, 20))
    assert lost.count("pusher") >= 18
    assert lost.count("honest") <= 1


def test_who_guesses_keeps_its_say() -> None:
    """Where nobody is right more often than a coin, nobody is worse than the others."""
    assert _suspended(("guessing", _HONEST, 0.5, 8)) == []


def test_a_single_account_that_pushes_is_found_among_thousands() -> None:
    """On twelve pairs: the others are right so often that this is no chance."""
    assert _suspended(("honest", _HONEST, 0.75, 12), ("pusher", 1, 0.0, 12)).count("pusher") == 1


def test_a_crowd_of_sessions_in_lockstep_is_found_whole() -> None:
    """More than are held against each other: each meets some of them, and who did half as much keeps its say."""
    likes = [(session, response) for session in range(300) for response in range(12 if session < 290 else 6)]
    events = [
        {
            "event_id": f"e{session}:{response}",
            "kind": "like",
            "response_id": f"r{response}",
            "rater_id": "user:app",
            "session": f"app/{session}",
            "happened_at": datetime(2026, 11, 20, 8) + timedelta(seconds=7 * session + 60 * response),  # noqa: DTZ001 - in UTC, as all
        }
        for session, response in likes
    ]
    with closing(DuckDBEngine(":memory:", threads=1)) as engine:
        engine.load("evidence.events", frame("evidence.events", events))
        engine.load("evidence.event_votes", frame("evidence.event_votes", []))
        engine.load("evidence.trusted", frame("evidence.trusted", []))
        engine.load("policy.online", frame("policy.online", [_POLICY]))
        engine.build("evidence.suspended")
        lost = engine.read("evidence.suspended")
    assert set(lost["reason"]) == {"lockstep"}
    assert set(lost["subject"]) == {f"e{session}:{response}" for session, response in likes if session < 290}
