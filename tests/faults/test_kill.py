"""SIGKILL at any step of a release, then another run: one tag, and the manifest it would have had anyway."""

from __future__ import annotations

import os
import signal

import pytest

from prefstrata.releases import Step, verify_releases
from tests._stores import StoreKit, draft_on, release
from tests.faults._processes import CONTENTS, context, die_at, run

MOMENTS = [(step, when) for step in Step for when in ("before", "after")] + [(Step.UPLOAD, "during")]


@pytest.mark.parametrize("before", [{}, {"main/a": b"old", "main/old": b"one"}], ids=["first", "later"])
@pytest.mark.parametrize("die", MOMENTS, ids=[f"{step.value}-{when}" for step, when in MOMENTS])
def test_a_killed_release_is_finished_by_the_next_run(
    kit: StoreKit, die: tuple[Step, str], before: dict[str, bytes]
) -> None:
    """Exactly one tag more, an identical manifest, main on it, and no branch left."""
    store = kit.open()
    if before:
        release(store, before)
    parent = store.resolve("latest")
    tags = len(store.tags())
    environment = {name: value for name, value in os.environ.items() if name.startswith("PREFSTRATA_")}
    process = context().Process(target=die_at, args=(environment, kit.config, CONTENTS, (int(die[0]), die[1])))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    run(kit.config, CONTENTS)

    assert len(store.tags()) == tags + 1
    made = store.resolve("latest")
    assert made.manifest_sha256 == draft_on(parent, CONTENTS).manifest_sha256
    assert made.parent == parent.id
    assert store.resolve("main") == made
    assert verify_releases(store).commits[-1] == made
    report = store.reconcile()
    assert (report.finished, report.reaped, report.resumable, report.pointer_moved) == ((), (), (), False)
