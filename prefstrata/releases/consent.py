"""What people took back, and what the policy hides, stays away when a release made earlier is published.

Each manifest says how many withdrew until then, and whether personal data is hidden in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.model import GateBlockedError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["demand_consent", "demand_hidden", "withdrawn_in"]


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


def demand_hidden(manifest: Mapping[str, Any], personal_data: str, where: str) -> None:
    """See that a release made earlier hides personal data where the policy says so now.

    Args:
        manifest: the release's.
        personal_data: what the policy says: off, mark or mask.
        where: what to call the release.

    Raises:
        GateBlockedError: the policy hides personal data, and the release was made when it did not.
    """
    if personal_data == "mask" and manifest.get("privacy", {}).get("personal_data", "off") != "mask":
        raise GateBlockedError(
            "it was made before the policy said `personal_data: mask`, and would publish what is hidden now",
            where=where,
            todo="go back to a release made after that, or take what is wrong out of the project and run again",
        )
