"""Schedules: a release a day, whether or not anybody dropped a file; before it the rules have their say."""

# No `from __future__ import annotations`: Dagster reads the annotations of a schedule.
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.jobs import RULES
from dagster_project.resources import find_project
from prefstrata.rules import rules_wait

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["schedules"]

_RELEASE = dg.ScheduleDefinition(
    name="daily_release",
    job_name="release",
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The release job, every day at 05:00 UTC. With nothing new it publishes nothing.",
)


@dg.schedule(
    job_name=RULES,
    cron_schedule="30 4 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The rules job, every day at 04:30 UTC, when a policy has rules. New verdicts start a release.",
)
def daily_rules(_: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a run, or says why the rules have nothing to say."""
    project, where = find_project()
    waits = where if project is None else rules_wait(project)
    return dg.SkipReason(waits) if waits else dg.RunRequest()


def schedules(jobs: "Collection[str]") -> list[dg.ScheduleDefinition]:
    """The schedules of those of these jobs that have one."""
    return [each for each in (daily_rules, _RELEASE) if each.job_name in jobs]
