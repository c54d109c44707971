"""What the rows of a part say, in one hash: equal hashes, equal rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from prefstrata.model.tables import Table

__all__ = ["part_digests"]


def part_digests(
    connection: duckdb.DuckDBPyConnection, table: Table, key: str, relation: str, numbers: Iterable[int]
) -> dict[int, str]:
    """A hash of the rows of each part: of every value of every column, row by row in the order of the key.

    Written as JSON, values that differ differ, nested ones, nulls and zeros with a sign among them. DuckDB's own
    ``hash`` takes ``null`` and ``[]`` for the same, and does not see where one list ends and the next begins.

    Args:
        connection: where the rows are.
        table: whose columns they have.
        key: the column that says which row it is.
        relation: what they are read from, in DuckDB's dialect; it has the columns and ``file_number``, the part.
        numbers: the parts asked for.

    Returns:
        Hex sha256 by the number of the part, of those that have rows.
    """
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    found = connection.execute(
        "select file_number, sha256(string_agg(said, '' order by place))"  # noqa: S608 - own names
        f' from (select file_number, "{key}" as place, sha256(cast(json_array({columns}) as varchar)) as said'
        f" from {relation} where list_contains($numbers, file_number))"
        " group by file_number",
        {"numbers": list(numbers)},
    ).fetchall()
    return {int(number): digest for number, digest in found}
