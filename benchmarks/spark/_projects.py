"""The projects that run on both engines."""

from __future__ import annotations

from pathlib import Path

from examples.generator import generate
from examples.judging import add_judges
from prefstrata.project import PROJECT_FILE

__all__ = ["KINDS", "source"]

KINDS = ("made", "demo", "slices")
_ROOT = Path(__file__).parents[2]
_SLICES = _ROOT / "tests" / "integration" / "twelve-slices" / PROJECT_FILE
_DATA, _IN_CONFIG = _ROOT.parent / "shared" / "data", "../../../../shared/data"


def source(kind: str, folder: Path, prompts: int) -> None:
    """Write a project that has not run yet: of a size, the demo at its own, or the twelve real slices."""
    if kind == "slices":
        if not _DATA.is_dir():
            raise SystemExit(f"the real slices are not on this machine: {_DATA}")
        folder.mkdir(parents=True)
        (folder / PROJECT_FILE).write_text(_SLICES.read_text("utf-8").replace(_IN_CONFIG, str(_DATA)), "utf-8")
    elif kind == "demo":
        generate(folder)
        add_judges(folder / PROJECT_FILE)
    else:
        generate(folder, prompts=prompts)
