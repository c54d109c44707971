"""The project a run works on: found by the environment, opened for the length of a run, one run at a time."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from prefstrata.model import PrefstrataError
from prefstrata.pipeline import Session, open_session
from prefstrata.project import PROJECT_FILE, Project, read_project

__all__ = ["VARIABLE", "find_project", "project_directory", "session_of"]

VARIABLE = "PREFSTRATA_PROJECT"
_DEFAULT = "demo"
_HOUR = 3600.0


def project_directory() -> Path:
    """The project folder that the environment names; ``demo`` beside the code when it names none."""
    return Path(os.environ.get(VARIABLE) or _DEFAULT).resolve()


def find_project() -> tuple[Project | None, str]:
    """The project, and in a sentence which one it is or why there is none.

    A code location must load without one: somebody has to see in the UI what is missing.
    """
    directory = project_directory()
    if not (directory / PROJECT_FILE).exists():
        return None, f"there is no project at {directory}: set {VARIABLE}, or make one with `prefstrata init`"
    try:
        return read_project(directory), str(directory)
    except PrefstrataError as error:
        return None, str(error)


def session_of(directory: Path) -> dg.ResourceDefinition:
    """The resource that opens a project for the length of a run, and only for it: the UI never has the warehouse open.

    A second run waits for the first one to end, and says so in its log; having waited long enough it fails and says
    who has the project. A run's own config may name another folder, or another time to wait.
    """

    @dg.resource(
        config_schema={
            "directory": dg.Field(str, default_value=str(directory), description="The project folder."),
            "wait": dg.Field(float, default_value=_HOUR, description="Seconds to wait for another run of the project."),
        },
        description="The project, open for the length of a run.",
    )
    def session(context: dg.InitResourceContext) -> Iterator[Session]:
        waiting = context.log.info if context.log else print
        project = read_project(context.resource_config["directory"])
        with open_session(project, wait=context.resource_config["wait"], waiting=waiting) as opened:
            yield opened

    return session
