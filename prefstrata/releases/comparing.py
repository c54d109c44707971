"""What differs between any two releases: records, files, composition, policies, calibration. Needs no warehouse."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine
from prefstrata.releases._changes import changes_in_store
from prefstrata.releases.stored import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.stores import CommitInfo, Diff, VersionStore

__all__ = ["Comparison", "compare_releases"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How release ``after`` differs from release ``before``.

    Attributes:
        before: commit of the one.
        after: commit of the other.
        records: rows of kind, change (added, removed, moved, relabelled), from_layer, to_layer, records.
        files: paths added, changed and removed.
        composition: rows of layer, kind, facet, value, before, after (numbers of records), where the two differ.
        strata: rows of scenario, stratum, before, after (factors), where the two differ; None for one not there.
        policies: rows of policy (its name), before, after (its reference), changed in text; None for one not there.
        code: rows of part (prefstrata, sql_sha256, duckdb), before, after, where the two differ.
        calibration: its id before and after.
    """

    before: CommitInfo
    after: CommitInfo
    records: tuple[dict[str, Any], ...]
    files: Diff
    composition: tuple[dict[str, Any], ...]
    strata: tuple[dict[str, Any], ...]
    policies: tuple[dict[str, Any], ...]
    code: tuple[dict[str, Any], ...]
    calibration: tuple[str, str]


def compare_releases(store: VersionStore, before: str, after: str) -> Comparison:
    """Compare two releases of a store, whatever lies between them.

    Only layer files that the two do not share are read, and every byte read is verified.

    Raises:
        ConfigError: a ref names no release.
        IntegrityError: what is stored is damaged.
    """
    one, other = store.resolve(before), store.resolve(after)
    old, new = (json.loads(read_manifest(store, commit)) for commit in (one, other))
    with TemporaryDirectory(prefix="prefstrata-") as spill:
        engine = DuckDBEngine(":memory:", temp_directory=spill)
        try:
            records = changes_in_store(engine, store, one, other)
        finally:
            engine.close()
    return Comparison(
        before=one,
        after=other,
        records=tuple(records),
        files=store.diff(one.id, other.id),
        composition=tuple(_composition(old, new)),
        strata=tuple(_strata(old, new)),
        policies=tuple(_policies(old, new)),
        code=tuple(
            {"part": part, "before": old["code"].get(part), "after": new["code"][part]}
            for part in sorted(new["code"])
            if old["code"].get(part) != new["code"][part]
        ),
        calibration=(old["calibration"], new["calibration"]),
    )


def _composition(old: dict[str, Any], new: dict[str, Any]) -> Iterator[dict[str, Any]]:
    earlier, later = _counts(old), _counts(new)
    for cell in sorted(earlier.keys() | later.keys()):
        if earlier[cell] != later[cell]:
            named = zip(("layer", "kind", "facet", "value"), cell, strict=True)
            yield {**dict(named), "before": earlier[cell], "after": later[cell]}


def _counts(manifest: dict[str, Any]) -> Counter[tuple[str, str, str, str]]:
    return Counter(
        {
            (layer, kind, facet, value): records
            for layer, held in manifest["layers"].items()
            for kind, of_kind in held["kinds"].items()
            for facet, values in of_kind["by"].items()
            for value, records in values.items()
        }
    )


def _strata(old: dict[str, Any], new: dict[str, Any]) -> Iterator[dict[str, Any]]:
    earlier, later = (
        {(row["scenario"], row["stratum"]): row["factor"] for row in each["strata"]} for each in (old, new)
    )
    for scenario, stratum in sorted(earlier.keys() | later.keys()):
        factors = earlier.get((scenario, stratum)), later.get((scenario, stratum))
        if factors[0] != factors[1]:
            yield {"scenario": scenario, "stratum": stratum, "before": factors[0], "after": factors[1]}


def _policies(old: dict[str, Any], new: dict[str, Any]) -> Iterator[dict[str, Any]]:
    earlier, later = ({row["path"]: row for row in each["policies"]} for each in (old, new))
    for path in sorted(earlier.keys() | later.keys()):
        one, other = earlier.get(path), later.get(path)
        if one is None or other is None or one["sha256"] != other["sha256"]:
            refs = [None if row is None else row["policy"] for row in (one, other)]
            name = next(ref for ref in refs if ref).rpartition("@")[0]
            yield {"policy": name, "before": refs[0], "after": refs[1]}
