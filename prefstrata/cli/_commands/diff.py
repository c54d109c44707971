"""``prefstrata diff``: how one release differs from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._commands._released import released, tag_of
from prefstrata.cli._output import Grid
from prefstrata.releases.comparing import compare_releases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.cli._call import Call
    from prefstrata.releases.comparing import Comparison

__all__ = ["diff"]


def diff(call: Call, before: str, after: str) -> None:
    """Compare two releases of the project's store."""
    with call.store() as store, call.output.working(f"comparing {before} with {after}"):
        one, other = released(store, before), released(store, after)
        found = compare_releases(store, one.id, other.id)
        names = [
            {"ref": ref, "tag": tag_of(store, each), "commit": each.id} for ref, each in ((before, one), (after, other))
        ]
    document = {
        "before": names[0],
        "after": names[1],
        "records": list(found.records),
        "files": {
            "added": list(found.files.added),
            "changed": list(found.files.changed),
            "removed": list(found.files.removed),
        },
        "composition": list(found.composition),
        "strata": list(found.strata),
        "policies": list(found.policies),
        "code": list(found.code),
        "calibration": {"before": found.calibration[0], "after": found.calibration[1]},
    }
    call.output.emit(document, *_told(found))


def _told(found: Comparison) -> Iterator[str | Grid]:
    if not found.files:
        yield "no difference: both hold the same files"
        return
    files = found.files
    yield f"files: {len(files.added)} added, {len(files.changed)} changed, {len(files.removed)} removed"
    if not found.records:
        yield "records: the same, in the same layers, with the same labels"
    rows = ((row["kind"], row["change"], row["from_layer"], row["to_layer"], row["records"]) for row in found.records)
    yield from _grid("kind change from to >records", rows, "Records")
    yield from _grid(
        "layer kind by value >before >after", (tuple(row.values()) for row in found.composition), "Composition"
    )
    yield from _grid("scenario stratum >before >after", (tuple(row.values()) for row in found.strata), "Factors")
    yield from _grid("policy before after", (tuple(row.values()) for row in found.policies), "Policies")
    yield from _grid("part before after", (tuple(row.values()) for row in found.code), "Code")
    if found.calibration[0] != found.calibration[1]:
        yield f"calibration: {found.calibration[0]} became {found.calibration[1]}"


def _grid(heads: str, rows: Iterator[tuple[object, ...]], title: str) -> Iterator[Grid]:
    grid = Grid.of(heads, rows, title)
    if grid.rows:
        yield grid
