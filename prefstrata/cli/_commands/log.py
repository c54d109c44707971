"""``prefstrata log``: the releases, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.cli._commands._times import utc
from prefstrata.cli._output import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.cli._call import Call
    from prefstrata.stores import CommitInfo, TagInfo, VersionStore

__all__ = ["log"]


def log(call: Call, limit: int | None) -> None:
    """List the releases of the project's store."""
    with call.store() as store:
        found = list(store.log(limit))
        # A purge of a release destroys its manifest, which no other one holds.
        purged = store.purged([commit.manifest_sha256 for _, commit in found]) if found else frozenset()
        # Another may have lost files to it, which was published meanwhile. Where none of all was purged, none has.
        read = ((tag, commit) for tag, commit in found if commit.manifest_sha256 not in purged)
        damaged = _damaged(store, read) if purged or limit is not None else set()
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


def _damaged(store: VersionStore, releases: Iterable[tuple[TagInfo, CommitInfo]]) -> set[str]:
    """The tags of releases of which something was purged."""
    from prefstrata.releases import is_whole  # noqa: PLC0415 - most logs need not wait for what it comes with

    return {tag.name for tag, commit in releases if not is_whole(store, commit)}


def _told(release: Mapping[str, Any]) -> str:
    told = str(release["summary"])
    if release["rollback_to"]:
        why = f": {release['reason']}" if release["reason"] else ""
        told = f"rollback to {release['rollback_to']}{why}"
    if release["damaged"]:
        return f"some of it was purged while it was published, cannot be checked out; it was: {told}"
    return f"purged, can no longer be read; it was: {told}" if release["purged"] else told
