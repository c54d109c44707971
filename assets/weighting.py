"""Weighting: trust per record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import rows, stage_assets
from assets._plots import stacked

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]


def _records(session: Session) -> dict[str, Any]:
    low = "least(floor(trust * 10), 9) / 10 as low"
    counted = rows(session, f"select {low}, kind, count(*) as records from weighting.records group by all order by all")  # noqa: S608 - no outside text
    trust: dict[str, dict[str, int]] = {}
    for row in counted:
        trust.setdefault(f"{row['low']:.1f} to {row['low'] + 0.1:.1f}", {})[row["kind"]] = row["records"]
    return {"trust": stacked("records by trust", trust)}


ASSETS = stage_assets("weighting", {"weighting.records": _records})
