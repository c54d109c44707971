"""Releases of which something was purged: one can be the newest, where it was published while others were purged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prefstrata.releases.stored import read_manifest
from prefstrata.stores import PurgedError

if TYPE_CHECKING:
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["is_whole", "newest_manifest", "newest_whole"]


def is_whole(store: VersionStore, commit: CommitInfo) -> bool:
    """Whether none of a release's bytes were purged."""
    return not store.purged([file.sha256 for file in store.list(commit.id)])


def newest_whole(store: VersionStore, commit: CommitInfo) -> CommitInfo:
    """The release, or the newest before it of which nothing was purged; where there is none, what the first follows."""
    found = commit
    while found.parent is not None and not is_whole(store, found):
        found = store.resolve(found.parent)
    return found


def newest_manifest(store: VersionStore, commit: CommitInfo) -> dict[str, Any]:
    """The manifest of a release; where it was purged, of the newest before it whose manifest was not.

    What a release says of consent holds for those after it, so no more was known than its own would say only where
    that is a rollback: any other has a manifest that no purge of another destroys.

    Raises:
        PurgedError: there is none.
    """
    found = commit
    while True:
        try:
            manifest: dict[str, Any] = json.loads(read_manifest(store, found))
        except PurgedError:
            if found.parent is None or not (found := store.resolve(found.parent)).release_id:
                raise
        else:
            return manifest
