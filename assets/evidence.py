"""Evidence: everything that was said, as votes on canonical pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import rows, stage_assets
from assets._plots import bars, stacked

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]


def _votes(session: Session) -> dict[str, Any]:
    counted = rows(
        session,
        "select stratum, derived_from, count(*) as votes from evidence.votes group by all order by all",
    )
    strata: dict[str, dict[str, int]] = {}
    for row in counted:
        strata.setdefault(row["stratum"], {})[f"from a {row['derived_from']}"] = row["votes"]
    return {
        "votes per stratum": stacked("votes per stratum", strata),
        "pairs": rows(session, "select count(distinct pair_id) as pairs from evidence.votes")[0]["pairs"],
    }


def _prompts(session: Session) -> dict[str, Any]:
    counted = rows(session, "select scenario, count(*) as prompts from evidence.prompts group by all order by all")
    return {"prompts per scenario": bars("prompts per scenario", {row["scenario"]: row["prompts"] for row in counted})}


ASSETS = stage_assets("evidence", {"evidence.prompts": _prompts, "evidence.votes": _votes})
