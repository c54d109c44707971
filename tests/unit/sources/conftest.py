"""A project to read files into, for more than one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.sources.framing import Limits
from tests.unit.sources._desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=[None, 60], ids=["whole", "parts"])
def desk(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty project, whose files are read at once, or a record at a time as the parts of large ones are."""
    monkeypatch.setattr("prefstrata.sources._staging._LIMITS", Limits(part_bytes=request.param))
    found = Desk(tmp_path / "project")
    yield found
    found.engine.close()
