"""The project folder: ``prefstrata.yaml``, read in full and checked before anything runs."""

from __future__ import annotations

from pathlib import Path

from prefstrata.project._engine import EngineConfig
from prefstrata.project._judges import Budget, Generation, JudgeModel, Judges, Price, Work
from prefstrata.project._mistakes import mistake
from prefstrata.project._store import open_project_store
from prefstrata.project._strict import Strict
from prefstrata.project._types import (
    PROJECT_FILE,
    Defaults,
    Project,
    Source,
    Warehouse,
)
from prefstrata.project._yaml import line_of, read_model

__all__ = [
    "PROJECT_FILE",
    "Budget",
    "Defaults",
    "EngineConfig",
    "Generation",
    "JudgeModel",
    "Judges",
    "Price",
    "Project",
    "Source",
    "Strict",
    "Warehouse",
    "Work",
    "line_of",
    "mistake",
    "open_project_store",
    "read_model",
    "read_project",
]


def read_project(directory: Path | str) -> Project:
    """Read the project in ``directory``.

    Raises:
        ConfigError: with one line per mistake, each naming the file, the line and the key.
    """
    folder = Path(directory).resolve()
    project = read_model(folder / PROJECT_FILE, Project)
    return project.model_copy(update={"directory": folder})
