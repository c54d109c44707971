"""What the rows of a part say, in one hash: equal hashes, equal rows."""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from prefstrata.engine._protocol import Scalar

__all__ = ["part_digests"]


def part_digests(
    connection: duckdb.DuckDBPyConnection, relation: str, key: str, params: Mapping[str, Scalar] = MappingProxyType({})
) -> dict[int, str]:
    """A hash of each part: of its columns as they come, and of every value of every row in the order of the key.

    Written as JSON, values of a type that differ differ, nested ones, nulls and zeros with a sign among them. DuckDB's
    own ``hash`` takes ``null`` and ``[]`` for the same, and does not see where one list ends and the next begins.

    Args:
        connection: where the rows are.
        relation: what they are read from, in DuckDB's dialect; it has ``file_number``, the part, beside the columns.
        key: the column that says which row it is.
        params: values of its parameters.

    Returns:
        Hex sha256 by the number of the part.
    """
    given = dict(params)
    described = connection.execute(f"describe select * exclude (file_number) from {relation}", given).fetchall()  # noqa: S608 - own names
    columns = [(name, kind) for name, kind, *_ in described]
    values = ", ".join(f'"{name}"' for name, _ in columns)
    found = connection.execute(
        "select file_number, sha256(string_agg(said, '' order by place))"  # noqa: S608 - own names
        f' from (select file_number, "{key}" as place, sha256(cast(json_array({values}) as varchar)) as said'
        f" from {relation}) group by file_number",
        given,
    ).fetchall()
    return {int(number): hashlib.sha256(json.dumps([columns, rows]).encode()).hexdigest() for number, rows in found}
