"""Sensors: new files start a release, and whatever fails is told to people."""

# No `from __future__ import annotations`: Dagster reads the annotations of a sensor.
import hashlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from assets import files_of
from dagster_project.alerts import VARIABLE as ALERT_URLS
from dagster_project.alerts import Delivery, send
from dagster_project.arrivals import State, changed, configuration, outlook
from dagster_project.failures import alert_about
from dagster_project.resources import find_project
from prefstrata.model import UnreachableError
from prefstrata.sources import joined_file

if TYPE_CHECKING:
    from prefstrata.project import Project

__all__ = ["SENSORS", "alert_on_failures", "new_files"]

_QUIET_SECONDS = 10
_PATIENCE_SECONDS = 300
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_RUNS_A_TICK = 50


@dg.sensor(job_name="release", minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Starts a release when a file is new or has changed in the folders the sources name, or a file they join.

    What was seen is kept as hashes of path, size and time of change. A file that is still being written is given some
    seconds to come to rest, though not for ever. A release that failed or was cancelled is tried again, a few times.
    """
    project, where = find_project()
    if project is None:
        return dg.SkipReason(where)
    instance, now, rules = context.instance, time.time(), configuration(project)
    found = _marks(project)
    state = State.read(context.cursor).now(found, instance)
    fresh = changed(found, state)
    if not fresh and not state.pending:
        return dg.SensorResult(skip_reason=f"nothing new in {where}", cursor=state.written())
    if fresh and 0 <= now - max(fresh.values()) < _QUIET_SECONDS and now - min(fresh.values()) < _PATIENCE_SECONDS:
        return dg.SkipReason("new files are still being written")
    if not fresh and (wait := outlook(state, instance, rules, now)):
        return dg.SkipReason(wait.reason)
    asking = state.asking(fresh, rules, instance, now)
    return dg.SensorResult(run_requests=[asking.request(instance)], cursor=asking.written())


def _marks(project: "Project") -> dict[str, float]:
    """When each state of a file came about, by the hash of path, size and time of change."""
    marks = {}
    read = {file for source in project.sources for file in files_of(project, source)}
    joined = {file for source in project.sources if (file := joined_file(source))}
    for file in read | joined:
        try:
            stat = (project.directory / file).stat()
        except FileNotFoundError:  # gone since it was listed
            continue
        said = f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}"
        marks[hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:12]] = stat.st_mtime
    return marks


@dg.sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def alert_on_failures(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tells people about failed checks and runs that failed or were canceled, one message a run, when it has ended.

    Dagster itself tells nobody about a failed check that does not fail its run. An alert that no service took is sent
    again at the next tick; what ended before the sensor was first switched on is not told.
    """
    if context.cursor is None:
        context.update_cursor(datetime.now(tz=UTC).isoformat())
        return dg.SkipReason("looking at runs that end from now on")
    ended = context.instance.get_run_records(
        dg.RunsFilter(statuses=_ENDED, updated_after=datetime.fromisoformat(context.cursor)),
        limit=_RUNS_A_TICK,
        order_by="update_timestamp",
        ascending=True,
    )
    project, where = find_project()
    told = 0
    for record in ended:
        alert = alert_about(context.instance, record.dagster_run, project.name if project else where)
        if alert is not None:
            delivery = send(alert)
            if problem := _problem(delivery):
                context.log.error(problem)
            if delivery.refused and not delivery.delivered:
                if told:
                    break
                raise UnreachableError(
                    "no service took the alert", where=ALERT_URLS, todo="it is sent again at every tick"
                )
            told += 1
        context.update_cursor(record.update_timestamp.isoformat())
    return dg.SkipReason(f"{len(ended)} runs ended, {told} alerts sent")


def _problem(delivery: Delivery) -> str:
    if not delivery.delivered and not delivery.refused:
        return f"nobody is told about failures: set {ALERT_URLS}"
    return f"these services refused the alert: {', '.join(delivery.refused)}" if delivery.refused else ""


SENSORS = [new_files, alert_on_failures]
