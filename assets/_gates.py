"""The gates of a release as asset checks: one a gate, with what it found slice by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from prefstrata.policy import GATE_NAMES, gate_meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prefstrata.releases.gates import Judged

__all__ = ["gate_checks", "gate_results"]


def gate_checks(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """One check a gate. None is blocking to Dagster: the release itself stops, and keeps its draft."""
    return [dg.AssetCheckSpec(f"gate_{name}", asset=asset, description=gate_meaning(name)) for name in GATE_NAMES]


def gate_results(asset: dg.AssetKey, judged: Judged | None) -> Iterator[dg.AssetCheckResult]:
    """What every gate found; a gate that had nothing to look at passes."""
    found = judged.results if judged else ()
    for name in GATE_NAMES:
        rows = [row for row in found if row["gate"] == name]
        tripped = [row for row in rows if row["tripped"]]
        serious = any(row["severity"] != "warn" for row in tripped)
        yield dg.AssetCheckResult(
            check_name=f"gate_{name}",
            asset_key=asset,
            passed=not tripped,
            severity=dg.AssetCheckSeverity.ERROR if serious else dg.AssetCheckSeverity.WARN,
            metadata=_metadata(name, rows, tripped),
        )


def _metadata(name: str, rows: Sequence[Mapping[str, Any]], tripped: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    from checks import BAD, MEANING, SAMPLE, SLICES  # noqa: PLC0415 - the checks import the assets

    if not tripped:
        return {MEANING: gate_meaning(name), "slices looked at": len(rows)}
    samples = [each for row in tripped for each in row["samples"]]
    return {
        MEANING: f"{tripped[0]['sentence']} (owner: {tripped[0]['owner']})",
        BAD: len(tripped),
        SLICES: _table([{"slice": row["slice"], "found": row["sentence"], "bad": row["n"]} for row in tripped]),
        **({SAMPLE: _table([{"id": each} for each in samples])} if samples else {}),
        "slices looked at": len(rows),
    }


def _table(rows: list[dict[str, Any]]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [dg.TableRecord(row) for row in rows], schema=dg.TableSchema([dg.TableColumn(name) for name in rows[0]])
    )
