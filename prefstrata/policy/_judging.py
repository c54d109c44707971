"""What a policy asks of model judges before their word counts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from prefstrata.project import Strict

__all__ = ["Exam", "Judging"]

Share = Annotated[float, Field(ge=0, le=1)]


class Exam(Strict):
    """The exam that a judge sits on golden pairs, in both orders, per dimension and risk level."""

    items: int = Field(40, ge=1, description="At most so many golden pairs per dimension and risk level.")
    least: int = Field(10, ge=1, description="With fewer of them nothing is measured, and the judge does not vote.")
    accuracy: Share = Field(0.7, description="Least share of its verdicts that agree with golden.")
    flips: Share = Field(0.4, description="Most share of pairs on which its verdict turns with the order.")


class Judging(Strict):
    """Where model judges may vote, and what they must show first."""

    risk_levels: tuple[Literal["low", "medium", "high"], ...] = Field(
        ("low", "medium"), description="Risk levels at which a judge's verdict becomes a vote."
    )
    exam: Exam = Field(default_factory=Exam, description="What is measured before it votes.")
    canaries: Share = Field(0.05, description="Golden pairs asked again, per request, to notice a model that changed.")
    drift: Share = Field(0.15, description="A fall of accuracy of this size that canaries must notice.")
    suspicious: Literal["withhold", "keep"] = Field(
        "withhold", description="What becomes of a verdict on text that speaks to the judge."
    )
