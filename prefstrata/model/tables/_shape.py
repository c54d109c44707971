"""What a table and a column are, and the types and columns that several tables share."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FEATURES", "MESSAGES", "ORIGIN", "PASSING", "SAID", "STEPS", "STRATA", "Column", "Table", "columns"]


PASSING = ("staging", "fit", "release")
"""Schemas whose tables live for one run."""


@dataclass(frozen=True)
class Column:
    """A column: its name, its type in DuckDB's spelling, and what a value means (with its unit or range)."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True)
class Table:
    """A table: ``schema.name``, what one row is, its columns in order, and the columns that identify a row."""

    schema: str
    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """``schema.name``."""
        return f"{self.schema}.{self.name}"

    @property
    def append_only(self) -> bool:
        """Whether rows are only ever added: true for the ledger, whose facts never change."""
        return self.schema == "ledger"

    @property
    def passing(self) -> bool:
        """Whether it lives for one run, and is no part of what the warehouse keeps."""
        return self.schema in PASSING


MESSAGES = "struct(role varchar, content varchar)[]"
FEATURES = (
    "struct(characters bigint, markdown bigint, hedged boolean, refusal boolean, apology boolean, citation boolean)"
)
STRATA = "struct(stratum varchar, votes double)[]"
STEPS = "struct(index bigint, unit varchar, state varchar, output varchar, reward double, raters bigint)[]"


def columns(text: str) -> tuple[Column, ...]:
    """Read ``name | type | doc`` lines, the form in which a table is easiest to write and to review."""
    rows = (line.split("|", 2) for line in text.strip().splitlines())
    return tuple(Column(*(cell.strip() for cell in row)) for row in rows)


ORIGIN = """
batch_id | varchar | the batch that brought the row
line | bigint | number of the record in its file, from 1
seq | bigint | ingest sequence; order comes from here, never from a clock
"""

SAID = f"""
round | varchar | annotation round, null when there is one only
policy | varchar | name and version of the policy the rater worked under, null when unknown
rubric | varchar | rubric and version, null when unknown
decided_at | timestamp | when it was decided, UTC, null when unknown
reason_tags | varchar[] | reasons the rater ticked, sorted; empty when none
rationale | varchar | the rater's own words, null when none
raw | varchar | the judgement as the file spelled it
source | varchar | name of the source in prefstrata.yaml
mode | varchar | offline, online or synthetic
supervisor | varchar | expert, crowd, user, judge or rule
{ORIGIN.strip()}
"""
