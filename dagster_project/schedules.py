"""Schedules: a release a day, whether or not anybody dropped a file."""

from __future__ import annotations

import dagster as dg

__all__ = ["SCHEDULES"]

SCHEDULES = [
    dg.ScheduleDefinition(
        name="daily_release",
        job_name="release",
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The release job, every day at 05:00 UTC. With nothing new it publishes nothing.",
    )
]
