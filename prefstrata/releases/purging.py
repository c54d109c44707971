"""Old releases, destroyed: what they alone hold can never be read again, and the store says so and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.stores import PurgeReport, VersionStore

__all__ = ["Purged", "purge_releases"]


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did: the releases by tag, what the store says, and files kept because other releases hold them."""

    releases: tuple[str, ...]
    report: PurgeReport
    kept: int


def purge_releases(store: VersionStore, refs: Sequence[str], reason: str) -> Purged:
    """Destroy every file that the named releases hold and no other release does, manifests and reports too.

    The tags and commits stay: that a purged release was made, and when, is known for ever.
    Bytes that a release which stays holds too are in that release for good reason, and stay.

    Args:
        store: holds them.
        refs: the releases.
        reason: why, and who asked for it; kept with every file's hash.

    Raises:
        ConfigError: a ref is no release, or the newest one, or nothing was named, or there is no reason.
    """
    tags = {tag.commit: tag.name for tag in store.tags()}
    commits = [store.resolve(ref) for ref in refs]
    if strange := [ref for ref, commit in zip(refs, commits, strict=True) if commit.id not in tags]:
        raise ConfigError(f"{strange[0]} is not a release", where=store.location, todo="see `prefstrata log`")
    if not commits:
        raise ConfigError("no release is named", todo="name those to destroy: v000001 v000002")
    named = {commit.id for commit in commits}
    if store.resolve("latest").id in named:
        raise ConfigError(
            "the newest release cannot be purged: what comes next is compared with it",
            where=store.location,
            todo="make a release without what must go, with `prefstrata run`, then purge the older ones",
        )
    staying = {file.sha256 for commit in tags if commit not in named for file in store.list(commit)}
    held = {file.sha256 for commit in named for file in store.list(commit)}
    report = store.purge(sorted(held - staying), reason)
    return Purged(tuple(sorted(tags[commit] for commit in named)), report, len(held & staying))
