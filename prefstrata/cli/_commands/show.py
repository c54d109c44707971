"""``prefstrata show``: what a release holds."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from prefstrata.cli._commands._gates import gates_told
from prefstrata.cli._commands._noise import noise_told
from prefstrata.cli._commands._released import released, tag_of
from prefstrata.cli._commands._summary import summary_lines
from prefstrata.cli._commands._times import utc
from prefstrata.cli._output import Grid, counted, size
from prefstrata.policy import LAYERS
from prefstrata.releases import compared_with, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.cli._call import Call
    from prefstrata.stores import CommitInfo

__all__ = ["show"]

_FACETS = ("signal", "stratum", "task", "scenario", "risk_level", "dimension", "rule")
_VALUES = 12


def show(call: Call, ref: str) -> None:
    """Print a release's manifest, as it is or readable."""
    with call.store() as store:
        commit = released(store, ref)
        manifest = json.loads(read_manifest(store, commit))
        tag = tag_of(store, commit)
    call.output.emit(manifest, *_told(manifest, commit, tag))


def _told(manifest: dict[str, Any], commit: CommitInfo, tag: str | None) -> Iterator[str | Grid]:
    yield f"{tag or 'untagged'} of {manifest['project']}, {utc(commit.date)}"
    if back := commit.metadata.get("rollback_to"):
        yield f"rollback: holds the files of {back}"
    yield from summary_lines(manifest)
    yield f"release {manifest['release_id']}"
    yield f"commit  {commit.id}"
    code, ledger, files = manifest["code"], manifest["ledger"], manifest["files"]
    yield f"code    prefstrata {code['prefstrata']}, DuckDB {code['duckdb']}"
    yield f"files   {len(files)}, {size(sum(file['bytes'] for file in files))}"
    yield (
        f"ledger  {counted(ledger['read'], 'record')} read = {ledger['accepted']:,} accepted + "
        f"{ledger['quarantined']:,} in quarantine, from {counted(len(manifest['batches']), 'file')}"
    )
    yield "policy  " + ", ".join(policy["policy"] for policy in manifest["policies"])
    kinds = sorted({kind for layer in manifest["layers"].values() for kind in layer["kinds"]})
    rows = (
        (name, *(layer["kinds"].get(kind, {}).get("records", 0) for kind in kinds), layer["records"])
        for name, layer in ((name, manifest["layers"][name]) for name in LAYERS)
    )
    yield Grid.of(" ".join(("layer", *(f">{kind}" for kind in kinds), ">all")), rows, "Layers")
    if gates := manifest.get("gates"):
        yield from gates_told(gates)
    yield from noise_told(manifest.get("noise", []))
    yield from _composition(manifest)
    yield Grid.of(
        "scenario stratum >records >declared >before >factor >weight",
        (
            (
                *(row[key] for key in ("scenario", "stratum", "records")),
                *(_share(row[key]) for key in ("declared", "actual")),
                row["factor"],
                _share(row["achieved"]),
            )
            for row in manifest["strata"]
        ),
        "Strata: share declared, share before weighting, factor, share of weight",
    )
    against = compared_with(manifest)
    arbitrated = manifest.get("arbitrated", {})
    if settled := arbitrated.get("count"):
        yield f"settled {counted(settled, 'pair')} since {against}"
    if undisputed := arbitrated.get("undisputed"):
        yield f"settled {counted(undisputed, 'pair')} that nobody had disputed since {against}"
    if manifest["queues"]:
        yield Grid.of("queue >items", sorted(manifest["queues"].items()), "Waiting for people")
    if manifest["changes"]:
        yield Grid.of(
            "kind change from to >records",
            ([row[k] for k in ("kind", "change", "from_layer", "to_layer", "records")] for row in manifest["changes"]),
            f"Against {against}",
        )


def _composition(manifest: dict[str, Any]) -> Iterator[Grid]:
    for facet in _FACETS:
        counts: dict[str, Counter[str]] = {}
        for name in LAYERS:
            for held in manifest["layers"][name]["kinds"].values():
                for value, records in held["by"].get(facet, {}).items():
                    counts.setdefault(value, Counter())[name] += records
        if not counts:
            continue
        order = sorted(counts, key=lambda value: (-counts[value].total(), value))
        rows = [(value, *(counts[value][name] for name in LAYERS)) for value in order[:_VALUES]]
        if len(order) > _VALUES:
            rest = Counter[str]()
            for value in order[_VALUES:]:
                rest.update(counts[value])
            rows.append((f"({len(order) - _VALUES} more)", *(rest[name] for name in LAYERS)))
        yield Grid.of(" ".join((facet, *(f">{name}" for name in LAYERS))), rows, f"By {facet.replace('_', ' ')}")


def _share(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.1f} %"
