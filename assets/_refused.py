"""What a source's page shows of files that somebody should look at; what their records say, `prefstrata run` tells."""

from typing import TYPE_CHECKING, Any

from prefstrata.sources import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.sources import FileOutcome, IngestSummary

__all__ = ["refused_and_edited"]


def refused_and_edited(files: "Sequence[FileOutcome]", ingested: "IngestSummary") -> dict[str, Any]:
    """Each reason for which records of these files were refused now, where the first such record is, and edited files.

    What records say stays in the ledger: Dagster keeps its pages for good, and nobody could withdraw it from them. The
    number of all rows stands beside the table, which shows the first.
    """
    from checks import table_of  # noqa: PLC0415 - the checks import the assets

    refusals = ingested.refusals
    again = ingested.appended.again if ingested.appended else {}
    refused = [
        {"file": file.uri, "reason": each.reason, "records": each.records, "first": place_of(file.uri, each.line)}
        for file in files
        for each in (refusals.get(file.batch_id, ()) if file.quarantined else ())
    ]
    edited = [
        {"file": file.uri, "statements that count twice": again[file.batch_id]}
        for file in files
        if file.status == "changed" and file.batch_id in again
    ]
    return {
        **({"refused, by file and reason": len(refused), "refused": table_of(refused)} if refused else {}),
        **({"edited after they were read": table_of(edited)} if edited else {}),
    }
