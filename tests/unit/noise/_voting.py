"""Votes with a known truth, fitted as a run fits them."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import DuckDBEngine
from prefstrata.model.tables import TABLES
from prefstrata.noise import Fit, FitSettings, fit_raters
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "DECLARED",
    "Fitted",
    "Vote",
    "at",
    "crowd_on",
    "fitted",
    "majority",
    "opinion",
    "outcomes",
    "pair_id",
    "settled",
    "vote",
    "warehouse",
]

Vote = dict[str, Any]

DECLARED = {"crowd/offline": 0.78, "expert/offline": 0.95, "user/online": 0.6, "judge/offline": 0.7}
"""What the policy of a warehouse says of strata before anybody has voted."""

_BEGAN = datetime(2026, 1, 1)  # noqa: DTZ001 - the ledger's times are UTC without saying so


@dataclass(frozen=True)
class Fitted:
    """What a fit left: its summary, and the tables it filled."""

    fit: Fit
    preferences: pl.DataFrame
    parameters: pl.DataFrame
    reliability: pl.DataFrame

    def leading(self, item: str) -> str:
        """The outcome that the model believes in most."""
        row = self.preferences.row(by_predicate=pl.col("pair_id") == pair_id(item), named=True)
        return max(("a", "tie", "b"), key=lambda outcome: row[f"p_{outcome}"])

    def right(self, truth: dict[str, str]) -> float:
        """Share of the pairs on which the leading outcome is the truth."""
        return sum(self.leading(item) == outcome for item, outcome in truth.items()) / len(truth)

    def rater(self, name: str) -> dict[str, Any]:
        """The card of a rater with one segment."""
        return self.parameters.row(by_predicate=pl.col("rater_id") == name, named=True)


def pair_id(item: str) -> str:
    """An id as a ledger has them."""
    return hashlib.sha256(item.encode()).hexdigest()[:32]


def vote(item: str, rater: str, choice: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """A row of ``evidence.votes``; crowd, one judgement, order unknown unless said otherwise."""
    usual = {
        "pair_id": pair_id(item),
        "prompt_id": "p",
        "dimension": "overall",
        "choice": choice,
        "rater_id": rater,
        "stratum": "crowd/offline",
        "share": 1.0,
        "settles": False,
        "both_bad": False,
        "has_rationale": False,
    }
    return {**usual, **more}


def at(second: int) -> datetime:
    """A time, so many seconds after the first."""
    return _BEGAN + timedelta(seconds=second)


def settled(item: str, choice: str) -> dict[str, Any]:
    """A vote that settles a pair."""
    return vote(item, "expert:senior", choice, stratum="expert/offline", settles=True, round="golden")


def opinion(random: Random, truth: str, right: float) -> str:
    """A decided vote that is right so often."""
    other = {"a": "b", "b": "a"}
    return truth if random.random() < right else other[truth]


def outcomes(items: int) -> dict[str, str]:
    """The truth of so many items, each by the toss of a coin."""
    random = Random(7)
    return {f"item {number}": random.choice(["a", "b"]) for number in range(items)}


def crowd_on(truth: dict[str, str], rights: dict[str, float], **more: Any) -> list[Vote]:  # noqa: ANN401
    """Every rater on every item, right so often."""
    random = Random(11)
    return [
        vote(item, rater, opinion(random, outcome, right), **more)
        for item, outcome in truth.items()
        for rater, right in rights.items()
    ]


def majority(votes: list[Vote], truth: dict[str, str]) -> float:
    """Share of the items on which most votes are right."""
    leads: dict[str, int] = {}
    for row in votes:
        leads[row["pair_id"]] = leads.get(row["pair_id"], 0) + {"a": 1, "tie": 0, "b": -1}[row["choice"]]
    right = [1.0 if (leads[pair_id(item)] > 0) == (outcome == "a") else 0.0 for item, outcome in truth.items()]
    return sum(right) / len(right)


def fitted(
    votes: Sequence[dict[str, Any]],
    *,
    families: dict[str, str] | None = None,
    lengths: Callable[[str], tuple[int, int]] = lambda _: (100, 100),
    settings: FitSettings | None = None,
    threads: int = 2,
) -> Fitted:
    """Fit the model to these votes, on an engine of their own."""
    with warehouse(votes, families=families, lengths=lengths, threads=threads, fit=False) as engine:
        fit = fit_raters(engine, "c", settings or FitSettings())
        found = [engine.read(f"noise.{name}") for name in ("preferences", "parameters", "reliability")]
        return Fitted(fit, found[0].sort("pair_id"), found[1].sort("rater_id", "segment"), found[2].sort("bin"))


@contextmanager
def warehouse(
    votes: Sequence[dict[str, Any]],
    *,
    families: dict[str, str] | None = None,
    lengths: Callable[[str], tuple[int, int]] = lambda _: (100, 100),
    threads: int = 2,
    fit: bool = True,
) -> Iterator[DuckDBEngine]:
    """An engine with these votes and all that the model reads; fitted, unless it is left to the caller."""
    engine = DuckDBEngine(":memory:", threads=threads)
    try:
        with engine.transaction():  # one for all takes half as long
            for each in TABLES:
                if each.schema in {"ledger", "evidence", "policy", "noise"}:
                    engine.ensure(each)
        _load(engine, "evidence.votes", [{"vote_id": f"{place:032}", **row} for place, row in enumerate(votes)])
        items = sorted({row["pair_id"] for row in votes})
        _load(engine, "evidence.pairs", [_pair(item, lengths(item)) for item in items])
        _load(engine, "evidence.prompts", [{"prompt_id": "p", "policy_scenario": "*"}])
        _load(engine, "policy.scenarios", [{"scenario": "*", "prior": 0.1}])
        strata = [{"scenario": "*", "stratum": name, "reliability": rate} for name, rate in DECLARED.items()]
        _load(engine, "policy.strata", strata)
        _load(engine, "ledger.raters", [{"rater_id": r, "family": f} for r, f in (families or {}).items()])
        for name in ("settlements", "crowded_prompts", "rounds", "repeats", "peer_agreement", "changes"):
            engine.build(f"noise.{name}")
        if fit:
            fit_raters(engine, "c")
        yield engine
    finally:
        engine.close()


def _pair(item: str, lengths: tuple[int, int]) -> dict[str, Any]:
    features = [
        {"characters": length, "markdown": 0, "hedged": False, "refusal": False, "apology": False} for length in lengths
    ]
    return {"pair_id": item, "prompt_id": "p", "features_a": features[0], "features_b": features[1]}


def _load(engine: DuckDBEngine, name: str, rows: Sequence[dict[str, Any]]) -> None:
    engine.load(name, frame(name, list(rows)))
