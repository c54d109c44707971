"""Promotions and demotions against the release before, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from pydantic import BaseModel

from prefstrata.project import read_model
from prefstrata.releases._changes import fetched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.engine import Engine
    from prefstrata.releases.identity import Identity
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["moves_since"]

_REST = "*"
_VERSIONS = {"scenario": pl.String, "earlier": pl.String, "later": pl.String, "changed": pl.Boolean}


class _Governing(NamedTuple):
    """The policy that governs a scenario: its name and version, and the sha256 of its file."""

    ref: str
    sha256: str


class _Scenarios(BaseModel):
    """What is read of a policy as it was released, which an earlier version of the project may have written."""

    scenarios: tuple[str, ...] = ()


def moves_since(
    engine: Engine, store: VersionStore, parent: CommitInfo, identity: Identity, earlier: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Rows of kind, move (promoted, demoted, removed), from_layer, to_layer, reason, records; fills ``layers.moves``.

    Args:
        engine: on which the changes against the release before were just counted.
        store: holds the release before.
        parent: its commit, or the root.
        identity: what the release is made from.
        earlier: the manifest of the release before; None for the first.
    """
    then = _governed_then(store, parent, earlier) if earlier else {}
    versions = _versions(then, _governed(engine, identity))
    engine.load("manifest.versions", pl.DataFrame(versions, schema=_VERSIONS, orient="row"))
    engine.build("layers.moves")
    return engine.query("manifest/moves").to_dicts()


def _versions(
    then: Mapping[str, _Governing], now: Mapping[str, _Governing]
) -> list[tuple[str, str | None, str | None, bool]]:
    """For every scenario that is named then or now, which policy governed it and which does, and whether that changed.

    A scenario that is not named is governed by the policy for all the others.
    """
    found = []
    for scenario in sorted(then.keys() | now.keys()):
        was, is_now = (each.get(scenario, each.get(_REST)) for each in (then, now))
        changed = was is not None and is_now is not None and was != is_now
        found.append((scenario, was and was.ref, is_now and is_now.ref, changed))
    return found


def _governed(engine: Engine, identity: Identity) -> dict[str, _Governing]:
    """The governing policy of each scenario that a policy names."""
    hashes = {policy.ref: policy.sha256 for policy in identity.policies}
    rows = engine.read("policy.scenarios").select("scenario", "policy").iter_rows()
    return {scenario: _Governing(ref, hashes[ref]) for scenario, ref in rows}


def _governed_then(store: VersionStore, parent: CommitInfo, earlier: dict[str, Any]) -> dict[str, _Governing]:
    """The same of the release before, by its own policy files: a policy's name says nothing of what it governs."""
    released = {row["path"]: _Governing(row["policy"], row["sha256"]) for row in earlier["policies"]}
    with fetched(store, parent, released) as copies:
        return {
            scenario: released[path]
            for path, copy in copies.items()
            for scenario in read_model(copy, _Scenarios).scenarios
        }
