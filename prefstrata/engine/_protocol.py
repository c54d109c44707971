"""What every engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import polars as pl

    from prefstrata.model.tables import Table

__all__ = ["Engine", "Scalar"]

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
