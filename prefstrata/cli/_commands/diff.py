"""``prefstrata diff``: how one release differs from another."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from prefstrata.cli._commands._released import released, tag_of
from prefstrata.cli._inert import inert
from prefstrata.cli._output import Grid, counted
from prefstrata.model import ConfigError
from prefstrata.releases.comparing import changed_rows, compare_releases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prefstrata.cli._call import Call
    from prefstrata.releases.comparing import Comparison

__all__ = ["diff", "stream_rows"]

_FIGURES = 12
_LEAST = 0.005
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TITLES = {
    "added": "Added",
    "withdrawn": "Gone because consent was withdrawn",
    "removed": "Gone, no evidence left",
    "relabelled": "Another winner",
    "promoted": "Promoted",
    "demoted": "Demoted",
    "reweighted": "More or less trusted, by a tenth or more",
}


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
        "teaching": list(found.teaching),
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
    yield from _changelog(found.records)
    moved = [row for row in found.teaching if abs((row["after"] or 0.0) - (row["before"] or 0.0)) >= _LEAST]
    figures = ((_said(row), row["before"], row["after"]) for row in moved[:_FIGURES])
    yield from _grid("share >before >after", figures, "What they teach, the largest moves")
    yield from _grid(
        "layer kind by value >before >after", (tuple(row.values()) for row in found.composition), "Composition"
    )
    yield from _grid("scenario stratum >before >after", (tuple(row.values()) for row in found.strata), "Factors")
    yield from _grid("policy before after", (tuple(row.values()) for row in found.policies), "Policies")
    yield from _grid("part before after", (tuple(row.values()) for row in found.code), "Code")
    if found.calibration[0] != found.calibration[1]:
        yield f"calibration: {found.calibration[0]} became {found.calibration[1]}"


def _changelog(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What happened to records, as a changelog: a heading for each sort of change, a line for each way it went."""
    for change, title in _TITLES.items():
        rows = [row for row in records if row["change"] == change]
        if rows:
            yield ""
            yield f"{title}:"
            yield from (f"  {counted(row['records'], _NOUNS[row['kind']])}{_way(row)}" for row in rows)


_NOUNS = {"pairs": "pair", "ratings": "rating", "traces": "trace", "unpaired": "unpaired label"}


def _way(row: dict[str, Any]) -> str:
    before, after = row["from_layer"], row["to_layer"]
    if before is None:
        return f" in {after}"
    if after is None:
        return f" of {before}"
    return f" in {after}" if before == after else f" from {before} to {after}"


def _said(row: dict[str, Any]) -> str:
    of = row["of"]
    if row["figure"] == "ordering":
        return f"{of[2]} wins over {of[3]}, {of[0]} at {of[1]} risk"
    if row["figure"] == "styles":
        return f"chosen: {of[1]}, {'everywhere' if of[0] == '*' else of[0]}"
    return f"chosen side better on {of[1]}, {of[0]}"


def stream_rows(call: Call, before: str, after: str, form: str) -> None:
    """Write every record that differs to stdout, a line each.

    Raises:
        ConfigError: the format is none, or one JSON document was asked for.
    """
    if form not in _WRITERS:
        raise ConfigError(f"{form} is no format of rows", where="--rows", todo=f"use {' or '.join(_WRITERS)}")
    if call.output.json:
        raise ConfigError("--rows streams lines, --json prints one document", where="--rows", todo="leave one out")
    with call.store() as store:
        one, other = released(store, before), released(store, after)
        with changed_rows(store, one.id, other.id) as rows:
            call.output.stream(_WRITERS[form](rows))


def _jsonl(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    # ASCII, so that no character of the data reaches a terminal as itself.
    return (json.dumps(row) for row in rows)


def _csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Every cell in quotes, and none that a spreadsheet would run or a terminal obey."""
    heads: tuple[str, ...] = ()
    for row in rows:
        if not heads:
            heads = tuple(row)
            yield _line(heads)
        yield _line("" if value is None else value for value in row.values())


def _line(cells: Iterable[object]) -> str:
    told = [inert(str(cell)) for cell in cells]
    into = io.StringIO()
    csv.writer(into, quoting=csv.QUOTE_ALL, lineterminator="").writerow(
        f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in told
    )
    return into.getvalue()


_WRITERS = {"jsonl": _jsonl, "csv": _csv}


def _grid(heads: str, rows: Iterator[tuple[object, ...]], title: str) -> Iterator[Grid]:
    grid = Grid.of(heads, rows, title)
    if grid.rows:
        yield grid
