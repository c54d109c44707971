"""Answers of people, into the inbox: checked by reading them, kept under a name made of their bytes.

Nothing is said here: the source that has the inbox reads the file at the next run, like any other.
"""

from __future__ import annotations

import glob
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.model.room import in_room
from prefstrata.pipeline._spreadsheet import RESAVE, as_exported, rows_of
from prefstrata.pipeline._told import RefusedAnswer, alike, briefly, refused_answers
from prefstrata.pipeline._withdrawn_answers import demand_consented
from prefstrata.policy import load_policies, read_policies, requirements
from prefstrata.privacy import restored
from prefstrata.sources import ingest

if TYPE_CHECKING:
    from prefstrata.project import Project, Source
    from prefstrata.sources import IngestSummary

__all__ = ["ANSWERS", "Imported", "import_answers"]

ANSWERS = {"queue-answers": (".jsonl", ".ndjson", ".csv", ".tsv"), "label-studio": (".json",)}
"""The named formats of answers, and the suffixes their files have."""
_COMPRESSED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file of answers.

    Attributes:
        source: name of the source that reads it.
        path: where it lies now.
        is_new: whether it was not there before.
        summary: what reading it found: the next run will take and refuse the same.
        refused: the answers it refuses, the first hundred.
        alike: raters of it whose names differ by case only from each other's or from one's who answered before,
            the first hundred of such groups.
        alike_count: how many such groups there are.
    """

    source: str
    path: Path
    is_new: bool
    summary: IngestSummary
    refused: tuple[RefusedAnswer, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    alike_count: int = 0


def import_answers(project: Project, file: Path, *, round_: str, form: str | None = None) -> Imported:
    """Copy a file of answers into the inbox of the source whose default round it belongs to.

    The copy of a table has between its cells what the export put there, whatever a spreadsheet did. Where personal data
    was hidden in what people saw, it has the texts of the ledger in place of what was shown.

    Args:
        project: the project.
        file: the answers.
        round_: the annotation round, such as arbitration.
        form: a named format; by the suffix when absent.

    Raises:
        ConfigError: no source takes such answers, the file cannot be read, or not one answer in it can; or an answer is
            about a text that left because consent was withdrawn, or somebody withdrew since the last run; or there is
            no room for the copy.
        UnreachableError: somebody withdrew, and a run has the warehouse open.
        IntegrityError: the warehouse is damaged.
    """
    suffix = _suffix(file)
    source = _source(project, round_, form or _format(suffix))
    try:
        data = file.read_bytes()
    except OSError as error:
        todo = "name a file that is there and that you may read"
        raise ConfigError(f"it cannot be read: {error.strerror}", where=str(file), todo=todo) from error
    exported = as_exported(data, suffix, str(file))
    data = restored(project.warehouse_path, exported, suffix, str(file))
    folder = project.directory / _folder(source.path)
    target = folder / f"{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
    waiting = target.with_name(f".{target.name}")
    is_new = not target.exists()
    try:
        with in_room(folder):
            _keep(waiting, data)
        summary, refused, (names, count) = _read(project, source, waiting, file, rows_of(exported, suffix))
        if is_new:
            _place(project, source, waiting, target)
    finally:
        waiting.unlink(missing_ok=True)
    return Imported(source.name, target, is_new, summary, refused, names, count)


def _keep(path: Path, data: bytes) -> None:
    """Write a file that a power cut does not leave empty under the name that it gets next."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _suffix(file: Path) -> str:
    """The suffix that tells the kind of file, with that of its compression, in lower case."""
    known = {suffix for suffixes in ANSWERS.values() for suffix in suffixes}
    *_, before, last = ("", "", *(suffix.lower() for suffix in file.suffixes))
    suffix = before + last if last in _COMPRESSED else last
    if suffix.removesuffix(last if last in _COMPRESSED else "") not in known:
        raise ConfigError(
            "the suffix does not tell what kind of file it is",
            where=file.name,
            todo=f"rename it to one that ends in {', '.join(sorted(known))}",
        )
    return suffix


