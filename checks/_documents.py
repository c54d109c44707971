"""Where Data Docs go, and how they are kept small: a run a day would otherwise fill a disk with copies of fonts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["docs_folder", "slim"]

_RUNS_KEPT = 50


def docs_folder(project: Path, run_id: str, table: str) -> Path:
    """The folder of a run's Data Docs on a table; the pages of all but the newest fifty runs are deleted."""
    runs = project / ".dagster" / "data-docs"
    folder = runs / run_id / table
    folder.mkdir(parents=True, exist_ok=True)
    (runs / run_id).touch()
    oldest = sorted((run for run in runs.iterdir() if run.is_dir()), key=lambda run: run.stat().st_mtime)[:-_RUNS_KEPT]
    for run in oldest:
        shutil.rmtree(run, ignore_errors=True)
    return folder


def slim(folder: Path) -> None:
    """Delete what the pages read well without: the animations of their help, and a font of their own (4 MB of 4.1)."""
    shutil.rmtree(folder / "static" / "fonts", ignore_errors=True)
    for animation in (folder / "static" / "images").glob("*.gif"):
        animation.unlink()
