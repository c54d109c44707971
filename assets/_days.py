"""Days of an event source: a day is the first date in a file's path, since that is where whoever writes files puts it.

``inbox/users/2026-11-03.jsonl.gz`` and ``inbox/users/2026/11/03/part-0.jsonl`` are files of 2026-11-03. The path
says so before a byte is read; the times inside the file may be missing, wrong, or from both sides of midnight. A
file without a date belongs to no day: the release job reads it like any other.
"""

from __future__ import annotations

import glob
import os
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from prefstrata.sources import find_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from prefstrata.project import Project, Source

__all__ = ["day_of", "days_of", "files_of", "only_files"]

_DATE = re.compile(r"(?<!\d)(20\d\d)[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_FIRST_DAY = "2026-01-01"
"""Where days begin while no file has a date yet."""


def files_of(project: Project, source: Source) -> tuple[str, ...]:
    """The files of a source, relative to the project, sorted."""
    found = find_files(project.directory, source.path)
    return tuple(Path(os.path.relpath(path, project.directory)).as_posix() for path in found)


def day_of(file: str) -> str | None:
    """The day of a file, as ``2026-11-03``; None when its path has no date."""
    for match in _DATE.finditer(file):
        try:
            return date(*map(int, match.groups())).isoformat()
        except ValueError:  # the 30th of February
            continue
    return None


def days_of(project: Project, sources: Iterable[Source]) -> dg.DailyPartitionsDefinition:
    """The days of event sources: from the earliest file that is there up to today."""
    days = [day for source in sources for file in files_of(project, source) if (day := day_of(file))]
    return dg.DailyPartitionsDefinition(start_date=min(days, default=_FIRST_DAY), end_offset=1)


def only_files(project: Project, source: Source, files: Collection[str]) -> Project:
    """The project as if a source had these files alone."""
    kept = tuple(source.model_copy(update={"path": glob.escape(file)}) for file in sorted(files))
    return project.model_copy(update={"sources": kept})
