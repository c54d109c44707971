"""Going back: an old version's files, published again as the newest release. History is never rewritten."""

from __future__ import annotations

import functools
import hashlib
import json
from typing import TYPE_CHECKING

import rfc8785

from prefstrata.model import GateBlockedError
from prefstrata.releases.drafts import MANIFEST, Draft, ReleaseFile
from prefstrata.releases.protocol import publish_rebasing
from prefstrata.releases.stored import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.releases.drafts import Outcome
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["rollback_release"]


def _demand_consent(old: bytes, newest: bytes, ref: str) -> None:
    """What people took back stays away: each manifest says how many withdrew, and a withdrawal is final."""
    before, now = (json.loads(each).get("online", {}).get("withdrawn", {}).get("subjects", 0) for each in (old, newest))
    if before < now:
        raise GateBlockedError(
            f"it was made before {now - before} withdrew, and would publish what they took back",
            where=ref,
            todo="go back to a release made after that, or take what is wrong out of the project and run again",
        )


def rollback_release(store: VersionStore, ref: str, *, date: int, metadata: Mapping[str, str] | None = None) -> Outcome:
    """Publish the files of an old release as the newest one. Its tree is the old tree, byte for byte.

    Args:
        store: where.
        ref: the release to go back to.
        date: seconds since the epoch to record.
        metadata: short texts to record, such as who asked and why.

    Returns:
        What came of it; ``NOTHING_NEW`` when the newest release holds these files already.

    Raises:
        ConfigError: the ref names no release.
        IntegrityError: the old release is damaged; nothing is published.
        GateBlockedError: the old release still holds somebody whom the newest one leaves out, by their own will.
    """
    target = store.resolve(ref)
    manifest = read_manifest(store, target)
    files = tuple(
        ReleaseFile(file.path, functools.partial(store.open, target.id, file.path), file.sha256, file.size)
        for file in store.list(target.id)
        if file.path != MANIFEST
    )
    noted = {**(metadata or {}), "rollback_to": ref}

    def build(parent: CommitInfo) -> Draft | None:
        if parent.tree == target.tree:
            return None
        _demand_consent(manifest, read_manifest(store, parent), ref)
        number = next((tag.number for tag in store.tags() if tag.commit == parent.id), 0)
        identity: dict[str, str | int] = {"rollback": target.tree, "parent": parent.tree, "after": number}
        release_id = hashlib.sha256(rfc8785.dumps(identity)).hexdigest()
        return Draft(release_id, files, manifest, date, noted, reuse=(target.id,))

    return publish_rebasing(store, build)
