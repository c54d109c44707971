"""Eight processes publish at once: one wins, and what it publishes is its own files and nobody else's."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

from prefstrata.releases import MANIFEST, verify_releases
from tests.faults._processes import context, join_race, queue_up, race, race_files

if TYPE_CHECKING:
    from tests._stores import StoreKit

RACERS = 8
LAPS = 50


@pytest.mark.slow
def test_racing_releases_never_become_a_union(kit: StoreKit) -> None:
    """Fifty laps: each has one winner, seven losers who know it, and a release that is exactly one racer's."""
    store = kit.open()
    environment = {name: value for name, value in os.environ.items() if name.startswith("PREFSTRATA_")}
    started = context()
    barrier = started.Barrier(RACERS)
    with ProcessPoolExecutor(RACERS, started, join_race, (environment, barrier)) as pool:
        for lap in range(LAPS):
            jobs = [pool.submit(race, kit.config, lap, racer) for racer in range(RACERS)]
            assert Counter(job.result(300) for job in jobs) == {"published": 1, "lost_race": RACERS - 1}
    tags = store.tags()
    assert len(tags) == LAPS
    for lap, tag in enumerate(tags):
        paths = {file.path for file in store.list(tag.commit)}
        wanted = [{*race_files(lap, racer), MANIFEST} for racer in range(RACERS)]
        assert paths in wanted
    assert store.resolve("main").id == tags[-1].commit
    verify_releases(store, [tags[0].name, tags[-1].name])
    assert store.reconcile().resumable == ()


def test_racers_who_rebase_all_get_in(kit: StoreKit) -> None:
    """Eight processes make the store at the same moment, and each publishes in the end: eight releases, no union."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("PREFSTRATA_")}
    started = context()
    with ProcessPoolExecutor(RACERS, started, join_race, (environment, started.Barrier(RACERS))) as pool:
        jobs = [pool.submit(queue_up, kit.config, racer) for racer in range(RACERS)]
        assert {job.result(120) for job in jobs} == {f"published v{number:06d}" for number in range(1, RACERS + 1)}
    store = kit.open()
    held = [{file.path for file in store.list(tag.commit)} for tag in store.tags()]
    wanted = [{*race_files(0, racer), MANIFEST} for racer in range(RACERS)]
    assert sorted(map(sorted, held)) == sorted(map(sorted, wanted))
    assert len(verify_releases(store).commits) == RACERS
