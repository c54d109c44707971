"""Layers: where the policy's rules put each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets._building import stage_assets
from assets._plots import stacked

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS", "LAYERS", "sizes"]

LAYERS = ("golden", "expert", "main", "weak", "backflow")


def sizes(session: Session) -> dict[str, dict[str, int]]:
    """Records per layer and kind, all layers in their order."""
    found: dict[str, dict[str, int]] = {layer: {} for layer in LAYERS}
    for row in session.engine.query("manifest/sizes").iter_rows(named=True):
        found[row["layer"]][row["kind"]] = row["records"]
    return found


def _records(session: Session) -> dict[str, Any]:
    return {"layer sizes": stacked("records per layer", sizes(session))}


ASSETS = stage_assets("layers", {"layers.records": _records})
