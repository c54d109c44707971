"""What every engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    import duckdb
    import polars as pl

    from prefstrata.model.tables import Table

__all__ = ["Engine", "Parted", "Scalar", "Warehouse"]

Scalar = str | int | float | bool | None


class Engine(Protocol):
    """Keeps the tables of :mod:`prefstrata.model.tables` and fills them by running ``sql/``.

    Parameters of a statement are named ``$name`` in its text and given as keyword arguments with scalar values; one
    that is missing, or that the text does not name, is a TypeError.
    """

    def ensure(self, table: Table) -> None:
        """Create the table, and its schema, when it is not there yet; a table that is there is left alone."""
        ...

    def build(self, full_name: str, **params: Scalar) -> int:
        """Make the rows of ``sql/<schema>/<table>.sql`` the whole content of the table, or change nothing.

        Returns:
            The number of rows the table has now.

        Raises:
            ValueError: the statement's columns are not those of the table; the message names them.
        """
        ...

    def append(self, full_name: str, **params: Scalar) -> int:
        """Add the rows of ``sql/<schema>/<table>.sql`` to the table, or change nothing; returns the number added."""
        ...

    def query(self, name: str, **params: Scalar) -> pl.DataFrame:
        """The result of ``sql/<name>.sql``, which must be small; nothing is kept. Row order is the statement's own."""
        ...

    def count_and_sample(self, name: str, limit: int) -> tuple[int, pl.DataFrame]:
        """How many rows ``sql/<name>.sql`` has, which may be many, and the first ``limit`` of them by their columns."""
        ...

    def load(self, full_name: str, frame: pl.DataFrame) -> int:
        """Make a small frame the whole content of a table; its columns go by name. Returns the number of rows."""
        ...

    def clear(self, full_name: str) -> None:
        """Leave the table empty, creating it when it is not there."""
        ...

    def read(self, full_name: str) -> pl.DataFrame:
        """All rows of a small table, in no order."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All that is done inside happens, or nothing does; an inner transaction joins the outer one."""
        ...

    def close(self) -> None:
        """Let go of the tables' home; closing twice is harmless."""
        ...


class Parted(Protocol):
    """The rows of a statement, in parts.

    Attributes:
        counts: rows by the number of the part.
    """

    counts: Mapping[int, int]

    def select(self, number: int) -> str:
        """A DuckDB query for the rows of a part, by the key that they were parted by."""
        ...

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A handle on which such queries run; one a thread, closed by the caller."""
        ...


class Warehouse(Engine, Protocol):
    """An engine that a project runs on: its tables are kept, and DuckDB can look at them wherever they are.

    What grows with the data is made by statements of ``sql/`` on the engine itself. DuckDB reads beside it, in this
    process, whatever the engine: for counts, small results, and what is written file by file.
    """

    def connection(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A connection that sees all tables, for this thread alone until the block ends. It must not change them."""
        ...

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A new handle that sees all tables as they are now; the caller closes it."""
        ...

    def insert(self, full_name: str, select: str, params: Mapping[str, Any]) -> int:
        """Add the rows of a DuckDB query, by the names of its columns; returns how many. Never to append-only tables.

        For what comes from files of this machine: the query runs in this process.
        """
        ...

    @property
    def rows_at_once(self) -> int:
        """Rows of a release, texts and all, that may be joined, sorted and written at once."""
        ...

    def parted(self, full_name: str, key: str, places: str, **params: Scalar) -> AbstractContextManager[Parted]:
        """The rows of ``sql/<schema>/<table>.sql`` in parts, kept outside the warehouse until the block ends.

        Args:
            full_name: the statement.
            key: the column that says which row it is.
            places: a query in DuckDB's dialect for that column and ``file_number``, the part that a row goes to. A row
                that it does not name goes to none.
            params: values of the statement's parameters.
        """
        ...

    def part_digests(self, full_name: str, key: str, places: str, **params: Scalar) -> dict[int, str]:
        """Hex sha256 of the columns and all rows of each part, the same for every engine; asked as :meth:`parted`."""
        ...

    def spread(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any] | None:
        """What a function makes of each item, on the machines of the engine; None when it has no other than this one.

        The function is one of a module that all machines have, items and results are small and can be pickled.
        """
        ...

    def without_checkpoints(self) -> AbstractContextManager[None]:
        """Until the block ends, no commit tidies what it finds: for many small statements on tables kept in memory."""
        ...

    def tidied_meanwhile(self) -> AbstractContextManager[None]:
        """While the block runs, which changes no table, what closing would have to do is done beside it."""
        ...
