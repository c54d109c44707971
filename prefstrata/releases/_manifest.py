"""The manifest: what a release holds, what it was made from, and what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rfc8785

from prefstrata.policy import LAYERS
from prefstrata.releases._online import describe_online
from prefstrata.releases._teaching import describe_teaching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.engine import Engine
    from prefstrata.releases.consent import Withdrawals
    from prefstrata.releases.identity import Identity

__all__ = ["FORMAT", "canonical", "describe"]

FORMAT = "prefstrata-release/2"


def describe(engine: Engine, identity: Identity, calibration: str, withdrawn: Withdrawals) -> dict[str, Any]:
    """Everything the manifest says but its files, its parent and the changes against it.

    Counts are of records; what is not counted is absent. Equal ledger, policies and code give equal descriptions, but
    for ``batches``, which names the files as they came, and the hashes of who withdrew, which the project's key makes.
    """
    ledger = engine.query("manifest/ledger").row(0, named=True)
    return {
        "format": FORMAT,
        "project": identity.project,
        "content_id": identity.content_id,
        "ledger": {
            "digest": identity.ledger,
            **{key: ledger[key] for key in ("rows", "read", "accepted", "quarantined")},
        },
        "policies": [
            {"policy": policy.ref, "sha256": policy.sha256, "path": f"policies/{policy.name}.yaml"}
            for policy in identity.policies
        ],
        "code": {
            "prefstrata": identity.code.version,
            "sql_sha256": identity.code.sql_sha256,
            "duckdb": identity.code.duckdb,
        },
        "calibration": calibration,
        "fit": _fit(engine, identity),
        "layers": _layers(engine.query("manifest/composition").iter_rows()),
        "strata": engine.query("manifest/strata").to_dicts(),
        "mixing": engine.query("manifest/mixing").to_dicts(),
        "weights": {name: engine.query(f"manifest/{name}").to_dicts() for name in ("margins", "limits", "effective")},
        "raters": {
            **engine.query("manifest/calibration").row(0, named=True),
            "bins": engine.query("manifest/reliability").to_dicts(),
            "cards": engine.query("manifest/raters").to_dicts(),
        },
        "online": describe_online(engine, withdrawn),
        "privacy": _privacy(engine),
        "contaminated": engine.query("manifest/contaminated").to_dicts(),
        "noise": engine.query("manifest/noise").to_dicts(),
        "teaching": describe_teaching(engine),
        "queues": dict(engine.query("manifest/queues").iter_rows()),
        "batches": engine.query("manifest/batches").to_dicts(),
    }


def _fit(engine: Engine, identity: Identity) -> dict[str, Any]:
    """The fit of the rater model that the estimates come from: whether it was made on an earlier ledger, and why."""
    made = next(engine.read("noise.fits").iter_rows(named=True), {"ledger": identity.ledger, "votes": 0, "because": ""})
    return {"kept": identity.kept is not None, **{key: made[key] for key in ("ledger", "votes", "because")}}


def _privacy(engine: Engine) -> dict[str, Any]:
    """Whether texts were searched for personal data, for what, with what, and how many records hold which kind."""
    off = {"personal_data": "off", "kinds": [], "regions": [], "searched_with": ""}
    found = next(engine.read("privacy.searched").iter_rows(named=True), off)
    searched = found if found["personal_data"] != "off" else off
    return {
        **{name: searched[name] for name in off},
        "records": engine.query("manifest/personal_data").to_dicts(),
    }


def _layers(rows: Iterable[tuple[str, str, str, str, int]]) -> dict[str, Any]:
    """``{layer: {records, kinds: {kind: {records, by: {facet: {value: records}}}}}}``; every layer is there."""
    layers: dict[str, Any] = {layer: {"records": 0, "kinds": {}} for layer in LAYERS}
    for layer, kind, facet, value, records in rows:
        of_kind = layers[layer]["kinds"].setdefault(kind, {"records": 0, "by": {}})
        of_kind["by"].setdefault(facet, {})[value] = records
        if facet == "rule":  # every record has exactly one rule, so their sum counts records
            of_kind["records"] += records
            layers[layer]["records"] += records
    return layers


def canonical(document: dict[str, Any]) -> bytes:
    """The document as canonical JSON (RFC 8785): equal documents are equal bytes."""
    return rfc8785.dumps(document)
