"""``prefstrata log``: the releases, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._commands._times import utc
from prefstrata.cli._output import Grid

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["log"]


def log(call: Call, limit: int | None) -> None:
    """List the releases of the project's store."""
    with call.store() as store:
        releases = [
            {
                "tag": tag.name,
                "date": utc(commit.date),
                "summary": commit.metadata.get("summary", ""),
                "rollback_to": commit.metadata.get("rollback_to"),
                "reason": commit.metadata.get("reason"),
                "commit": commit.id,
                "release_id": commit.release_id,
                "manifest_sha256": commit.manifest_sha256,
            }
            for tag, commit in store.log(limit)
        ]
    if not releases:
        call.output.note("no releases yet: put files where prefstrata.yaml looks for them, then `prefstrata run`")
    rows = [(each["tag"], each["date"], _told(each)) for each in releases]
    call.output.emit(releases, *([Grid.of("release date summary", rows)] if rows else []))


def _told(release: dict[str, str | None]) -> str:
    if not release["rollback_to"]:
        return release["summary"] or ""
    why = f": {release['reason']}" if release["reason"] else ""
    return f"rollback to {release['rollback_to']}{why}"
