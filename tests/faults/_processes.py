"""Processes that publish, race and die. What runs in them is here, because they import it by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

from prefstrata.releases import Step, publish_rebasing, publish_release, reconcile_releases
from prefstrata.stores import open_store
from tests._stores import draft_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.context import ForkServerContext
    from multiprocessing.synchronize import Barrier

    from prefstrata.stores import CommitInfo

__all__ = ["CONTENTS", "context", "die_at", "join_race", "queue_up", "race", "race_files", "run"]

CONTENTS = {"golden/a": b"gold", "main/a": b"one", "main/b": b"two"}

_barrier: Barrier | None = None


def context() -> ForkServerContext:
    """Return a way to start processes that have the library imported already, and nothing else of ours."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.faults._processes", "prefstrata.stores.lakefs", "prefstrata.stores.local"])
    return made


def audit(_: CommitInfo) -> None:
    """Let every release pass."""


def run(config: Mapping[str, object], contents: Mapping[str, bytes], die: tuple[int, str] | None = None) -> None:
    """Do what a scheduled run does: reconcile, then publish; and die with SIGKILL where told to."""

    def step(now: Step, when: str) -> None:
        if die == (now, when):
            os.kill(os.getpid(), signal.SIGKILL)

    with open_store(dict(config)) as store:
        reconcile_releases(store, audit=audit)
        publish_rebasing(store, lambda parent: draft_on(parent, contents), step=step)


def die_at(
    environment: Mapping[str, str], config: Mapping[str, object], contents: Mapping[str, bytes], die: tuple[int, str]
) -> None:
    """Run in this process, up to the place to die at."""
    os.environ.update(environment)
    run(config, contents, die)


def join_race(environment: Mapping[str, str], barrier: Barrier) -> None:
    """Get ready to race."""
    global _barrier  # noqa: PLW0603 - a process of a pool has nowhere else to keep it
    os.environ.update(environment)
    _barrier = barrier


def race_files(lap: int, racer: int) -> dict[str, bytes]:
    """Return what a racer wants to publish: one path all share, and one of its own."""
    mine = f"{lap}/{racer}".encode()
    return {"shared": mine, f"own/{racer}": mine}


def race(config: Mapping[str, object], lap: int, racer: int) -> str:
    """Publish on the newest release at the same moment as the others; return how it ended."""
    assert _barrier is not None
    with open_store(dict(config)) as store:
        parent = store.resolve("latest")
        draft = draft_on(parent, race_files(lap, racer))
        _barrier.wait(120)
        status = publish_release(store, draft, parent=parent.id).status.value
        _barrier.wait(120)  # nobody reads the next lap's parent before this lap is over
        return status


def queue_up(config: Mapping[str, object], racer: int) -> str:
    """Open a store that nobody has made yet, and publish on top of whoever was faster; return the tag."""
    assert _barrier is not None
    _barrier.wait(120)
    with open_store(dict(config)) as store:
        outcome = publish_rebasing(store, lambda parent: draft_on(parent, race_files(0, racer)))
        return f"{outcome.status} {outcome.tag}"