def _format(suffix: str) -> str:
    kind = f".{suffix.split('.')[1]}"
    return next(form for form, suffixes in ANSWERS.items() if kind in suffixes)


def _source(project: Project, round_: str, form: str) -> Source:
    takes = [source for source in project.sources if (source.defaults.round, source.format) == (round_, form)]
    if len(takes) == 1:
        return takes[0]
    if takes:
        names = ", ".join(source.name for source in takes)
        raise ConfigError(f"several sources take {form} as {round_}: {names}", where=str(project.file), todo="keep one")
    name = round_ if form == "queue-answers" else f"{round_}-{form}"
    raise ConfigError(
        f"no source has the format {form} and the default round {round_}",
        where=str(project.file),
        todo=f"add one under sources: {{name: {name}, mode: offline, supervisor: expert, path: 'inbox/{name}/*', "
        f"format: {form}, defaults: {{round: {round_}}}}}",
    )


def _folder(pattern: str) -> Path:
    """The folder of a pattern, up to the first part that may be several."""
    parts = PurePath(pattern).parts[:-1]
    plain = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:plain])


def _read(
    project: Project, source: Source, waiting: Path, file: Path, rows: tuple[int, ...]
) -> tuple[IngestSummary, tuple[RefusedAnswer, ...], tuple[tuple[tuple[str, ...], ...], int]]:
    """Read the file as the next run will, into a ledger that is thrown away: what is refused, whose names are alike."""
    alone = source.model_copy(update={"path": glob.escape(str(waiting))})
    policies = [policy for policy, _ in read_policies(project)]
    engine = DuckDBEngine(":memory:", threads=project.engine.threads, memory_limit=project.engine.memory_limit)
    try:
        load_policies(engine, policies)
        summary = ingest(
            engine,
            project.model_copy(update={"sources": (alone,)}),
            requirements=requirements(policies, "rationale"),
            tagged=requirements(policies, "tags"),
        )
        # A row that cannot be read may be several for a spreadsheet: then nobody knows which the others are.
        rows = rows if len(rows) == summary.read + 1 else ()
        refused = refused_answers(engine, source.format, _suffix(waiting), rows)
    except PrefstrataError as error:
        todo = f"{RESAVE}; nothing was imported" if source.format == "queue-answers" else "nothing was imported"
        raise ConfigError(error.what, where=str(file), todo=todo) from error
    else:
        demand_consented(engine, project, file, _suffix(waiting), rows)
        names = alike(engine, project.warehouse_path)
    finally:
        engine.close()
    if not summary.accepted:
        raise _none_can_be_read(source, file, summary, refused)
    return summary, refused, names


def _none_can_be_read(
    source: Source, file: Path, summary: IngestSummary, refused: tuple[RefusedAnswer, ...]
) -> ConfigError:
    """Which rows are refused, and why: the first of them, when there are many."""
    found = ", ".join(f"{count} {reason}" for reason, count in summary.reasons.items()) or "no records"
    told = briefly(refused, summary.quarantined)
    return ConfigError(
        "\n".join([f"there is no answer in it that can be read: {found}", *told]),
        where=f"{file}, {refused[0].at}" if refused else str(file),
        todo=f"docs/how-to/settle-disputes.md says what {source.format} expects; nothing was imported",
    )


def _place(project: Project, source: Source, waiting: Path, target: Path) -> None:
    """Give the file its name, if that is one the source finds."""
    waiting.rename(target)
    found = glob.glob(source.path, root_dir=project.directory, recursive=True)  # noqa: PTH207 - as the source looks
    if target.resolve() not in {(project.directory / name).resolve() for name in found}:
        target.unlink()
        raise ConfigError(
            f"the source {source.name} would not find {target.name} by its path {source.path}",
            where=str(project.file),
            todo=f"let its path end in * or *{''.join(target.suffixes)}",
        )
