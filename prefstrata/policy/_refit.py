"""When the rater model is fitted anew, as a policy says it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prefstrata.project import Strict

__all__ = ["Every", "Refit"]


class Every(Strict):
    """A fit is kept for some days."""

    days: int = Field(ge=1, description="The first run with new records after so many days fits the model anew.")


Refit = Literal["every-run", "on-drift"] | Every
