"""Holds a draft against the gates: figures in SQL, thresholds from the policies, the parent from its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.policy import GATE_NAMES, TRAINING_LAYERS, Gates
from prefstrata.releases.gates._asking import canaries
from prefstrata.releases.gates._measured import major_figures
from prefstrata.releases.gates._telling import explained, sentence

if TYPE_CHECKING:
    from prefstrata.engine import Warehouse
    from prefstrata.releases.gates._approval import Approval
    from prefstrata.releases.gates._asking import Canaries
    from prefstrata.releases.identity import Identity

__all__ = ["Judged", "judge", "trained_on"]

_FRESH = ("gates.votes", "gates.rulers", "gates.dissent", "gates.orderings", "gates.drift")
"""What looks at votes that came since the parent: empty when there is none to compare with."""
_FIGURE: dict[str, Any] = {
    "gate": pl.String,
    "scenario": pl.String,
    "slice": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "before": pl.Float64,
    "before_n": pl.Int64,
    "samples": pl.List(pl.String),
}
_BEFORE = {name: _FIGURE[name] for name in ("gate", "scenario", "slice", "value", "n")}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gates found.

    Attributes:
        results: rows of ``gates.results`` with a ``sentence`` each: those beyond their threshold first, then in the
            order of the gates.
        compared: whether the parent release was large enough to be compared with.
        approval: who said yes to the major changes; None when nobody did.
    """

    results: tuple[dict[str, Any], ...]
    compared: bool
    approval: Approval | None

    @property
    def blocking(self) -> tuple[dict[str, Any], ...]:
        """Results that stop the release whoever approves it."""
        return self._tripped("block")

    @property
    def major(self) -> tuple[dict[str, Any], ...]:
        """Results that call for an approval."""
        return self._tripped("approve")

    @property
    def stopped(self) -> bool:
        """Whether the release may not be published as things are."""
        return bool(self.blocking or (self.major and self.approval is None))

    def _tripped(self, severity: str) -> tuple[dict[str, Any], ...]:
        return tuple(row for row in self.results if row["tripped"] and row["severity"] == severity)

    def described(self) -> dict[str, Any]:
        """What the manifest says of the gates."""
        approval = {"reason": self.approval.reason, "by": self.approval.by} if self.approval else None
        return {
            "stopped": self.stopped,
            "compared": self.compared,
            "approval": approval if self.major else None,
            "results": list(self.results),
        }


def judge(  # noqa: PLR0913 - what is judged, against what, and what is known beside
    engine: Warehouse,
    identity: Identity,
    parent: dict[str, Any] | None,
    settings: Gates,
    *,
    approval: Approval | None = None,
    back: str = "",
) -> Judged:
    """Hold what the warehouse holds against the gates; what changed since the parent must have been counted before.

    Args:
        engine: holds the layers, and in ``manifest.before`` and ``manifest.after`` what changed.
        identity: what the release is computed from.
        parent: the manifest of the parent release; None for a first one.
        settings: of the policy for the scenarios no other names: how much is looked at.
        approval: who says yes to major changes.
        back: a ref of the parent release, for whoever wants to go back to it.
    """
    compared = parent is not None and trained_on(parent) >= settings.from_records
    known = parent if compared else None
    _load_parent(engine, known)
    pairs = int(engine.query("manifest/sizes").filter(pl.col("kind") == "pairs")["records"].sum())
    parts = max(1, -(-pairs // settings.sample))
    engine.build("gates.flags", parts=parts)
    engine.build("gates.marked", parts=parts)
    engine.build("gates.faults")
    for table in _FRESH:
        if known:
            engine.build(table)
        else:
            engine.clear(table)
    taught = canaries(engine, pairs, settings.canary_pairs) if known else None
    figures = [*(major_figures(engine, identity, known) if known else ()), *(taught.figures() if taught else ())]
    engine.load("gates.measured", pl.DataFrame(figures, schema=_FIGURE, orient="row"))
    engine.build("gates.results")
    rows = engine.read("gates.results").sort("scenario", "slice").to_dicts()
    rows.sort(key=lambda row: (not row["tripped"], GATE_NAMES.index(row["gate"])))
    return Judged(tuple({**row, "sentence": _told(row, taught, back)} for row in rows), compared, approval)


def _told(row: dict[str, Any], taught: Canaries | None, back: str) -> str:
    if row["gate"] == "canary" and row["tripped"] and taught:
        return sentence(row) + explained(taught.blame(row["scenario"], row["slice"]), back)
    return sentence(row)


def trained_on(manifest: dict[str, Any]) -> int:
    """Records of a release that are there to train on."""
    return sum(int(manifest["layers"][layer]["records"]) for layer in TRAINING_LAYERS)


def _load_parent(engine: Warehouse, parent: dict[str, Any] | None) -> None:
    """What the parent was made of and what it recorded; without one, nothing is new and nothing was before."""
    held = engine.query("manifest/batches") if parent is None else pl.DataFrame(parent["batches"])
    engine.load("gates.batches", held.select(pl.col("batch_id").cast(pl.String)))
    recorded = parent.get("gates", {}).get("results", []) if parent else []
    rows = [tuple(row[name] for name in _BEFORE) for row in recorded]
    engine.load("gates.before", pl.DataFrame(rows, schema=_BEFORE, orient="row"))
