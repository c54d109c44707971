"""What a checkout installs: pinned, hashed, complete, and a clear word when it cannot."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BASE = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
LOCKS = {
    "platform": [
        *BASE,
        *EXTRAS["platform"],
        *PYPROJECT["dependency-groups"]["dev"],
        *PYPROJECT["build-system"]["requires"],
    ],
    "spark": [*BASE, *EXTRAS["spark"]],
    "trainers": [*BASE, *EXTRAS["trl"], *PYPROJECT["dependency-groups"]["trainers"]],
    "trainers-apart": PYPROJECT["dependency-groups"]["trainers-apart"],
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)(.*(?:\n {4}.*)*)", re.MULTILINE)


def pins(lock: str) -> list[tuple[str, str, str]]:
    """Name, version and the rest of every pin in a requirements file."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return [(canonicalize_name(name), version, rest) for name, version, rest in PIN.findall(text)]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_pyproject_asks_for(lock: str) -> None:
    """A dependency added or bounded anew needs ``make lock``."""
    versions = {name: version for name, version, _ in pins(lock)}
    for asked in map(Requirement, LOCKS[lock]):
        assert asked.specifier.contains(versions[canonicalize_name(asked.name)]), asked


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes_and_nothing_names_an_index(lock: str) -> None:
    """Plain pip checks every byte, from whichever index the machine is set up for."""
    assert [name for name, _, rest in pins(lock) if "--hash=sha256:" not in rest] == []
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    lines = [line for line in PIN.sub("", text).splitlines() if line and not line.startswith("#")]
    assert lines == []


def test_both_locks_agree() -> None:
    """The Spark set goes into the same environment, so it must not move a version there."""
    platform = {(name, version) for name, version, _ in pins("platform")}
    names = {name for name, _ in platform}
    assert {(name, version) for name, version, _ in pins("spark") if name in names} <= platform


def test_setup_says_what_is_missing(tmp_path: Path) -> None:
    """Without a Python it names what it looked for and how to point it at one; no half-made environment stays."""
    checkout, path = tmp_path / "checkout", tmp_path / "bin"
    (checkout / "scripts").mkdir(parents=True)
    shutil.copy2(ROOT / "scripts/setup", checkout / "scripts/setup")
    path.mkdir()
    for name in ("bash", "cat", "cmp", "dirname", "env", "readlink"):
        (path / name).symlink_to(str(shutil.which(name)))
    command = [checkout / "scripts/setup"]
    done = subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no Python 3.11 or newer" in done.stderr
    assert "PYTHON=" in done.stderr
    assert not (checkout / ".venv").exists()
