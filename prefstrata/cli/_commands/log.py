"""``prefstrata log``: the releases, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.cli._commands._times import utc
from prefstrata.cli._output import Grid
from prefstrata.releases import is_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.cli._call import Call

__all__ = ["log"]


def log(call: Call, limit: int | None) -> None:
    """List the releases of the project's store."""
    with call.store() as store:
        found = list(store.log(limit))
        # A purge of a release destroys its manifest, which no other one holds.
        purged = store.purged([commit.manifest_sha256 for _, commit in found]) if found else frozenset()
        # Another may have lost files to it, which was published meanwhile. Where none of all was purged, none has.
        hit = found if purged or limit is not None else []
        damaged = {
            tag.name for tag, commit in hit if commit.manifest_sha256 not in purged and not is_whole(store, commit)
        }
        releases: list[dict[str, Any]] = [
            {
                "tag": tag.name,
                "date": utc(commit.date),
                "summary": commit.metadata.get("summary", ""),
                "rollback_to": commit.metadata.get("rollback_to"),
                "reason": commit.metadata.get("reason"),
                "purged": commit.manifest_sha256 in purged,
                "damaged": tag.name in damaged,
                "commit": commit.id,
                "release_id": commit.release_id,
                "manifest_sha256": commit.manifest_sha256,
            }
            for tag, commit in found
        ]
    if not releases:
        call.output.note("no releases yet: put files where prefstrata.yaml looks for them, then `prefstrata run`")
    rows = [(each["tag"], each["date"], _told(each)) for each in releases]
    call.output.emit(releases, *([Grid.of("release date summary", rows)] if rows else []))


def _told(release: Mapping[str, Any]) -> str:
    told = str(release["summary"])
    if release["rollback_to"]:
        why = f": {release['reason']}" if release["reason"] else ""
        told = f"rollback to {release['rollback_to']}{why}"
    if release["damaged"]:
        return f"some of it was purged while it was published, cannot be checked out; it was: {told}"
    return f"purged, can no longer be read; it was: {told}" if release["purged"] else told
