"""Files that somebody should look at, refused whole or edited after they were read: what `run` and `doctor` say."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from prefstrata.cli._output import counted
from prefstrata.sources import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.sources import IngestSummary

__all__ = ["ONLY_NOW", "counted_again", "edited_files", "refused_files", "refused_whole"]

ONLY_NOW = "docs/how-to/map-a-source.md says how to have only what it says now"
"""What to do about a file that was edited."""

_AGAIN = "it is read again when the source's map, format or defaults change, or records are added"
_AT_MOST = 5
_TODO = {
    "not_an_object": "a .json file holds a list of records, [{…}, {…}], or an object whose values are records",
    "not_utf8": "save the file as UTF-8",
}
"""What to do where a record's own reason does not tell it."""


def refused_whole(ingested: IngestSummary) -> Iterator[tuple[str, ...]]:
    """What to warn of each file of this run of which nothing was accepted, though not all was filtered out.

    After its line stands, for each reason, the first record that has it.
    """
    refused = [file for file in ingested.new if file.read and not file.accepted and set(file.reasons) != {"filtered"}]
    refusals = ingested.refusals
    for file in refused[:_AT_MOST]:
        uri, found = file.uri, refusals[file.batch_id]
        yield (
            f"{file.source}: {_sentence(uri, file.read, found[0].reason)}",
            *(
                f"{uri}, {place_of(uri, each.line)}: {each.reason}: {_mended(each.reason, each.detail)}"
                for each in found[:_AT_MOST]
            ),
        )
    if len(refused) > _AT_MOST:
        yield (f"{counted(len(refused) - _AT_MOST, 'more file')} were refused whole: see ledger.quarantine",)


def counted_again(ingested: IngestSummary) -> Iterator[tuple[str]]:
    """What to warn of each file that was edited since it was read, and says again without an id what it said then."""
    again = ingested.appended.again if ingested.appended else {}
    edited = [file for file in ingested.new if file.status == "changed" and file.batch_id in again]
    for file in edited[:_AT_MOST]:
        yield (f"{file.source}: {_twice(file.uri, again[file.batch_id])}; {ONLY_NOW}",)
    if len(edited) > _AT_MOST:
        yield (f"{counted(len(edited) - _AT_MOST, 'more file')} were changed since they were read",)


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
        f"{source}: {_sentence(uri, records, f'{reason}: {place_of(uri, line)}: {_mended(reason, detail)}')}"
        for source, uri, records, reason, line, detail in rows
    ]


def edited_files(warehouse: Path) -> list[str]:
    """Each time that a file which the warehouse knows was read after it was edited, and how much counts twice by that.

    Raises:
        PrefstrataError: the warehouse cannot be read.
    """
    import duckdb  # noqa: PLC0415 - as above

    from prefstrata.engine import read_warehouse, sql_text  # noqa: PLC0415 - likewise

    rows: list[tuple[str, str, str]] = []
    again: dict[str, int] = {}
    with read_warehouse(warehouse) as connection, suppress(duckdb.CatalogException):
        rows = connection.execute(sql_text("reports/edited_files")).fetchall()
        changed = {"changed": ",".join(batch_id for _, _, batch_id in rows)}
        again = dict(connection.execute(sql_text("reports/counted_again"), changed).fetchall()) if rows else {}
    return [f"{source}: {_twice(uri, again[batch_id])}" for source, uri, batch_id in rows if batch_id in again]


def _twice(uri: str, statements: int) -> str:
    twice = f"{counted(statements, 'statement')} without an id count a second time"
    return f"{uri} was changed since it was read, so all of it was read again: what it said before stays, and {twice}"


def _mended(reason: str, detail: str) -> str:
    """What is wrong, and what mends it where that is not plain."""
    return f"{detail}; {_TODO[reason]}" if reason in _TODO else detail


def _sentence(uri: str, records: int, reason: str) -> str:
    refused = f"all records read of {uri} ({records:,}) were refused, mostly for {reason}"
    return f"{refused} (see ledger.quarantine); {_AGAIN}"
