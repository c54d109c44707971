"""What a run leaves for the next one beside the tables themselves."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["RUNS"]

RUNS = (
    Table(
        "runs",
        "built",
        "a table of a stage that was built, and from what: asked for again from the same, it stays as it is",
        columns("""
full_name | varchar | schema.name of the table
built_from | varchar | hex sha256 over the ledger, the policies, all installed code and the fit that it was built from
rows | bigint | rows that it had then
"""),
        ("full_name",),
    ),
)
