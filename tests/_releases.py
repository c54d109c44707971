"""Small releases whose layer files say exactly what a test wants them to say."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.releases import Draft, ReleaseFile, publish_rebasing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["Content", "pair", "publish"]

LAYERS = ("golden", "expert", "main", "weak", "backflow")


def pair(pair_id: str, chosen_id: str = "r1", **columns: object) -> dict[str, object]:
    """A record of ``release.pairs``, as far as tests look at it."""
    return {
        "pair_id": pair_id,
        "scenario": "general",
        "stratum": "crowd/offline",
        "trust": 0.5,
        "rule": "main",
        "reason": "several people agree",
        "chosen_id": chosen_id,
        "chosen": f"text of {chosen_id}",
        **columns,
    }


@dataclass(frozen=True)
class Content:
    """What a release holds: records by file path, and what its manifest says beside them."""

    records: Mapping[str, list[dict[str, object]]]
    strata: tuple[Mapping[str, object], ...] = ({"scenario": "*", "stratum": "crowd/offline", "factor": 2.0},)
    cells: Mapping[str, float] | None = None
    policies: Mapping[str, str] = field(default_factory=lambda: {"general@1": "a" * 64})
    calibration: str = "fitted-1"
    code: Mapping[str, str] = field(default_factory=lambda: {"prefstrata": "1", "sql_sha256": "s", "duckdb": "2"})
    teaching: Mapping[str, object] = field(default_factory=dict)


def publish(store: VersionStore, content: Content) -> CommitInfo:
    """Publish it as the next release."""

    def build(parent: CommitInfo) -> Draft:
        return _draft(content, parent)

    made = publish_rebasing(store, build).commit
    assert made is not None
    return made


def _draft(content: Content, parent: CommitInfo) -> Draft:
    files = {path: _parquet(path, records) for path, records in content.records.items()}
    weights: dict[str, object] = {"strata": list(content.strata)}
    if content.cells is not None:
        weights["cells"] = [{"cell": cell, "factor": factor} for cell, factor in content.cells.items()]
    files["weights.json"] = json.dumps(weights).encode()
    rows = [{"path": path, "sha256": _sha(data), "bytes": len(data)} for path, data in sorted(files.items())]
    policies = [
        {"policy": ref, "sha256": sha256, "path": f"policies/{ref.partition('@')[0]}.yaml"}
        for ref, sha256 in content.policies.items()
    ]
    document = {
        "files": rows,
        "layers": {layer: _layer(layer, content) for layer in LAYERS},
        "strata": list(content.strata),
        "policies": policies,
        "calibration": content.calibration,
        "code": content.code,
        "teaching": content.teaching,
    }
    manifest = json.dumps(document).encode()
    kept = tuple(
        ReleaseFile(path, lambda data=data: io.BytesIO(data), _sha(data), len(data))  # type: ignore[misc]
        for path, data in files.items()
    )
    return Draft(_sha(manifest + parent.tree.encode()), kept, manifest, 1_790_000_000)


def _layer(layer: str, content: Content) -> dict[str, Any]:
    kinds: dict[str, Any] = {}
    for path, records in content.records.items():
        if path.startswith(f"{layer}/"):
            held = kinds.setdefault(path.split("/")[1], {"records": 0, "by": {"rule": {"r": 0}}})
            held["records"] += len(records)
            held["by"]["rule"]["r"] += len(records)
    return {"records": sum(held["records"] for held in kinds.values()), "kinds": kinds}


def _parquet(path: str, records: list[dict[str, object]]) -> bytes:
    target = io.BytesIO()
    pl.DataFrame(records).with_columns(layer=pl.lit(path.partition("/")[0])).write_parquet(target)
    return target.getvalue()


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
