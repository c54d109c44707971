"""Who loses its say by trusted pairs: of thousands of honest accounts next to none, and who pushes all the same."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from contextlib import closing
from random import Random

import polars as pl

from prefstrata.engine import DuckDBEngine
from prefstrata.policy._online import ONLINE_COLUMNS, Online
from tests.sql._cases import frame

_HONEST = 5_000


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
    policy = [{"scenario": "*", **dict(zip(ONLINE_COLUMNS, Online().row, strict=True))}]
    with closing(DuckDBEngine(":memory:")) as engine:
        engine.load("evidence.event_votes", pl.concat([frame("evidence.event_votes", []), votes], how="diagonal"))
        engine.load("evidence.trusted", frame("evidence.trusted", trusted))
        engine.load("policy.online", frame("policy.online", policy))
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
