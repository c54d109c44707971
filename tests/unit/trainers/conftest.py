"""A store for the tests of checkouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.stores.local import LocalStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """An empty store."""
    with LocalStore(tmp_path / "store") as made:
        yield made
