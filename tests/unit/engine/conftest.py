"""An engine for more than one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """An empty engine in memory."""
    made = DuckDBEngine(":memory:", threads=1)
    yield made
    made.close()
