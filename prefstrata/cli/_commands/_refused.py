"""Files that somebody should look at, refused whole or edited after they were read: what `run` and `doctor` say."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING

from prefstrata.cli._output import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.sources import IngestSummary

__all__ = ["counted_again", "refused_files", "refused_whole"]

_AGAIN = "it is read again when the source's map, format or defaults change, or records are added"
_AT_MOST = 5
_LINES = {".jsonl", ".ndjson"}


def refused_whole(ingested: IngestSummary) -> Iterator[str]:
    """A line for each file of this run of which nothing was accepted, though not all was filtered out.

    Below it stands, for each reason, the first record that has it.
    """
    refused = [file for file in ingested.new if file.read and not file.accepted and set(file.reasons) != {"filtered"}]
    refusals = ingested.refusals
    for file in refused[:_AT_MOST]:
        found = refusals[file.batch_id]
        yield f"warning: {file.source}: {_sentence(file.uri, file.read, found[0].reason)}"
        for each in found[:_AT_MOST]:
            yield f"         {file.uri}, {_place(file.uri, each.line)}: {each.reason}: {each.detail}"
    if len(refused) > _AT_MOST:
        yield f"warning: {counted(len(refused) - _AT_MOST, 'more file')} were refused whole: see ledger.quarantine"


def counted_again(ingested: IngestSummary) -> Iterator[str]:
    """A line for each file that was edited since it was read, and says again without an id what it said then."""
    again = ingested.appended.again if ingested.appended else {}
    edited = [file for file in ingested.new if file.status == "changed" and file.batch_id in again]
    for file in edited[:_AT_MOST]:
        twice = f"of what it says now, {counted(again[file.batch_id], 'statement')} without an id count a second time"
        yield (
            f"warning: {file.source}: {file.uri} was changed since it was read, so all of it was read: what it said "
            f"before stays, and {twice}; docs/how-to/map-a-source.md says how to have only what it says now"
        )
    if len(edited) > _AT_MOST:
        yield f"warning: {counted(len(edited) - _AT_MOST, 'more file')} were changed since they were read"


def refused_files(warehouse: Path) -> list[str]:
    """The same of all files that the warehouse knows, each named with its source, in one line.

    Raises:
        PrefstrataError: the warehouse cannot be read.
    """
    import duckdb  # noqa: PLC0415 - only where a warehouse is looked into

    from prefstrata.engine import read_warehouse, sql_text  # noqa: PLC0415 - likewise

    rows: list[tuple[str, str, int, str, int, str]] = []
    # A warehouse that has no ledger yet refused nothing.
    with read_warehouse(warehouse) as connection, suppress(duckdb.CatalogException):
        rows = connection.execute(sql_text("reports/refused_whole")).fetchall()
    return [
        f"{source}: {_sentence(uri, records, f'{reason}: {_place(uri, line)}: {detail}')}"
        for source, uri, records, reason, line, detail in rows
    ]


def _sentence(uri: str, records: int, reason: str) -> str:
    refused = f"all records read of {uri} ({records:,}) were refused, mostly for {reason}"
    return f"{refused} (see ledger.quarantine); {_AGAIN}"


def _place(uri: str, line: int) -> str:
    """Where a record is, for people: of a table neither its header nor its empty rows are records."""
    suffix = PurePath(uri.removesuffix(".gz").removesuffix(".zst")).suffix.lower()
    return f"{'line' if suffix in _LINES else 'record'} {line:,}"
