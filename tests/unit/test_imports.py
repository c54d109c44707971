"""What importing the library costs, and what its wheel holds."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import prefstrata

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "numpy", "great_expectations", "openai", "dagster", "pyspark", "matplotlib", "sqlglot")
_PRIVATE = re.compile(r"\._(?!_)")
PARTS = sorted(module.name for module in pkgutil.iter_modules(prefstrata.__path__))
CODE = """
import importlib, pkgutil, sys
part = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(getattr(part, "__path__", []), sys.argv[1] + "."):
    # The translator to Spark's SQL is imported by the Spark engine when it runs something.
    if not module.name.endswith(("__main__", ".spark._splitting", ".spark._translate")):
        importlib.import_module(module.name)
print(*sorted(set(sys.argv[2:]) & set(sys.modules)))
"""


@pytest.mark.parametrize("part", PARTS)
def test_import_brings_in_nothing_heavy(part: str) -> None:
    """A trainer's image has neither these packages nor the seconds they take: no module of the library imports them."""
    command = [sys.executable, "-c", CODE, f"prefstrata.{part}", *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_import_of_the_package_is_instant() -> None:
    """``import prefstrata`` loads the version and nothing else, not even the library's own dependencies."""
    code = "import sys; before = set(sys.modules); import prefstrata; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["prefstrata", "prefstrata._version"]


@pytest.mark.parametrize("package", ["assets", "checks", "dagster_project"])
def test_dagster_uses_what_the_library_exports(package: str) -> None:
    """Whoever wires the library takes what its packages export, none of their private modules."""
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            private = [name for name in names if name.startswith("prefstrata.") and _PRIVATE.search(name)]
            assert not private, path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from this checkout without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_wheel_holds_the_library_alone(wheel: zipfile.ZipFile) -> None:
    """No top-level ``assets`` or ``checks`` lands in somebody's site-packages."""
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"prefstrata"}
    assert "prefstrata/py.typed" in wheel.namelist()


@pytest.mark.parametrize(("folder", "pattern"), [("sql", "*.sql"), ("policies", "*.yaml")])
def test_wheel_carries_the_data(wheel: zipfile.ZipFile, folder: str, pattern: str) -> None:
    """Every SQL file and every policy is package data, at the place the library looks."""
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern)}
    assert here
    assert {f"prefstrata/_data/{path}" for path in here} <= set(wheel.namelist())


def test_wheel_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    """The licence travels with the code, in full."""
    text = next(name for name in wheel.namelist() if name.endswith("/licenses/LICENSE"))
    assert b"Apache License" in wheel.read(text)
    assert b"END OF TERMS AND CONDITIONS" in wheel.read(text)
