"""Promotions and demotions against the release before, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from prefstrata.engine import Engine
    from prefstrata.releases.identity import Identity

__all__ = ["moves_since"]


def moves_since(engine: Engine, identity: Identity, earlier: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Rows of kind, move (promoted, demoted, removed), from_layer, to_layer, reason, records; fills ``layers.moves``.

    Args:
        engine: on which the changes against the release before were just counted.
        identity: what the release is made from.
        earlier: the manifest of the release before; None for the first.
    """
    before = {row["path"]: row for row in (earlier or {"policies": []})["policies"]}
    versions = [
        (row["policy"], policy.ref)
        for policy in identity.policies
        if (row := before.get(f"policies/{policy.name}.yaml")) and row["sha256"] != policy.sha256
    ]
    schema = {"earlier": pl.String, "later": pl.String}
    engine.load("manifest.versions", pl.DataFrame(versions, schema=schema, orient="row"))
    engine.build("layers.moves")
    return engine.query("manifest/moves").to_dicts()
