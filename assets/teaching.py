"""Teaching: what a version lets win, which style it rewards, what its weight is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import rows, stage_assets
from assets._plots import bars

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]


def _ordering(session: Session) -> dict[str, Any]:
    cells = rows(
        session,
        "select scenario, risk_level, upper, lower, follows, contradicts from teaching.ordering "
        "where declared and follows is not null order by effective desc, scenario, risk_level, upper, lower limit 20",
    )
    named = {f"{row['scenario']}: {row['upper']} over {row['lower']}": row["follows"] for row in cells}
    return {
        "who wins": bars("share of conflicts in which the dimension of higher priority wins", named),
        "contradictions of the policy": sum(row["contradicts"] for row in cells),
    }


def _styles(session: Session) -> dict[str, Any]:
    found = rows(
        session,
        "select style, share from teaching.styles where scenario = '*' and share is not null order by style",
    )
    named = {row["style"]: row["share"] for row in found}
    return {"styles": bars("share of pairs in which the chosen side has it", named)}


ASSETS = stage_assets("teaching", {"teaching.ordering": _ordering, "teaching.styles": _styles})
