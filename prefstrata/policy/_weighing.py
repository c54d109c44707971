"""What a record weighs beside its trust: less when it is old, more or less by how close its sides are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from prefstrata.policy._words import Share  # noqa: TC001 - pydantic reads it
from prefstrata.project import Strict

__all__ = ["DIFFICULTIES", "Difficulty", "Recency"]

DIFFICULTIES = ("tied", "close", "moderate", "clear")
"""Pairs by the probability of their leading outcome, as ``sql/functions/difficulty_of.sql`` tells them apart."""

_Times = Annotated[float, Field(ge=0, le=10)]


class Recency(Strict):
    """How judgements lose weight with age; without a half-life they never do."""

    half_life: int | None = Field(
        None,
        ge=4,
        description="Days after which a record weighs half of what the newest weigh, from its last judgement to the "
        "newest in the ledger, never to today; none for no decay.",
    )
    least: Share = Field(0.1, gt=0, description="What is left of the weight of the oldest.")


class Difficulty(Strict):
    """What pairs weigh beside others, by how close their sides are: easy ones give direction, close ones boundaries."""

    tied: _Times = Field(1.0, description="Times its weight, where no side leads by `estimate.tie_margin`.")
    close: _Times = Field(1.0, description="The same where the leading side is better with a probability below 0.7.")
    moderate: _Times = Field(1.0, description="The same below 0.9.")
    clear: _Times = Field(1.0, description="The same from 0.9.")
