"""Tables handed from one library to another as bare Arrow streams."""

from __future__ import annotations

from typing import Protocol

__all__ = ["ArrowStream"]


class _Exports(Protocol):
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class ArrowStream:
    """A frame or a relation as an Arrow stream and nothing else.

    DuckDB reads such an object itself, where for a data frame it would import pyarrow. And Polars, which remembers the
    class of what it is made from, does not keep DuckDB's own classes alive beyond their module.
    """

    def __init__(self, exports: _Exports) -> None:
        """Stand for ``exports``, a Polars frame or a DuckDB relation."""
        self._exports = exports

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream of what it stands for."""
        return self._exports.__arrow_c_stream__(requested_schema)
