"""Sources: from files of any shape to typed records, and from those to the statements of the ledger."""

from prefstrata.sources._delivery import deliver, delivered_keys, delivered_values, delivery_folder, delivery_source
from prefstrata.sources._finding import find_files, place_of
from prefstrata.sources._ingest import FileOutcome, IngestSummary, check_sources, ingest
from prefstrata.sources._ledger import AppendSummary, BatchCount, Refusals, append_staged, clear_staging
from prefstrata.sources._pseudonyms import (
    BLANKS,
    KEY_FILE,
    KEY_VARIABLE,
    check_key,
    ledger_key,
    pseudonym_key,
    pseudonym_of,
)
from prefstrata.sources._reading import joined_file, tells_events
from prefstrata.sources._withdrawals import (
    WITHDRAWN_BY_COMMAND,
    hash_withdrawn,
    keep_withdrawals,
    recall_withdrawals,
    withdrawn_by_command,
)

__all__ = [
    "BLANKS",
    "KEY_FILE",
    "KEY_VARIABLE",
    "WITHDRAWN_BY_COMMAND",
    "AppendSummary",
    "BatchCount",
    "FileOutcome",
    "IngestSummary",
    "Refusals",
    "append_staged",
    "check_key",
    "check_sources",
    "clear_staging",
    "deliver",
    "delivered_keys",
    "delivered_values",
    "delivery_folder",
    "delivery_source",
    "find_files",
    "hash_withdrawn",
    "ingest",
    "joined_file",
    "keep_withdrawals",
    "ledger_key",
    "place_of",
    "pseudonym_key",
    "pseudonym_of",
    "recall_withdrawals",
    "tells_events",
    "withdrawn_by_command",
]
