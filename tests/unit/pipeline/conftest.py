"""Projects that several tests begin with; to be copied, for a run is what costs here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.pipeline import open_session, run
from tests._short import in_short
from tests.unit.pipeline._project import add, build, make, pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.pipeline import RunSummary


@pytest.fixture(scope="module", autouse=True)
def _in_short() -> Iterator[None]:
    """What a whole fit and all replicates come to is tried in tests/unit/noise."""
    with in_short():
        yield


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSummary]:
    """A project whose one record is v000001, and what its run said."""
    folder = tmp_path_factory.mktemp("released")
    project = make(folder)
    add(project, "crowd", "a", pair(1))
    with in_short():
        return folder, run(project)


@pytest.fixture(scope="session")
def unreleased(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same project before its release: every table is built, so whoever builds them again finds them kept."""
    folder = tmp_path_factory.mktemp("unreleased")
    project = make(folder)
    add(project, "crowd", "a", pair(1))
    with in_short(), open_session(project) as session:
        build(session)
    return folder
