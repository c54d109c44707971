"""The trainers' own environment, and a small tokenizer made in it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FOLDER = ROOT / ".cache" / "trainers"
PYTHON = FOLDER / "venv" / "bin" / "python"


def _environment(*, apart: bool) -> dict[str, str]:
    paths = [str(ROOT), *([str(FOLDER / "apart")] if apart else [])]
    offline = {"HF_HUB_OFFLINE": "1", "TRL_EXPERIMENTAL_SILENCE": "1", "TOKENIZERS_PARALLELISM": "false"}
    return {**os.environ, **offline, "PYTHONPATH": os.pathsep.join(paths[::-1]), "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="session")
def trainers() -> Callable[..., dict[str, Any]]:
    """Runs jobs in the trainers' environment: ``trainers(file, {name: [what, folder, length]})``."""
    if not PYTHON.is_file():
        pytest.skip("there are no trainers: scripts/trainers installs them (5 GB)")

    def run(file: str, jobs: Mapping[str, tuple[str, Path, int]], *, apart: bool = False) -> dict[str, Any]:
        told = json.dumps({name: [what, str(folder), length] for name, (what, folder, length) in jobs.items()})
        command = [PYTHON, HERE / file, told]
        done = subprocess.run(
            command, env=_environment(apart=apart), capture_output=True, text=True, check=False, timeout=850
        )
        assert done.returncode == 0, done.stderr[-4000:]
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    return run


@pytest.fixture(scope="session")
def tokenizer(trainers: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tokenizer of bytes and a chat template."""
    assert trainers
    folder = tmp_path_factory.mktemp("tokenizer")
    subprocess.run([PYTHON, HERE / "_tiny.py", folder], check=True, capture_output=True, timeout=600)
    return folder
