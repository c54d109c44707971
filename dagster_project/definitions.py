"""Everything Dagster loads: assets, checks, jobs, schedules and sensors of one project folder."""

from __future__ import annotations

import logging

import dagster as dg

from assets import RESOURCE, all_assets
from checks import CHECKS
from dagster_project.jobs import jobs
from dagster_project.ownership import owned
from dagster_project.resources import find_project, project_directory, session_of
from dagster_project.schedules import schedules
from dagster_project.sensors import SENSORS

__all__ = ["defs"]

_project, _found = find_project()
if _project is None:
    logging.getLogger(__name__).warning(_found)
_assets = list(dg.map_asset_specs(owned, all_assets(_project, project_directory())))
_jobs = jobs(_assets)

defs = dg.Definitions(
    assets=_assets,
    asset_checks=CHECKS,
    jobs=_jobs,
    schedules=schedules({job.name for job in _jobs}),
    sensors=SENSORS,
    resources={RESOURCE: session_of(project_directory())},
    executor=dg.in_process_executor,
    metadata={"project": _found, "project is there": _project is not None},
)
