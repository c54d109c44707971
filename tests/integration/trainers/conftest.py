"""The trainers' own environment, and checkouts that were measured in it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from examples.generator import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FOLDER = ROOT / ".cache" / "trainers"
PYTHON = FOLDER / "venv" / "bin" / "python"
DEMO = ROOT / "demo"
PINNED = ("requirements/trainers.txt", "requirements/trainers-apart.txt")


def _run(file: str, *arguments: str, apart: bool = False) -> str:
    """What a script prints in the trainers' environment; ``apart`` puts what was installed apart before the rest."""
    paths = [*([str(FOLDER / "apart")] if apart else []), str(ROOT)]
    offline = {"HF_HUB_OFFLINE": "1", "TRL_EXPERIMENTAL_SILENCE": "1", "TOKENIZERS_PARALLELISM": "false"}
    offline["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFSTRATA_")}
    done = subprocess.run(
        [PYTHON, HERE / file, *arguments],
        env={**kept, **offline, "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=850,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def trainers() -> Callable[..., dict[str, Any]]:
    """Runs jobs in the trainers' environment: ``trainers(file, {name: [what, folder, length]})``."""
    # The script writes this last: an environment without it, or with other pins, is not the one to try.
    written = FOLDER / ".pinned"
    if not written.is_file() or written.read_bytes() != b"".join((ROOT / name).read_bytes() for name in PINNED):
        pytest.skip("the trainers are not installed: make trainers does that (5 GB)")

    def run(file: str, jobs: Mapping[str, tuple[str, Path, int]], *, apart: bool = False) -> dict[str, Any]:
        told = json.dumps({name: [what, str(folder), length] for name, (what, folder, length) in jobs.items()})
        found: dict[str, Any] = json.loads(_run(file, told, apart=apart).splitlines()[-1])
        return found

    return run


@pytest.fixture(scope="session")
def hand_out(trainers: object, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[dict[str, Any]]], None]:
    """Makes checkouts, with the lengths of a small tokenizer: ``hand_out([arguments of prefstrata.checkout, …])``."""
    assert trainers
    folder = tmp_path_factory.mktemp("tokenizer")

    def run(jobs: Sequence[dict[str, Any]]) -> None:
        _run("_checkout_child.py", str(folder), json.dumps(jobs, default=str))

    return run


@pytest.fixture(scope="session")
def demo(trainers: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project, released: that of ``make demo`` when it is there, else a smaller one."""
    assert trainers
    if (DEMO / "releases" / "refs.sqlite").is_file():
        return DEMO
    from prefstrata.pipeline import run  # noqa: PLC0415 - not before it is needed
    from prefstrata.project import read_project  # noqa: PLC0415 - not before it is needed

    folder = tmp_path_factory.mktemp("demo") / "project"
    generate(folder, prompts=60)
    run(read_project(folder))
    return folder


def report_of(folder: Path) -> dict[str, Any]:
    """The loss report of a checkout."""
    report: dict[str, Any] = json.loads((folder / "checkout.json").read_text("utf-8"))["report"]
    return report
