"""The version store of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.stores import LocalConfig, open_store

if TYPE_CHECKING:
    from prefstrata.project._types import Project
    from prefstrata.stores import VersionStore

__all__ = ["open_project_store"]


def open_project_store(project: Project) -> VersionStore:
    """The version store a project names; the caller closes it."""
    config = project.store
    if isinstance(config, LocalConfig):
        config = config.model_copy(update={"path": project.directory / config.path})
    return open_store(config)
