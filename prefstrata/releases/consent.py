"""What people took back stays away: each manifest says how many withdrew, and none after it may know of fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.model import GateBlockedError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["demand_consent", "withdrawn_in"]


def withdrawn_in(manifest: Mapping[str, Any]) -> int:
    """How many subjects a release leaves out because they withdrew; none in one of before there were any."""
    subjects: int = manifest.get("online", {}).get("withdrawn", {}).get("subjects", 0)
    return subjects


def demand_consent(manifest: Mapping[str, Any], withdrawn: int, where: str) -> None:
    """See that a release made earlier may be published now.

    Args:
        manifest: the release's.
        withdrawn: how many subjects withdrew until now.
        where: what to call the release.

    Raises:
        GateBlockedError: it was made before somebody withdrew.
    """
    more = withdrawn - withdrawn_in(manifest)
    if more > 0:
        raise GateBlockedError(
            f"it was made before {more} withdrew, and would publish what they took back",
            where=where,
            todo="go back to a release made after that, or take what is wrong out of the project and run again",
        )
