"""How dimensions come to one outcome: their order, by risk where it differs, and the rule that puts them together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from prefstrata.policy._words import Kind, Share  # noqa: TC001 - pydantic reads them
from prefstrata.project import Strict

__all__ = ["Aggregation", "Mixing"]

Weight = Annotated[float, Field(ge=0)]


class Aggregation(Strict):
    """Who wins a pair that nobody judged as a whole: decided when the data is used, never when it is annotated."""

    rule: Literal["lexicographic", "weighted"] = Field(
        "lexicographic",
        description="lexicographic: the first dimension that decides wins; weighted: dimensions are weighed together.",
    )
    kinds: dict[Kind, Weight] = Field(
        default_factory=dict, description="Weight of each kind of preference, 1 when absent; for `weighted`."
    )
    dimensions: dict[str, Weight] = Field(
        default_factory=dict, description="Weight of a dimension, in place of that of its kind; for `weighted`."
    )


class Mixing(Strict):
    """Judgements given under different versions of policies, which may mean different things by the same word."""

    refuse: bool = Field(
        default=False, description="Whether a run stops when too many are mixed; they are told in any case."
    )
    most: Share = Field(
        0.05,
        description="Share of the pairs of a task that may rest on several versions, and of its votes on another one.",
    )
