"""A simulated product log, small here and of a million events by hand (``python -m benchmarks.online``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from polars.testing import assert_frame_equal

from benchmarks.online.measure import coverage, evidence_of, opened
from benchmarks.online.simulate import World, make, write

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

_TABLES = ("attribution", "event_votes", "suspended", "thumbs", "propensities", "signals", "positions", "votes")


@pytest.fixture(scope="module")
def world() -> World:
    """Some 5,000 events of 150 users, a tenth delivered twice, a tenth late, one in a hundred with a wrong clock."""
    return make(5000, 150)


def _evidence(world: World, folder: Path, seed: int, files: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The tables that events become when they arrive in that order, and the reliabilities beside their truth."""
    write(world, world.events, folder, seed=seed, files=files)
    with opened(folder) as session:
        evidence_of(session)
        read = {name: session.engine.read(f"evidence.{name}") for name in _TABLES}
        return {name: rows.sort(rows.columns[:5]) for name, rows in read.items()}, coverage(session, world)


def test_the_order_of_arrival_does_not_matter(world: World, tmp_path: Path) -> None:
    """Cut into eight files or three, in another order: the same evidence to the last digit; and the intervals hold."""
    found, cells = _evidence(world, tmp_path / "one", 1, 8)
    again, _ = _evidence(world, tmp_path / "other", 2, 3)
    for name, rows in found.items():
        assert_frame_equal(rows, again[name], check_exact=True)
    assert found["votes"].height > 500
    assert cells.height > 20
    assert cells["inside"].to_numpy().mean() >= 0.8
