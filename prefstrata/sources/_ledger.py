"""The ledger step: what the sources staged becomes ledger rows, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from prefstrata.engine import Engine

__all__ = ["AppendSummary", "BatchCount", "Refusals", "append_staged", "clear_staging"]

# Batches come last: they count the rows that the others just added.
_ORDER = (
    "prompts",
    "responses",
    "raters",
    "votes",
    "ratings",
    "steps",
    "events",
    "withdrawals",
    "quarantine",
    "batches",
)
_FROZEN = ("frozen", "quarantine", "batches")
"""What a frozen source fills, and nothing else: its votes, prompts and responses go where no training reads."""


@dataclass(frozen=True)
class BatchCount:
    """A file of this run: the records read, accepted and refused, and the ledger rows the accepted ones added."""

    batch_id: str
    source: str
    uri: str
    read: int
    accepted: int
    quarantined: int
    rows: int


@dataclass(frozen=True)
class Refusals:
    """A reason for which records of a batch were refused: how many, and the first by its number and what is wrong."""

    batch_id: str
    reason: str
    records: int
    line: int
    detail: str


@dataclass(frozen=True)
class AppendSummary:
    """What a ledger step added: rows per table (``ledger.votes``…), and of each batch, in ledger order, the counts.

    ``refusals`` says why records of them were refused, a batch's most frequent reason first. ``again`` says, by batch,
    how many statements of a changed file it had made before, too: without an id they now count twice.
    """

    rows: Mapping[str, int]
    batches: tuple[BatchCount, ...]
    refusals: tuple[Refusals, ...] = ()
    again: Mapping[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Records read."""
        return sum(batch.read for batch in self.batches)

    @property
    def accepted(self) -> int:
        """Records that are now in the ledger, whole."""
        return sum(batch.accepted for batch in self.batches)

    @property
    def quarantined(self) -> int:
        """Records refused."""
        return sum(batch.quarantined for batch in self.batches)


def clear_staging(engine: Engine) -> None:
    """Empty every staging table, creating those that are missing: a run starts with this."""
    for staged in TABLES:
        if staged.schema == "staging":
            engine.clear(staged.full_name)


def append_staged(engine: Engine, *, frozen: bool = False, changed: Collection[str] = ()) -> AppendSummary:
    """Add all that is staged to the ledger, in one transaction, and empty the staging tables.

    A process that is killed in the middle leaves the ledger as it was.

    Args:
        engine: the warehouse.
        frozen: what is staged is of frozen sources: it goes to ``ledger.frozen`` alone.
        changed: batches among it whose files were edited since they were read: what they say again is counted.

    Raises:
        ValueError: a staged batch is in the ledger already, or two staged batches have one id; or more of one was
            refused than read, so that the ledger, which forgets nothing, would not add up any more.
    """
    for each in TABLES:
        if each.schema in {"ledger", "staging"}:
            engine.ensure(each)
    if not frozen:
        for name in ("staging.said", "staging.kept"):
            engine.build(name)
    with engine.transaction():
        twice = engine.query("reports/batches_read_twice")["batch_id"].to_list()
        if twice:
            raise ValueError(f"batches that are in the ledger already, or staged twice: {', '.join(twice)}")
        rows = {f"ledger.{name}": engine.append(f"ledger.{name}") for name in (_FROZEN if frozen else _ORDER)}
        counts = engine.query("reports/batches_of_run")
        less = counts.filter(counts["accepted"] < 0)["batch_id"].to_list()
        if less:
            raise ValueError(f"batches of which more was refused than read: {', '.join(less)}")
        refused = engine.query("reports/refused_of_run")
        again = dict(engine.query("reports/counted_again", changed=",".join(changed)).iter_rows()) if changed else {}
    clear_staging(engine)
    refusals = tuple(Refusals(**row) for row in refused.iter_rows(named=True))
    return AppendSummary(rows, tuple(BatchCount(**row) for row in counts.iter_rows(named=True)), refusals, again)
