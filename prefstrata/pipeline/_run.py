"""The whole run: every stage in order, to a published release."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prefstrata.pipeline._plan import STAGES
from prefstrata.pipeline._session import open_session
from prefstrata.pipeline._work import ledger_work, release_work, stage_work, work_spared
from prefstrata.project import open_project_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prefstrata.pipeline._session import Session
    from prefstrata.pipeline._work import Work
    from prefstrata.project import Project
    from prefstrata.releases import Outcome
    from prefstrata.releases.gates import Approval, Judged
    from prefstrata.sources import IngestSummary

__all__ = ["Progress", "RunSummary", "run"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a run that just began, in words; or the end of a stage, with what it did; or what was read."""

    stage: str
    what: str
    work: Work | None = None
    ingested: IngestSummary | None = None
    """What was read, told at once: the run may stop later, and the next one knows these files."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did.

    Attributes:
        ingested: what was read.
        outcome: what was published, by this run or by finishing what a killed run had committed.
        rows: rows per table that was built; empty when nothing was new.
        seconds: wall seconds per stage.
        judged: what the gates found; None when no release was made.
        work: by stage, what was read, made anew and left as it was.
        noise: what the noise checks found, as the manifest has it; empty when no release was made.
        finished: what had become of releases that killed runs had committed, before this run began.
    """

    ingested: IngestSummary
    outcome: Outcome
    rows: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    judged: Judged | None = None
    work: Mapping[str, Work] = field(default_factory=dict)
    finished: tuple[Outcome, ...] = ()
    noise: tuple[Mapping[str, Any], ...] = ()


def run(
    project: Project,
    *,
    wait: float = 0.0,
    progress: Callable[[Progress], object] = lambda _: None,
    metadata: Mapping[str, str] | None = None,
    approval: Approval | None = None,
) -> RunSummary:
    """Run the pipeline to a published release; with nothing new since the newest release, say so and publish nothing.

    Args:
        project: the project.
        wait: seconds to wait for another run of the project to end.
        progress: told what begins.
        metadata: short texts for the release's commit.
        approval: who says yes to a major change.

    Raises:
        PrefstrataError: as its kind says: a config mistake, a blocked gate, an unreachable store, broken bytes.
    """
    seconds: dict[str, float] = {}
    rows: dict[str, int] = {}
    work: dict[str, Work] = {}
    with (
        open_project_store(project) as store,
        open_session(project, wait=wait, waiting=lambda text: progress(Progress("start", text))) as session,
    ):
        began = time.perf_counter()
        progress(Progress("ledger", "looking for new files"))
        ingested = session.ingest(
            approving=approval is not None, progress=lambda text: progress(Progress("ledger", text))
        )
        progress(Progress("ledger", "read", ingested=ingested))
        finished = session.reconcile(store)  # files may have brought withdrawals
        seconds["ledger"] = time.perf_counter() - began
        work["ledger"] = ledger_work(session.engine, ingested)
        progress(Progress("ledger", "done", work["ledger"]))
        if known := session.published(store, finished):
            spared = work | work_spared(session.engine)
            return RunSummary(ingested, known, rows, seconds, work=spared, finished=finished)
        for stage in STAGES:
            began = time.perf_counter()
            _build(session, stage.name, stage.tables, rows, progress)
            session.guard(stage)
            if stage.tables:
                work[stage.name] = stage_work(session.engine, stage, rows, session.kept)
                progress(Progress(stage.name, "done", work[stage.name]))
            seconds[stage.name] = seconds.get(stage.name, 0) + time.perf_counter() - began
        began = time.perf_counter()
        progress(Progress("release", "writing and publishing"))
        outcome = session.release(store, metadata=metadata, approval=approval)
        seconds["release"] = time.perf_counter() - began
        work["release"] = release_work(outcome)
        progress(Progress("release", "done", work["release"]))
        noise = tuple(session.engine.query("manifest/noise").to_dicts())
        return RunSummary(ingested, outcome, rows, seconds, session.judged, work, finished, noise)


def _build(
    session: Session, stage: str, tables: tuple[str, ...], rows: dict[str, int], progress: Callable[[Progress], object]
) -> None:
    for full_name in tables:
        progress(Progress(stage, f"building {full_name}"))
        rows[full_name] = session.build(full_name)
