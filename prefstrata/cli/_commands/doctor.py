"""``prefstrata doctor``: is everything there that a run needs?"""

from __future__ import annotations

import platform
import shutil
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import typer

from prefstrata._version import __version__
from prefstrata.cli._output import counted, size
from prefstrata.model import PrefstrataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prefstrata.cli._call import Call
    from prefstrata.project import Project

__all__ = ["doctor"]

_OLDEST = (3, 11)
_NEEDED = ("duckdb", "polars", "lakefs-sdk", "pydantic")
_OPTIONAL = (
    ("dagster", "schedules, sensors and the UI", "platform"),
    ("phonenumbers", "finding personal data in texts", "privacy"),
    ("pyspark", "the Spark engine", "spark"),
)
_LITTLE = 2_000_000_000
_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one look found.

    Attributes:
        what: what was looked at.
        ok: whether it is as it must be; None for an optional part that is not there.
        found: what was seen.
        todo: what to do about it; empty when nothing is to be done.
        exit_code: what the command ends with when it is not ok.
    """

    what: str
    ok: bool | None
    found: str
    todo: str = ""
    exit_code: int = 0


def doctor(call: Call) -> None:
    """Look at the installation, then at the project; end with the exit code of the first thing amiss."""
    findings = [*_installation(), *_project(call)]
    marks = {True: "OK", False: "NO", None: "--"}
    lines = [
        f"{marks[each.ok]}  {each.what}: {each.found}" + (f" — {each.todo}" if each.todo else "") for each in findings
    ]
    wrong = [each.exit_code for each in findings if each.ok is False]
    document = {"ok": not wrong, "checks": [asdict(each) for each in findings]}
    call.output.emit(document, *lines)
    if wrong:
        raise typer.Exit(wrong[0])


def _installation() -> Iterator[_Finding]:
    new = sys.version_info >= _OLDEST
    yield _Finding("Python", new, platform.python_version(), "" if new else "use Python 3.11 or newer", 0 if new else 2)
    yield _Finding("prefstrata", ok=True, found=__version__)
    for name in _NEEDED:
        found = _installed(name)
        yield _Finding(name, bool(found), found or "not installed", "" if found else "install prefstrata again", 2)
    for name, purpose, extra in _OPTIONAL:
        found = _installed(name)
        yield _Finding(
            name,
            found is not None or None,
            found or f"not installed; {purpose} needs it",
            "" if found else f"pip install 'prefstrata[{extra}]'",
        )
    for program, purpose in (("java", "the Spark engine"), ("go", "building a lakeFS server")):
        path = shutil.which(program)
        yield _Finding(program, path is not None or None, path or f"not on PATH; only {purpose} needs it")


def _project(call: Call) -> Iterator[_Finding]:
    try:
        project = call.project()
    except PrefstrataError as error:
        yield _failed("project", error)
        return
    sources = f"{len(project.sources)} source{'' if len(project.sources) == 1 else 's'}"
    yield _Finding("project", ok=True, found=f"{project.name}, {sources}, in {project.directory}")
    yield _tried("engine", lambda: _engine(project))
    yield _tried("policies", lambda: _policies(project))
    yield from _personal_data(project)
    yield _tried("sources", lambda: _sources(project))
    yield _tried("warehouse", lambda: _warehouse(project))
    yield from _files(project)
    yield _tried("pseudonyms", lambda: _pseudonyms(project))
    yield _tried("store", lambda: _store(project))
    free = shutil.disk_usage(project.directory).free
    enough = free >= _LITTLE
    yield _Finding(
        "disk", enough, f"{size(free)} free", "" if enough else f"make room: a run needs {size(_LITTLE)} and more", 2
    )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _tried(what: str, look: Callable[[], str]) -> _Finding:
    try:
        return _Finding(what, ok=True, found=look())
    except PrefstrataError as error:
        return _failed(what, error)


def _failed(what: str, error: PrefstrataError) -> _Finding:
    found = "; ".join(error.what.splitlines())
    return _Finding(what, False, f"{error.where}: {found}" if error.where else found, error.todo, error.exit_code)  # noqa: FBT003


def _engine(project: Project) -> str:
    config = project.engine
    if config.kind == "spark":
        from prefstrata.engine.spark import demand_spark  # noqa: PLC0415 - optional, and heavy

        demand_spark(f"{project.file}: engine")
        return f"spark, at {config.master}"
    threads = counted(config.threads, "thread") if config.threads else "a thread on each core"
    spills = f", spills to {project.directory / config.spill}" if config.spill else ""
    return f"duckdb, {threads}, {config.memory_limit} of memory{spills}"


def _policies(project: Project) -> str:
    from prefstrata.policy import check_strata, read_policies  # noqa: PLC0415 - only when there is a project

    policies = tuple(policy for policy, _ in read_policies(project))
    check_strata(project, policies)
    return ", ".join(policy.ref for policy in policies)


def _personal_data(project: Project) -> Iterator[_Finding]:
    """Whether texts are searched; that they are not deserves a word where users write them."""
    from prefstrata.privacy import wanted_by  # noqa: PLC0415 - as above

    try:
        wanted = wanted_by(project)
    except PrefstrataError as error:
        if error.where == "privacy.personal_data":  # else it is told of the policies
            yield _failed("personal data", error)
        return
    written = [each.name for each in project.sources if each.mode == "online" or each.supervisor == "user"]
    if wanted.personal_data != "off":
        yield _Finding("personal data", ok=True, found=f"{wanted.personal_data}, by {wanted.searched_with}")
    elif written:
        found = f"nobody searches the texts of {', '.join(written)}, whose users write what they like"
        yield _Finding("personal data", None, found, "set privacy.personal_data in the policy of *")


def _pseudonyms(project: Project) -> str:
    from prefstrata.sources import check_key  # noqa: PLC0415 - as above

    return "their key is the one that the ledger knows" if check_key(project) else "nobody has one yet"


def _sources(project: Project) -> str:
    from prefstrata.sources import check_sources, find_files  # noqa: PLC0415 - as above

    found = (
        source.name if find_files(project.directory, source.path) else f"{source.name} (no file yet)"
        for source in project.sources
    )
    return ", ".join(found) if check_sources(project) else "none declared"


def _warehouse(project: Project) -> str:
    from prefstrata.engine import read_warehouse  # noqa: PLC0415 - as above

    path: Path = project.warehouse_path
    if not path.exists():
        return "not there yet; the first run makes it"
    with read_warehouse(path):
        held = path.rglob("*") if path.is_dir() else (path,)
        return f"{path}, {size(sum(file.stat().st_size for file in held if file.is_file()))}"


def _files(project: Project) -> Iterator[_Finding]:
    """Files of which nothing was taken, and those that were edited: nothing is broken, but somebody should know."""
    from prefstrata.cli._commands._refused import ONLY_NOW, edited_files, refused_files  # noqa: PLC0415 - as above

    for look, todo in ((refused_files, "mend the source, then run again"), (edited_files, ONLY_NOW)):
        with suppress(PrefstrataError):  # told of the warehouse
            found = look(project.warehouse_path)
            yield from (_Finding("files", None, each, todo) for each in found[:_AT_MOST])
            if len(found) > _AT_MOST:
                yield _Finding("files", None, f"the same of {counted(len(found) - _AT_MOST, 'more file')}", todo)


def _store(project: Project) -> str:
    from prefstrata.project import open_project_store  # noqa: PLC0415 - as above

    with open_project_store(project) as store:
        releases = len(store.tags())
        return f"{store.location}, {releases} release{'' if releases == 1 else 's'}"
