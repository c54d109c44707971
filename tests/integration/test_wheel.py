"""The wheel as training code installs it: alone, in an empty environment, with its base dependencies and no others."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.imports import excess
from prefstrata.stores.local import LocalStore
from prefstrata.trainers import checkout_layer
from tests._releases import Content, publish
from tests.unit.trainers._layers import STRATA, whole_pair

if TYPE_CHECKING:
    from tests._stores import StoreKit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RELEASE = Content(
    {
        f"main/pairs/bucket={number:02d}.parquet": [whole_pair(f"{number}.{at}", f"why {at}?") for at in range(20)]
        for number in range(3)
    },
    STRATA,
)
_PIN = re.compile(r"^[A-Za-z0-9._-]+==[^ ;\\]+", re.MULTILINE)  # without its hashes: the wheel of a moment ago has none
LIMIT = 0.3
"""Seconds that ``import prefstrata`` may take beyond Python's own start."""


def _run(*command: str | Path, cwd: Path = ROOT, **extra: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFSTRATA_", "PYTHON"))}
    done = subprocess.run(
        command, cwd=cwd, env={**kept, **extra}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment in which nothing but the wheel was asked for."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    _run(sys.executable, "-m", "venv", folder / "venv")
    python, [wheel] = folder / "venv" / "bin" / "python", list(folder.glob("*.whl"))
    # Each at the version that is pinned, so that a release of theirs does not decide whether our tests pass.
    pins = folder / "pins.txt"
    pins.write_text("\n".join(_PIN.findall((ROOT / "requirements" / "platform.txt").read_text("utf-8"))), "utf-8")
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", pins, wheel)
    return python.parent


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sha256 of the rows that the code of this checkout hands out, from an embedded store."""
    folder = tmp_path_factory.mktemp("rows")
    with LocalStore(folder / "store") as store:
        publish(store, RELEASE)
        return checkout_layer(store, "main", "latest", folder / "out", form="trl-dpo").files[0].sha256


@pytest.fixture
def released(kit: StoreKit, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A project folder with one release in a store of each kind in turn, and the environment that opens it."""
    publish(kit.open(), RELEASE)
    (tmp_path / "project").mkdir()
    config = {"name": "trained-on", "store": kit.config, "sources": []}
    (tmp_path / "project" / "prefstrata.yaml").write_text(yaml.safe_dump(config), "utf-8")
    secrets = {name: value for name, value in os.environ.items() if name.startswith("PREFSTRATA_LAKEFS_")}
    return tmp_path / "project", secrets


def test_it_brings_its_base_dependencies_alone(installed: Path) -> None:
    """What they need themselves aside: no orchestrator, no data frames but Polars, no judge client."""
    listed = json.loads(_run(installed / "python", "-m", "pip", "list", "--format", "json"))
    names = {canonicalize_name(each["name"]) for each in listed}
    assert {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]} <= names
    extras = {
        canonicalize_name(Requirement(line).name)
        for lines in PROJECT["optional-dependencies"].values()
        for line in lines
    }
    assert names & (extras | {"pandas", "numpy", "pyarrow"}) == set()


def test_the_command_hands_out_a_layer(
    installed: Path, released: tuple[Path, dict[str, str]], rows: str, tmp_path: Path
) -> None:
    """From the embedded store and from lakeFS: the same rows for the same release."""
    project, secrets = released
    out = tmp_path / "out"
    said = _run(
        *(installed / "prefstrata", "--json", "--project", project, "checkout", "main", "--for", "trl-dpo"),
        *("--out", out),
        cwd=tmp_path,
        **secrets,
    )
    document: dict[str, Any] = json.loads(said)
    assert document["rows"] == len((out / "train.jsonl").read_text("utf-8").splitlines()) == 60
    assert document["files"][0]["sha256"] == rows


def test_training_code_hands_out_a_layer(
    installed: Path, released: tuple[Path, dict[str, str]], rows: str, tmp_path: Path
) -> None:
    """``prefstrata.checkout`` and ``prefstrata.load`` in Python give the rows of the command."""
    project, secrets = released
    code = (
        "import json, prefstrata\n"
        f"made = prefstrata.checkout('main', trainer='trl-dpo', out='out', project={str(project)!r})\n"
        f"rows = prefstrata.load('main', trainer='trl-dpo', project={str(project)!r})\n"
        "print(json.dumps([made.files[0].sha256, sum(frame.height for frame in rows.frames())]))\n"
    )
    assert json.loads(_run(installed / "python", "-c", code, cwd=tmp_path, **secrets)) == [rows, 60]


def test_import_takes_little_longer_than_python_itself(installed: Path) -> None:
    """Beside it, for the scale, what Polars takes."""
    python = str(installed / "python")
    taken = {name: excess(name, python) for name in ("prefstrata", "prefstrata.checkout", "polars")}
    sys.stdout.write("".join(f"import {name}: {time.processor} s of the processor\n" for name, time in taken.items()))
    assert taken["prefstrata"].processor <= LIMIT
