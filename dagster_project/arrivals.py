"""What new files have led to: which are new, what became of the run that was to read them, and when to try again.

A file is seen when a release that began after it came has ended well. A run that failed is tried again with growing
pauses, and then no more until something changes: a file that no run can read must not start one every half minute.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from prefstrata import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.project import Project

__all__ = ["ASKED", "PAUSES", "State", "Wait", "changed", "configuration", "outlook"]

ASKED = "prefstrata/asked"
"""The tag of runs that says for which files, under which configuration, they were asked for."""
PAUSES = (120, 900, 3600)
"""Seconds after the first, second and third run that failed; after the next one, nothing is tried any more."""
_LATEST = 5


@dataclass(frozen=True)
class State:
    """What the sensor keeps from tick to tick; lists are sorted.

    Attributes:
        seen: marks of files that a release has read.
        pending: marks of files for which a run was asked, and none is known to have ended well.
        asked: what these files and the configuration are known by, in the tag of runs.
        before: runs with that tag that were there before the first of this series.
        since: when the first was asked for, in seconds since 1970.
        configuration: what it was then.
    """

    seen: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    asked: str = ""
    before: int = 0
    since: float = 0.0
    configuration: str = ""

    @classmethod
    def read(cls, cursor: str | None) -> State:
        """The state in a cursor; earlier versions kept a list of what was seen."""
        kept: Any = json.loads(cursor or "[]")
        if isinstance(kept, list):
            return cls(seen=tuple(kept))
        return cls(**kept | {name: tuple(kept[name]) for name in ("seen", "pending")})

    def written(self) -> str:
        """The cursor."""
        return json.dumps(asdict(self))

    def now(self, found: Iterable[str], instance: dg.DagsterInstance) -> State:
        """The same, with what is known by now: files that are gone are forgotten, files that were read are seen."""
        there = set(found)
        state = replace(
            self,
            seen=tuple(mark for mark in self.seen if mark in there),
            pending=tuple(mark for mark in self.pending if mark in there),
        )
        if state.pending and _is_read(state, instance):
            return replace(state, seen=tuple(sorted({*state.seen, *state.pending})), pending=())
        return state

    def asking(self, marks: Iterable[str], configuration: str, instance: dg.DagsterInstance, now: float) -> State:
        """The state when a run is asked for these files; the same ones go on with their series."""
        pending = tuple(sorted({*self.pending, *marks}))
        asked = hashlib.sha256("\n".join((*pending, configuration)).encode()).hexdigest()[:16]
        if asked == self.asked:
            return replace(self, pending=pending)
        before = instance.get_runs_count(_asked_for(asked))
        return State(self.seen, pending, asked, before, now, configuration)

    def request(self, instance: dg.DagsterInstance) -> dg.RunRequest:
        """The run to ask for: under a key that no run has yet, and the same key when the tick is repeated."""
        number = instance.get_runs_count(_asked_for(self.asked)) + 1
        return dg.RunRequest(
            run_key=f"{self.asked}/{number}",
            tags={"prefstrata/new_files": str(len(self.pending)), ASKED: self.asked},
        )


@dataclass(frozen=True)
class Wait:
    """Why no run is asked for now."""

    reason: str


def _asked_for(asked: str) -> dg.RunsFilter:
    return dg.RunsFilter(job_name="release", tags={ASKED: asked})


def _series(state: State, instance: dg.DagsterInstance) -> list[dg.RunRecord]:
    """The runs that were asked for these files, the newest first."""
    records = list(instance.get_run_records(_asked_for(state.asked)))
    return records[: max(0, len(records) - state.before)]


def _is_read(state: State, instance: dg.DagsterInstance) -> bool:
    """Whether a release that began after the files came has ended well: one of the series, or any other."""
    well = dg.DagsterRunStatus.SUCCESS
    if any(record.dagster_run.status == well for record in _series(state, instance)):
        return True
    latest = instance.get_run_records(dg.RunsFilter(job_name="release", statuses=[well]), limit=_LATEST)
    return any(record.start_time is not None and record.start_time >= state.since for record in latest)


def outlook(state: State, instance: dg.DagsterInstance, configuration: str, now: float) -> Wait | None:
    """Whether to wait with files that a run was asked for already; None to ask again now."""
    series = _series(state, instance)
    if not series:
        return None
    last, files = series[0], _counted(len(state.pending), "new file")
    if not last.dagster_run.is_finished:
        return Wait(f"run {last.dagster_run.run_id} is to read {files}")
    if configuration != state.configuration:
        return None
    times = _counted(len(series), "time")
    told = f"the release of {files} failed {times}, last in run {last.dagster_run.run_id}"
    if len(series) > len(PAUSES):
        return Wait(f"{told}; it is tried again when a file, prefstrata.yaml or a policy has changed")
    due = (last.end_time or last.update_timestamp.timestamp()) + PAUSES[len(series) - 1]
    if now < due:
        when = datetime.fromtimestamp(due, tz=UTC)
        return Wait(f"{told}; it is tried again at {when:%H:%M} UTC, or when something has changed")
    return None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def configuration(project: Project) -> str:
    """What the project's configuration is known by: the program, ``prefstrata.yaml`` and the project's own policies."""
    digest = hashlib.sha256(__version__.encode())
    for path in (project.file, *(project.directory / name for name in project.policies)):
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def changed(found: dict[str, float], state: State) -> dict[str, float]:
    """The files that no run was asked for yet, with the time of their change."""
    known = {*state.seen, *state.pending}
    return {mark: at for mark, at in found.items() if mark not in known}
