"""Weights: factors that bring a version to its declared shares, limits on users, and what weighting costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import stage_assets
from assets._plots import bars

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]


def _strata(session: Session) -> dict[str, Any]:
    strata = session.engine.query("manifest/strata").iter_rows(named=True)
    return {
        "factors": bars(
            "factor of each stratum (1 leaves its share as it is)",
            {f"{row['scenario']} {row['stratum']}": row["factor"] for row in strata if row["factor"] is not None},
        )
    }


def _margins(session: Session) -> dict[str, Any]:
    margins = session.engine.query("manifest/margins").iter_rows(named=True)
    missed = {
        f"{row['scenario']} {row['margin']} {row['value']}": row["shortfall"]
        for row in margins
        if row["shortfall"] >= 0.001  # noqa: PLR2004 - a tenth of a percent is not worth a bar
    }
    return {"shares that could not be met": bars("declared share minus share of weight", missed)}


def _effective(session: Session) -> dict[str, Any]:
    slices = session.engine.query("manifest/effective").iter_rows(named=True)
    return {
        "effective records": bars(
            "records that the weighted ones are worth",
            {f"{row['slice']} {row['value']}": row["effective"] for row in slices if row["slice"] in {"all", "layer"}},
        )
    }


ASSETS = stage_assets(
    "weights",
    {"weighting.strata": _strata, "weighting.margins": _margins, "weighting.effective": _effective},
)
