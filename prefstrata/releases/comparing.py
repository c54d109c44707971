"""What differs between any two releases: records, files, composition, policies, calibration. Needs no warehouse."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine
from prefstrata.releases._changes import changes_in_store
from prefstrata.releases._ordering import as_ordered_now
from prefstrata.releases.stored import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.stores import CommitInfo, Diff, VersionStore

__all__ = ["Comparison", "changed_rows", "compare_releases"]

_BATCH = 10_000
_TEACHING = {
    "ordering": (("scenario", "risk_level", "upper", "lower"), "follows"),
    "styles": (("scenario", "style"), "share"),
    "positions": (("scenario", "dimension"), "share"),
}
_EQUAL = 1e-9
"""Shares nearer than this are the same: one may have been turned round."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How release ``after`` differs from release ``before``.

    Attributes:
        before: commit of the one.
        after: commit of the other.
        records: rows of kind, change, from_layer, to_layer, records (how many); :func:`changed_rows` lists them.
        files: paths added, changed and removed.
        teaching: rows of figure (ordering, styles, positions), of (what it is of: the scenario and so on), before,
            after (shares), where the two differ, the largest move first; None for one not there. A value ordering is
            told as the later release orders the two dimensions.
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
    teaching: tuple[dict[str, Any], ...]
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
    with _scratch() as engine:
        records = changes_in_store(engine, store, one, other)
    return Comparison(
        before=one,
        after=other,
        records=tuple(records),
        files=store.diff(one.id, other.id),
        teaching=tuple(_teaching(old.get("teaching", {}), new.get("teaching", {}))),
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


@contextmanager
def changed_rows(store: VersionStore, before: str, after: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The records that differ between two releases, whatever lies between them: rows of ``manifest.changed``, sorted.

    They are read in pieces, so that a large difference needs little memory.

    Raises:
        ConfigError: a ref names no release.
        IntegrityError: what is stored is damaged.
    """
    with _scratch() as engine:
        changes_in_store(engine, store, store.resolve(before), store.resolve(after))
        with engine.connection() as connection:
            ran = connection.execute("select * from manifest.changed order by kind, record_id")
            names = [column[0] for column in ran.description or ()]
            yield (
                dict(zip(names, row, strict=True)) for piece in iter(lambda: ran.fetchmany(_BATCH), []) for row in piece
            )


@contextmanager
def _scratch() -> Iterator[DuckDBEngine]:
    """An engine of its own, in memory."""
    with TemporaryDirectory(prefix="prefstrata-") as spill:
        engine = DuckDBEngine(":memory:", temp_directory=spill)
        try:
            yield engine
        finally:
            engine.close()


def _teaching(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    old = {**old, "ordering": as_ordered_now(old.get("ordering", []), new.get("ordering", []))}
    for figure, (keys, share) in _TEACHING.items():
        earlier, later = (
            {tuple(row[key] for key in keys): row[share] for row in each.get(figure, [])} for each in (old, new)
        )
        for cell in sorted(earlier.keys() | later.keys()):
            was, now = earlier.get(cell), later.get(cell)
            if was != now and (was is None or now is None or abs(was - now) > _EQUAL):
                rows.append({"figure": figure, "of": list(cell), "before": was, "after": now})
    return sorted(rows, key=lambda row: -abs((row["after"] or 0.0) - (row["before"] or 0.0)))


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
