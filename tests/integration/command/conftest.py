"""Released projects, made once for all tests of this folder, and copies of one to change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests._command import inside, pairwise, put
from tests.integration.command._project import make


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project, which no test changes."""
    return make(tmp_path_factory.mktemp("command") / "project")


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A released project of one's own."""
    return Path(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture(scope="session")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A released project of one pair that raters contradict each other on, unchanged by tests; what its run said."""
    folder = tmp_path_factory.mktemp("disputed") / "project"
    inside("init", folder, cwd=folder.parent)
    sides = ("The one answer.", "The other answer.")
    records = [pairwise("Which?", *sides, rater=f"r{n}") for n in range(3)]
    records += [pairwise("Which?", *sides[::-1], rater=f"s{n}") for n in range(3)]
    put(folder, "a.jsonl", *records)
    return folder, inside("run", cwd=folder).out
