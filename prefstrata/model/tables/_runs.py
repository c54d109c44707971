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
    Table(
        "runs",
        "hashed",
        "a file and a length: the digest of its first bytes, so that what nobody touched is not read to be known again",
        columns("""
uri | varchar | the file, relative to the project
stamp | varchar | its inode, its bytes, and when it was changed and last touched, in nanoseconds: told by a slash
length | bigint | of so many bytes at its beginning; of all for the longest
sha256 | varchar | hex sha256 of these bytes
"""),
        ("uri", "length"),
    ),
    Table(
        "runs",
        "meanings",
        "a column of a table, those of one run aside: what a value means, for who looks into the warehouse",
        columns("""
full_name | varchar | schema.name of the table
column_name | varchar | the column
place | bigint | where it stands in its table, from 1
type | varchar | its type in DuckDB's spelling
meaning | varchar | what a value means, with its unit or range
"""),
        ("full_name", "column_name"),
    ),
)
