"""What the sources hand to the ledger, for one run."""

from __future__ import annotations

from prefstrata.model.tables._ledger import LEDGER
from prefstrata.model.tables._shape import Table, columns

__all__ = ["STAGING"]

_DERIVED_IN_LEDGER = {"seq", "vote_id", "rating_id", "step_id", "event_id", "source", "mode", "supervisor"}


_STANDS = """
kind | varchar | its table of the ledger: votes, ratings, steps or events
place | bigint | of its record among all of the run, in ledger order
item | bigint | its place in the record, from 0; null where a record makes one
"""


def _staged(ledger: Table) -> Table:
    """What the sources hand to the ledger: its columns less what the ledger step adds, plus the record's own id."""
    own = columns("""
own_id | varchar | the record's own id, null when it has none
item | bigint | place of the statement within its record, from 0
""")
    identified = ledger.name in {"votes", "ratings", "steps", "events"}
    kept = tuple(column for column in ledger.columns if column.name not in _DERIVED_IN_LEDGER)
    return Table(
        "staging",
        ledger.name,
        f"{ledger.grain}; accepted, not yet in the ledger",
        kept
        + (tuple(column for column in own if column.name not in {each.name for each in kept}) if identified else ()),
        (),
    )


STAGING = (
    *(_staged(ledger) for ledger in LEDGER if ledger.name not in {"batches", "quarantine"}),
    Table(
        "staging",
        "batches",
        "a file read in this run",
        columns("""
batch_id | varchar | sha256 of the source's name and the bytes; then of a joined file, and of what it was read with
source | varchar | name of the source
mode | varchar | offline, online or synthetic
supervisor | varchar | expert, crowd, user, judge or rule
uri | varchar | where it was read from
bytes | bigint | size as stored
read | bigint | records found in it
position | bigint | order in which files were read, from 0
"""),
        ("batch_id",),
    ),
    Table(
        "staging",
        "rejects",
        "a record refused in this run",
        columns("""
batch_id | varchar | the batch
line | bigint | number of the record in its file, from 1
offset | bigint | byte at which it starts, null when the format has no such place
reason | varchar | short fixed word
detail | varchar | a sentence
raw | varchar | the record as found, cut at 64 KiB, undecodable bytes escaped
raw_sha256 | varchar | hash of the whole record
"""),
        ("batch_id", "line"),
    ),
    Table(
        "staging",
        "said",
        "a statement that is staged: a vote, a rating, a step's reward or an event",
        columns(f"""
{_STANDS.strip()}
named | boolean | its record has an id of its own
said_id | varchar | hash of what it says, and of who said it where
"""),
        ("kind", "place", "item"),
    ),
    Table(
        "staging",
        "kept",
        "a statement that is staged and not in the ledger yet",
        columns(f"""
{_STANDS.strip()}
id | varchar | what it is called in the ledger
seq | bigint | its place in its table of the ledger, from 1
"""),
        ("kind", "place", "item"),
    ),
)
