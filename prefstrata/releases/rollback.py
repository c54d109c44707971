"""Going back: an old version's files, published again as the newest release. History is never rewritten."""

from __future__ import annotations

import functools
import hashlib
import json
from typing import TYPE_CHECKING

import rfc8785

from prefstrata.releases._whole import newest_manifest
from prefstrata.releases.consent import NOBODY, Withdrawals, demand_consent, demand_hidden, withdrawn_in
from prefstrata.releases.drafts import MANIFEST, Draft, ReleaseFile
from prefstrata.releases.protocol import publish_rebasing
from prefstrata.releases.stored import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.releases.drafts import Outcome
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["rollback_release"]


def rollback_release(  # noqa: PLR0913 - where, to what, when, and what stays away
    store: VersionStore,
    ref: str,
    *,
    date: int,
    withdrawn: Withdrawals = NOBODY,
    personal_data: str = "off",
    metadata: Mapping[str, str] | None = None,
) -> Outcome:
    """Publish the files of an old release as the newest one. Its tree is the old tree, byte for byte.

    Args:
        store: where.
        ref: the release to go back to.
        date: seconds since the epoch to record.
        withdrawn: who took consent back by what the project knows, which may be more than the newest release does.
        personal_data: what the policy says of it now: off, mark or mask.
        metadata: short texts to record, such as who asked and why.

    Returns:
        What came of it; ``NOTHING_NEW`` when the newest release holds these files already.

    Raises:
        ConfigError: the ref names no release.
        IntegrityError: the old release is damaged; nothing is published.
        GateBlockedError: the old release may hold somebody who took consent back since, or what the policy hides now.
    """
    target = store.resolve(ref)
    manifest = read_manifest(store, target)
    described = json.loads(manifest)
    files = tuple(
        ReleaseFile(file.path, functools.partial(store.open, target.id, file.path), file.sha256, file.size)
        for file in store.list(target.id)
        if file.path != MANIFEST
    )
    noted = {**(metadata or {}), "rollback_to": ref}

    def build(parent: CommitInfo) -> Draft | None:
        if parent.tree == target.tree:
            return None
        demand_hidden(described, personal_data, ref)
        demand_consent(described, (withdrawn, withdrawn_in(newest_manifest(store, parent))), ref)
        number = next((tag.number for tag in store.tags() if tag.commit == parent.id), 0)
        identity: dict[str, str | int] = {"rollback": target.tree, "parent": parent.tree, "after": number}
        release_id = hashlib.sha256(rfc8785.dumps(identity)).hexdigest()
        return Draft(release_id, files, manifest, date, noted, reuse=(target.id,))

    return publish_rebasing(store, build)
