"""A small project of real files: experts and crowd, pairs that agree."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import yaml

from prefstrata.pipeline import STAGES
from prefstrata.project import PROJECT_FILE, read_project

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.pipeline import Session
    from prefstrata.project import Project

__all__ = ["add", "build", "copied", "make", "pair"]


def make(folder: Path, **changes: object) -> Project:
    """A project with two sources and an empty inbox."""
    folder.mkdir(exist_ok=True)
    sources = [
        {
            "name": supervisor,
            "mode": "offline",
            "supervisor": supervisor,
            "path": f"inbox/{supervisor}/*.jsonl",
            "format": "seed-jsonl",
        }
        for supervisor in ("crowd", "expert")
    ]
    config = {"name": "small", "policies": ["general"], "sources": sources, **changes}
    (folder / PROJECT_FILE).write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return read_project(folder)


def copied(folder: Path, to: Path) -> Project:
    """The project of a folder, with all that it has run and released, in a folder of its own."""
    shutil.copytree(folder, to)
    return read_project(to)


def pair(number: int, rater: str = "ann", **meta: object) -> dict[str, object]:
    """A record: of two answers to a question, the longer is better."""
    return {
        "type": "pairwise",
        "prompt": f"Question {number}?",
        "winner": f"Yes, because of {number}.",
        "loser": "No.",
        "meta": {"rater": rater, "task": "chat", **meta},
    }


def add(project: Project, source: str, name: str, *records: dict[str, object]) -> Path:
    """Put a file of records into the inbox of a source."""
    path = project.directory / "inbox" / source / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def build(session: Session) -> None:
    """Everything before the release."""
    session.ingest()
    for stage in STAGES:
        for full_name in stage.tables:
            session.build(full_name)
