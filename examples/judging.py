"""The judges of the demo: a scripted endpoint on this machine that knows the truth, and two models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.judge_server import JudgeServer, Profile, Settings

if TYPE_CHECKING:
    from prefstrata.project import Project

__all__ = ["add_judges", "endpoint"]

_SECTION = Path(__file__).with_name("judges.yaml")


def add_judges(config: Path) -> None:
    """Add the judges and the source of their verdicts to the project file, whose last section is its sources."""
    config.write_text(config.read_text("utf-8") + _SECTION.read_text("utf-8"), "utf-8")


def endpoint(project: Project) -> JudgeServer:
    """An endpoint of two judges: one is mostly right, the other likes what stands first."""
    judges = {"osprey-large": Profile(skill=0.9, position=0.01), "gull-mini": Profile(skill=0.2, position=0.25)}
    return JudgeServer(Settings(judges=judges), truth=project.directory / "truth-responses.parquet")
