"""Figures that no single SELECT can take: how a release as a whole differs from its parent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from prefstrata.policy import TRAINING_LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.engine import Warehouse
    from prefstrata.releases.identity import Identity

__all__ = ["Figure", "major_figures"]


class Figure(NamedTuple):
    """A row of ``gates.measured``; see the table."""

    gate: str
    scenario: str
    slice: str
    value: float
    low: float
    high: float
    n: int
    before: float | None = None
    before_n: int | None = None
    samples: list[str] = []  # noqa: RUF012 - nobody adds to it


def major_figures(engine: Warehouse, identity: Identity, parent: dict[str, Any]) -> Iterator[Figure]:
    """How far the release differs from its parent: policies, weight, strata, winners."""
    yield from _policies(identity, parent)
    yield from _strata(engine, parent)
    yield from _weight(engine, parent)


def _exact(gate: str, slice_: str, value: float, n: int, samples: list[str] | None = None) -> Figure:
    value = round(value, 9)
    return Figure(gate, "*", slice_, value, value, value, n, samples=samples or [])


def _policies(identity: Identity, parent: dict[str, Any]) -> Iterator[Figure]:
    earlier = {row["path"]: row for row in parent["policies"]}
    now = {f"policies/{policy.name}.yaml": policy for policy in identity.policies}
    for path in sorted(earlier.keys() | now.keys()):
        policy, before = now.get(path), earlier.get(path)
        same = policy is not None and before is not None and policy.sha256 == before["sha256"]
        named = " to ".join(each for each in (before and before["policy"], policy and policy.ref) if each)
        yield _exact("policy", f"policy={named}", 0.0 if same else 1.0, 1)


def _strata(engine: Warehouse, parent: dict[str, Any]) -> Iterator[Figure]:
    known = {row["stratum"] for row in parent["strata"]}
    shares: dict[str, tuple[float, int]] = {}
    for row in engine.query("manifest/strata").iter_rows(named=True):
        if row["stratum"] not in known:
            share, records = shares.get(row["stratum"], (0.0, 0))
            shares[row["stratum"]] = max(share, row["achieved"]), records + row["records"]
    for stratum, (share, records) in sorted(shares.items()):
        if share > 0:
            yield _exact("strata", f"stratum={stratum}", share, records)


def _weight(engine: Warehouse, parent: dict[str, Any]) -> Iterator[Figure]:
    records = sum(int(parent["layers"][layer]["records"]) for layer in TRAINING_LAYERS)
    changed = engine.query("gates/changed", parent_records=records).to_dicts()
    counted = sum(row["records"] for row in changed)
    whole = min(1.0, sum(row["share"] for row in changed))
    yield _exact("weight", "all", whole, max(1, counted))
    for row in changed:
        gate = "refit" if row["change"] == "relabelled" else "weight"
        yield _exact(gate, f"change={row['change']}", row["share"], row["records"], row["samples"])
