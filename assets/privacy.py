"""Privacy: what texts hold of personal data, searched in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import rows, stage_assets
from assets._plots import bars
from prefstrata.pipeline import stage_of

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]


def _found(session: Session) -> dict[str, Any]:
    counted = rows(session, "select kind, count(*) as texts from privacy.found group by all order by all")
    return {"texts by what they hold": bars("texts by what they hold", {row["kind"]: row["texts"] for row in counted})}


ASSETS = stage_assets("privacy", {"privacy.found": _found}, together={"privacy": stage_of("privacy").tables})
