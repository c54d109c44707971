"""The rows of a statement in parts, in memory beside the warehouse."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prefstrata.engine._files import sql_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from prefstrata.engine._connection import Connection
    from prefstrata.engine._protocol import Parted

__all__ = ["held_in_parts", "numbered"]


@contextmanager
def held_in_parts(connection: Connection, rows: str, key: str, params: dict[str, Any]) -> Iterator[Parted]:
    """The rows, as :func:`numbered` gives them, in the order of their parts and in each by the key."""
    with connection.taken() as handle:
        connection.run("attach ':memory:' as scratch")
        try:
            create = f"create table scratch.parts as select * from {rows} order by file_number, {key}"  # noqa: S608 - own names
            connection.within_memory(lambda: connection.run(create, params))
            connection.run("set preserve_insertion_order = true")
            counts = connection.run("select file_number, count(*) from scratch.parts group by all order by all")
            yield _Parted({int(part): int(count) for part, count in counts}, handle)
        finally:
            connection.run("detach scratch")
            connection.run("set preserve_insertion_order = false")


class _Parted:
    """Parts of a table in memory."""

    def __init__(self, counts: Mapping[int, int], handle: duckdb.DuckDBPyConnection) -> None:
        self.counts, self._handle = counts, handle

    def select(self, number: int) -> str:
        return f"select * exclude (file_number) from scratch.parts where file_number = {number:d}"  # noqa: S608 - own names

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._handle.cursor()


def numbered(full_name: str, key: str, places: str) -> str:
    """The rows of a statement, each with the number of its part."""
    return (
        "(select whole.*, cast(places.file_number as integer) as file_number "  # noqa: S608 - own names
        f"from ({sql_text(full_name)}) as whole join ({places}) as places on places.{key} = whole.{key})"
    )
