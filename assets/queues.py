"""Queues: what waits for people, and what those who answered propose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import stage_assets
from assets._plots import bars

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]

_TAGS = 12


def _queue(session: Session) -> dict[str, Any]:
    waiting = session.engine.query("manifest/queues").iter_rows(named=True)
    sizes = {row["queue"]: row["items"] for row in waiting}
    return {"waiting for people": bars("pairs waiting for people, per queue", sizes)}


def _proposals(session: Session) -> dict[str, Any]:
    found = session.engine.query("reports/proposals").drop_nulls("tag")
    tags = found.head(_TAGS).iter_rows(named=True)
    sizes = {f"{row['tag']} ({row['dimension']}, {row['scenario']})": row["disputes"] for row in tags}
    return {"proposals": bars("settled disputes per reason tag", sizes)}


ASSETS = stage_assets("queues", {"noise.queue": _queue, "noise.proposals": _proposals})
