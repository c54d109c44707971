"""Projects that several tests begin with; to be copied, for a run is what costs here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.pipeline import run
from tests.unit.pipeline._project import add, make, pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.pipeline import RunSummary


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSummary]:
    """A project whose one record is v000001, and what its run said."""
    folder = tmp_path_factory.mktemp("released")
    project = make(folder)
    add(project, "crowd", "a", pair(1))
    return folder, run(project)
