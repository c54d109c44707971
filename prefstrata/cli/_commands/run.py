"""``prefstrata run``: the pipeline, to a published release."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from prefstrata.cli._commands._gates import gates_told
from prefstrata.cli._commands._noise import noise_told
from prefstrata.cli._commands._published import demand_published
from prefstrata.cli._commands._refused import counted_again, refused_whole
from prefstrata.cli._output import Grid, counted, size
from prefstrata.model import UnreachableError
from prefstrata.pipeline import run
from prefstrata.policy import LAYERS
from prefstrata.releases import Status
from prefstrata.releases.gates import Approval, after_verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefstrata.cli._call import Call
    from prefstrata.pipeline import Progress, RunSummary, Work

__all__ = ["run_project"]

_WANTED = ("main", "golden", "expert", "weak")
"""Layers to look into first: the one that is trained on, then by trust. Where all are empty, people are waited for."""


def run_project(call: Call, wait: float, *, approve: str | None = None, by: str | None = None) -> None:
    """Run the project and say what came of it."""
    approval = Approval.of(approve, by)
    project = call.project()
    with call.output.working("starting") as doing, _stages(call, doing) as told:
        summary = run(project, wait=wait, progress=told, approval=approval)
    try:
        demand_published(summary.outcome, str(project.file))
    except UnreachableError as error:
        if judged := summary.judged:
            raise after_verdict(error, judged.blocking, () if judged.approval else judged.major) from error
        raise
    for warning in summary.outcome.warnings:
        call.output.warn(warning)
    call.output.emit(_document(summary), *_told(summary))


@contextmanager
def _stages(call: Call, doing: Callable[[str], None]) -> Iterator[Callable[[Progress], None]]:
    """A listener that shows what goes on, and notes each stage with its seconds when the next one begins.

    It notes what is wrong with files as soon as they are read.
    """
    stage, work, since = "", "", time.perf_counter()

    def close() -> None:
        nonlocal since, work
        now = time.perf_counter()
        if stage:
            call.output.note(f"{stage:<10} {now - since:6.1f} s  {work}".rstrip())
        since, work = now, ""

    def listen(step: Progress) -> None:
        nonlocal stage, work
        if step.stage != stage:
            close()
            stage = step.stage
        work = _done(step.work) if step.work else work
        if step.ingested:
            for told in chain(refused_whole(step.ingested), counted_again(step.ingested)):
                call.output.warn(*told)
        doing(f"{step.stage}: {step.what}")

    yield listen
    close()


def _done(work: Work) -> str:
    """What a stage did, in a few words."""
    read, made, left = (f"{count:,}" for count in (work.read, work.recomputed, work.skipped))
    if work.counted == "files":
        return f"{read} files, {made} of them new to the store, {left} there already"
    if work.scope == "new":
        return f"{read} {work.counted} read, {made} kept; {left} read before"
    if work.scope == "none":
        return f"{left} {work.counted} as they were"
    return f"{read} {work.counted} read, {made} made anew" + (f"; {left} as they were" if work.skipped else "")


def _document(summary: RunSummary) -> dict[str, Any]:
    ingested, outcome = summary.ingested, summary.outcome
    refusals = ingested.refusals
    return {
        "status": outcome.status.value,
        "tag": outcome.tag,
        "commit": outcome.commit.id if outcome.commit else None,
        "release_id": outcome.commit.release_id if outcome.commit else None,
        "read": ingested.read,
        "accepted": ingested.accepted,
        "quarantined": ingested.quarantined,
        "reasons": dict(ingested.reasons),
        "files": [
            {
                "source": file.source,
                "uri": file.uri,
                "status": file.status,
                "read": file.read,
                "accepted": file.accepted,
                "quarantined": file.quarantined,
                "refusals": [
                    {"reason": each.reason, "records": each.records, "line": each.line, "detail": each.detail}
                    for each in (refusals.get(file.batch_id, ()) if file.quarantined else ())
                ],
            }
            for file in ingested.files
        ],
        "sources_without_files": dict(ingested.empty),
        "rows": dict(summary.rows),
        "work": {stage: asdict(work) for stage, work in summary.work.items()},
        "uploaded": outcome.uploaded,
        "reused": outcome.reused,
        "uploaded_bytes": outcome.uploaded_bytes,
        "warnings": list(outcome.warnings),
        "finished": _finished(summary),
        "noise": list(summary.noise),
        "gates": summary.judged.described() if summary.judged else None,
        "seconds": {stage: round(seconds, 3) for stage, seconds in summary.seconds.items()},
    }


def _finished(summary: RunSummary) -> list[str]:
    """The tags under which releases of killed runs were published before this run made its own."""
    done = [each.tag for each in summary.finished if each.status is Status.PUBLISHED and each.tag]
    return [tag for tag in done if tag != summary.outcome.tag]


def _told(summary: RunSummary) -> Iterator[str | Grid]:
    ingested, outcome = summary.ingested, summary.outcome
    yield from (f"published {tag}, which an earlier run had written and not published" for tag in _finished(summary))
    known = len(ingested.files) - len(ingested.new)
    before = f", {known:,} read before" if known else ""
    yield f"read {counted(ingested.read, 'record')} from {counted(len(ingested.new), 'new file')}{before}"
    yield f"     {ingested.accepted:,} accepted, {ingested.quarantined:,} in quarantine"
    # Some sources wait for files, such as answers, for months. That none finds any is no waiting.
    if not ingested.files:
        yield from (
            f"     the source {source} found no file: nothing matches {path}" for source, path in ingested.empty.items()
        )
    if ingested.reasons:
        yield Grid.of("reason >records", ingested.reasons.items(), "Quarantine (see ledger.quarantine)")
    if outcome.status is Status.NOTHING_NEW and outcome.tag is None:
        yield "nothing to release: the ledger holds no record yet"
        return
    if outcome.status is Status.NOTHING_NEW:
        yield f"nothing new: {outcome.tag} holds exactly this"
        return
    if not summary.rows:
        yield f"published {outcome.tag}, which an earlier run had written and not published"
        return
    rows = ((layer, summary.rows[f"layers.{layer}"]) for layer in LAYERS)
    yield Grid.of("layer >records", rows, "Layers")
    if outdated := summary.rows.get("evidence.outdated"):
        left_out = counted(outdated, "vote") + " of rules that no policy has now (see evidence.outdated)"
        yield f"left out: {left_out}; where a rule was changed, prefstrata rules run delivers what it says now"
    if summary.judged:
        yield from gates_told(summary.judged.described())
    yield from noise_told(summary.noise)
    yield ""
    done = "published" if outcome.status is Status.PUBLISHED else "published before:"
    files = f"{counted(outcome.uploaded, 'file')} uploaded ({size(outcome.uploaded_bytes)})"
    yield f"{done} {outcome.tag}: {files}, {outcome.reused:,} there already"
    if outcome.commit and (told := outcome.commit.metadata.get("summary")):
        yield told
    layer = next((layer for layer in _WANTED if summary.rows[f"layers.{layer}"]), None)
    checkout = f"checkout {layer}@{outcome.tag} --for jsonl --out DIR" if layer else "queue list"
    yield f"next: prefstrata show {outcome.tag}, prefstrata {checkout}"
