"""What a version should be made of: shares to meet, limits to hold, quotas to draw."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from prefstrata.policy._words import RiskLevel, Share, TrainingLayer  # noqa: TC001 - pydantic reads them
from prefstrata.project import Strict

__all__ = ["Limits", "Mixture", "Quota"]


class Mixture(Strict):
    """Shares of the released weight, beside those of the strata; what has no share divides what is left."""

    floor: float = Field(0.0, ge=0, le=1, description="Least factor a cell may get, before its age and difficulty.")
    tasks: dict[str, Share] = Field(default_factory=dict, description="Share per task.")
    risk_levels: dict[RiskLevel, Share] = Field(default_factory=dict, description="Share per risk level.")
    dimensions: dict[str, Share] = Field(
        default_factory=dict, description="Share per dimension that decides the record; overall is one too."
    )

    @model_validator(mode="after")
    def _fill_no_more_than_all(self) -> Mixture:
        for name in ("tasks", "risk_levels", "dimensions"):
            shares = sum(getattr(self, name).values())
            if shares > 1 + 1e-9:
                raise ValueError(f"{name}: the shares add up to {shares:.3g}, more than 1")
            if "*" in getattr(self, name):
                raise ValueError(f"{name}: * stands for what has no share; it can have none")
        return self


class Limits(Strict):
    """Most of a version's weight that users may have; in the policy of `*` only, because it is of the whole version."""

    user: Share | None = Field(0.001, gt=0, description="Most that one user may have; none for no limit.")
    cohort_day: Share | None = Field(
        0.01, gt=0, description="Most that all users of one source may have of what they did on one day."
    )


class Quota(Strict):
    """Most records of a bucket that a version trains on; which ones is drawn by the policy's seed, by prompt.

    All quotas draw the same lots. One of a policy for several scenarios counts in each of them for itself.
    """

    quota: str = Field(description="Name of the quota.")
    per: tuple[Literal["task", "risk_level", "stratum", "dimension"], ...] = Field(
        ("task",), description="What makes a bucket: records that are alike in all of these."
    )
    most: int = Field(ge=0, description="Most records of a bucket.")
    layers: tuple[TrainingLayer, ...] = Field(("main", "weak"), min_length=1, description="Layers it is drawn from.")
