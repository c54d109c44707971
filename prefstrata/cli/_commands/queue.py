"""``prefstrata queue``: what waits for people, to them and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from prefstrata.cli._output import Grid, counted
from prefstrata.engine import read_warehouse
from prefstrata.model import ConfigError
from prefstrata.noise.queues import FORMATS, QUEUES, export_tasks, proposals, read_key, read_tasks, waiting
from prefstrata.privacy import demand_searched

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.cli._call import Call

__all__ = ["export_queue", "import_queue", "list_proposals", "list_queue"]

_BY_SUFFIX = {".jsonl": "jsonl", ".csv": "csv", ".json": "label-studio"}


def list_queue(call: Call, queue: str | None, limit: int) -> None:
    """List the most urgent items of a queue, or of all."""
    if queue is not None:
        _known(queue, "--queue")
    with read_warehouse(call.project().warehouse_path) as connection:
        items = waiting(connection, queue)
    if items.height > limit:
        call.output.note(f"{limit:,} of {items.height:,} items; more with --limit")
    if items.is_empty():
        call.output.emit([], "nothing waits for people")
        return
    shown = items.head(limit).to_dicts()
    rows = ((each["queue"], each["priority"], each["reason"], each["pair_id"]) for each in shown)
    call.output.emit(shown, Grid.of("queue >priority reason pair", rows))


def export_queue(  # noqa: PLR0913 - as many as the command has options
    call: Call, queue: str, out: Path, *, form: str | None, scenario: str | None, limit: int | None, key: Path | None
) -> None:
    """Write a queue's questions to a file for people to answer."""
    _known(queue, "QUEUE")
    form = form or _BY_SUFFIX.get(out.suffix.lower())
    if form not in FORMATS:
        what = f"there is no format {form!r}" if form else "the suffix of the file does not tell the format"
        raise ConfigError(what, where="--format", todo=f"write one of {', '.join(FORMATS)}")
    if key is not None and queue != "calibration":
        raise ConfigError("only the answers of calibration are known", where="--key", todo="leave it out")
    project = call.project()
    with read_warehouse(project.warehouse_path) as connection:
        is_empty = waiting(connection, queue).is_empty()
        made = None
        if not is_empty:
            demand_searched(connection, project)
            tasks = read_tasks(connection, queue, scenario=scenario, most=limit)
            made = export_tasks(tasks, form, out, (read_key(connection), key) if key else None)
    if made is None or not made.files:
        # Of pairs that wait, those are left out whose sides look the same once personal data is hidden in them.
        can = f"be asked in the scenario {scenario}" if scenario else "be shown to people"
        what = f"nothing waits in {queue}" if is_empty else f"nothing in {queue} can {can}"
        call.output.emit({"queue": queue, "items": 0, "questions": 0, "files": []}, f"{what}: {out} was not written")
        return
    call.output.emit(
        {"queue": queue, "items": made.items, "questions": made.questions, "files": [str(path) for path in made.files]},
        f"{counted(made.items, 'pair')}, {counted(made.questions, 'question')} of {queue} in {out}",
        *(f"the labelling config is in {path}" for path in made.files[1:] if path.suffix == ".xml"),
        *(f"the known answers are in {path}" for path in made.files[1:] if path == key),
    )


def import_queue(call: Call, file: Path, round_: str, form: str | None) -> None:
    """Put a file of answers where the next run reads it."""
    from prefstrata.pipeline import ANSWERS, briefly, import_answers  # noqa: PLC0415 - listing need not load the pipeline

    if form is not None and form not in ANSWERS:
        raise ConfigError(f"there is no format {form!r}", where="--format", todo=f"write one of {', '.join(ANSWERS)}")
    project = call.project()
    with call.output.working(f"reading {file.name}"):
        made = import_answers(project, file, round_=round_, form=form)
    summary, path = made.summary, made.path.relative_to(project.directory)
    document = {
        "source": made.source,
        "file": str(path),
        "new": made.is_new,
        "read": summary.read,
        "accepted": summary.accepted,
        "refused": dict(summary.reasons),
        "refusals": [asdict(each) for each in made.refused],
        "alike": [list(each) for each in made.alike],
        "alike_count": made.alike_count,
    }
    same = (
        f"{' and '.join(each)} differ by case only and count apart: if it is one rater, spell the name one way"
        for each in made.alike
    )
    refused = ", ".join(f"{count:,} {reason}" for reason, count in summary.reasons.items())
    call.output.emit(
        document,
        f"{counted(summary.accepted, 'answer')} of {counted(summary.read, 'record')} can be read"
        + (f"; refused: {refused}" if refused else ""),
        *briefly((f"{file.name}, {each}" for each in made.refused), summary.quarantined),
        *briefly(same, made.alike_count),
        f"{made.source}: {path}" if made.is_new else f"{made.source}: {path} was there already",
        "next: prefstrata run",
    )


def list_proposals(call: Call, limit: int) -> None:
    """List what settled disputes and failed noise checks propose, the most frequent reasons first."""
    with read_warehouse(call.project().warehouse_path) as connection:
        found = proposals(connection)
    if found.height > limit:
        call.output.note(f"{limit:,} of {found.height:,} proposals; more with --limit")
    shown = found.head(limit).to_dicts()
    if not shown:
        call.output.emit([], "no settled dispute has a reason tag, and no noise check failed")
        return
    rows = ((each["noise"], each["scenario"], each["disputes"], each["decisive"], each["proposal"]) for each in shown)
    call.output.emit(shown, Grid.of("check scenario >disputes >decisive proposal", rows))


def _known(queue: str, where: str) -> None:
    if queue not in QUEUES:
        raise ConfigError(f"there is no queue {queue!r}", where=where, todo=f"write one of {', '.join(QUEUES)}")
