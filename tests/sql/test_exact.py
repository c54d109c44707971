"""What the two engines must make the same of to the last bit, where the cases compare doubles to nine digits."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

from tests.sql._cases import Case
from tests.sql._run import outcome, value

if TYPE_CHECKING:
    from prefstrata.engine import Engine

_MANY = 300


def test_what_lies_between_two_roundings_goes_the_same_way(engine: Engine) -> None:
    """Half of what is halved does, as a double that is a little more or a little less."""
    chance = random.Random(1)  # noqa: S311 - no secret
    numbers = [(chance.randrange(10**9) + 0.5) / 1e9 for _ in range(_MANY)]
    listed = ", ".join(f"round(cast({number!r} as double), 9)" for number in numbers)
    assert value(engine, f"[{listed}]") == [math.floor(number * 1e9 + 0.5) / 1e9 for number in numbers]


def test_the_spread_of_two_raters_is_half_of_what_is_between_them(engine: Engine) -> None:
    """Of scores and of rewards, exactly: every second one is halfway between two billionths."""
    chance = random.Random(1)  # noqa: S311 - no secret
    said = {f"{number:03d}": (chance.randrange(10**9), chance.randrange(10**9)) for number in range(_MANY)}
    by_two = [(name, rater, value / 1e9) for name, two in said.items() for rater, value in zip("ab", two, strict=True)]
    scored = {"prompt_id": "p", "dimension": "d", "stratum": "crowd/offline", "ratings": 1}
    rewarded = {"prompt_id": "p", "index": 0, "supervisor": "crowd", "mode": "offline"}
    given: dict[str, list[dict[str, Any]]] = {
        "evidence.prompts": [{"prompt_id": "p", "policy_scenario": "*"}],
        "policy.strata": [{"scenario": "*", "stratum": "crowd/offline", "reliability": 0.78}],
        "evidence.scores": [
            {**scored, "response_id": name, "rater_id": rater, "score": value, "rating_ids": [rater]}
            for name, rater, value in by_two
        ],
        "ledger.steps": [
            {**rewarded, "trace_id": name, "rater_id": rater, "reward": value} for name, rater, value in by_two
        ],
    }
    wanted = {name: abs(one - other) / 2e9 for name, (one, other) in said.items()}
    for file, key in (("weighting/scores", "response_id"), ("weighting/rewards", "trace_id")):
        found = outcome(engine, Case(file, "of two raters", given, {}, None, None))
        assert {row[key]: row["spread"] for row in found} == wanted
