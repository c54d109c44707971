"""What people took back, and what the policy hides, stays away when a release made earlier is published.

Each manifest says how many withdrew until then, and whether personal data is hidden in it. Where the project has a key
for pseudonyms it says who they are, too, to those alone who have the key: by the keyed hash of each. So one who
withdrew is not taken for another, as where two people with a copy of the project each withdraw for somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.model import GateBlockedError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOBODY", "Withdrawals", "demand_consent", "demand_hidden", "demand_memory", "doubts", "withdrawn_in"]


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """Those who took consent back, as far as a release tells them from others.

    Attributes:
        subjects: how many.
        key_check: what tells the key of the hashes from other keys; empty where there are no hashes.
        hashes: the keyed hash of each.
    """

    subjects: int
    key_check: str = ""
    hashes: frozenset[str] = frozenset()

    def missing(self, others: Withdrawals) -> int:
        """How many of the others are not among these; where hashes cannot be compared, how many more they are."""
        if self._tells_apart(others):
            return len(others.hashes - self.hashes)
        return max(0, others.subjects - self.subjects)

    def only_counts(self, others: Withdrawals) -> bool:
        """Whether the others have hashes, and these none with the same key."""
        return bool(others.hashes) and not self._tells_apart(others)

    def _tells_apart(self, others: Withdrawals) -> bool:
        return bool(self.key_check) and self.key_check == others.key_check

    def described(self) -> dict[str, Any]:
        """What the manifest says beside the figures; nothing where nobody withdrew, or without a key."""
        return {"key_check": self.key_check, "hashes": sorted(self.hashes)} if self.hashes else {}


NOBODY = Withdrawals(0)
"""Before anybody withdrew."""


def withdrawn_in(manifest: Mapping[str, Any]) -> Withdrawals:
    """Whom a release leaves out because they withdrew; nobody in one of before there were any."""
    said = manifest.get("online", {}).get("withdrawn", {})
    return Withdrawals(said.get("subjects", 0), said.get("key_check", ""), frozenset(said.get("hashes", ())))


def demand_consent(manifest: Mapping[str, Any], known: tuple[Withdrawals, ...], where: str) -> None:
    """See that a release made earlier may be published now.

    Args:
        manifest: the release's.
        known: who withdrew until now, by all that is known.
        where: what to call the release.

    Raises:
        GateBlockedError: it was made before somebody withdrew.
    """
    left_out = withdrawn_in(manifest)
    more = max((left_out.missing(each) for each in known), default=0)
    if more:
        raise GateBlockedError(
            f"it was made before {more} withdrew, and would publish what they took back",
            where=where,
            todo="go back to a release made after that, or take what is wrong out of the project and run again",
        )


def demand_memory(earlier: Mapping[str, Any], now: Withdrawals) -> None:
    """See that who withdrew before a release stays away from the next: a ledger made anew may have forgotten them.

    Args:
        earlier: the manifest of the release before.
        now: who withdrew, by what the ledger of the next one knows.

    Raises:
        GateBlockedError: that ledger does not know all whom the release before leaves out.
    """
    known = withdrawn_in(earlier)
    if forgotten := now.missing(known):
        raise GateBlockedError(
            f"the release before leaves out {known.subjects} who withdrew, and this ledger does not know {forgotten}"
            " of them",
            where="ledger.withdrawals",
            todo="bring back the project's withdrawals.jsonl (where another copy of the project made that release, add"
            " the lines of its file), or withdraw for them again, and run again; where the release before counted"
            " people who never withdrew: `prefstrata run --approve REASON --by NAME`",
        )


def doubts(earlier: Mapping[str, Any], now: Withdrawals) -> tuple[str, ...]:
    """What is to be said of a release that goes on from another, in sentences: an approval is no proof of memory.

    Args:
        earlier: the manifest of the release before.
        now: who withdrew, by what the ledger of the next one knows.
    """
    known = withdrawn_in(earlier)
    if forgotten := now.missing(known):
        said = f"the release before leaves out {known.subjects} who withdrew, and this ledger does not know {forgotten}"
        return (f"{said} of them: this one was approved, and may hold what they took back",)
    if now.only_counts(known):
        said = "who withdrew was compared with the release before by number alone"
        return (f"{said}: its key of pseudonyms is not here; see that this ledger knows all whom it leaves out",)
    return ()


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
