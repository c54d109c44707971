"""What an attempt to publish means for the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model import UnreachableError
from prefstrata.releases import Status

if TYPE_CHECKING:
    from prefstrata.releases import Outcome

__all__ = ["demand_published"]


def demand_published(outcome: Outcome, store: str) -> Outcome:
    """The outcome, when it is certain that a release, or nothing new, came of the attempt.

    Raises:
        UnreachableError: others kept winning the race, or the store stopped answering; running again finds out.
    """
    if outcome.status is Status.LOST_RACE:
        raise UnreachableError(
            "other runs kept publishing first, so nothing was published here", where=store, todo="run again"
        )
    if outcome.status is Status.UNKNOWN:
        raise UnreachableError(
            f"the store stopped answering while {outcome.tag} was published; it may or may not be there",
            where=store,
            todo="run again: that finds out, and publishes nothing twice",
        )
    return outcome
