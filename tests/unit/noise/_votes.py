"""Votes made up for a test, and the figures that the tables of agreement draw from them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine, parameters
from prefstrata.model.tables._agreement import AGREEMENT
from prefstrata.pipeline import stage_of
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

Vote = dict[str, Any]

_PARAMETERS = {"replicates": 200}

_AGREEMENT = {each.full_name for each in AGREEMENT}
TABLES = tuple(name for name in stage_of("noise").tables if name in _AGREEMENT - {"noise.metrics"})


def hashed(name: object) -> str:
    """An id that looks like one of ours, so that prompts spread over the parts."""
    return sha256(str(name).encode()).hexdigest()[:32]


def vote(item: object, rater: str, choice: str, **more: object) -> Vote:
    """A vote on the pair ``item``, which has a prompt of its own."""
    pair = {"pair_id": f"pair {item}", "prompt_id": hashed(item), "dimension": "overall", "stratum": "crowd/offline"}
    given = {**pair, "rater_id": rater, "choice": choice, **more}
    return {"vote_id": hashed(sorted(map(str, given.items()))), **given}


def of_counts(items: Iterable[Sequence[int]], choices: Sequence[str] = ("a", "tie", "b")) -> list[Vote]:
    """Votes on items of which it is known only how many raters chose what."""
    return [
        vote(number, f"rater {number} {choice} {which}", choice)
        for number, counts in enumerate(items)
        for choice, count in zip(choices, counts, strict=True)
        for which in range(count)
    ]


def metrics(votes: Iterable[Vote], *, threads: int = 2) -> pl.DataFrame:
    """``noise.metrics`` of these votes."""
    rows = list(votes)
    engine = DuckDBEngine(":memory:", threads=threads)
    try:
        engine.load("evidence.votes", frame("evidence.votes", rows))
        prompts = sorted({row["prompt_id"] for row in rows})
        described = [{"prompt_id": prompt, "task": "write", "scenario": "general"} for prompt in prompts]
        engine.load("evidence.prompts", frame("evidence.prompts", described))
        engine.clear("evidence.pairs")
        engine.clear("evidence.normalised_ratings")
        engine.clear("noise.raters")
        for full_name in (*TABLES, "noise.metrics"):
            engine.build(full_name, **{name: _PARAMETERS[name] for name in parameters(full_name)})
        return engine.read("noise.metrics")
    finally:
        engine.close()


def figure(found: pl.DataFrame, metric: str, **where: object) -> Mapping[str, Any]:
    """The one row of a metric; over all pairs with ties counted unless something else is said."""
    wanted = {"slice": "all", "unit": "pair", "tie_policy": "ties counted", "metric": metric, **where}
    rows = found.filter(**wanted)
    assert rows.height == 1, f"{wanted} is not one row of {found.filter(metric=metric)}"
    return rows.row(0, named=True)
