"""Without Java or pyspark a project on Spark says what to install, and nothing else in it needs either."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from prefstrata.project import PROJECT_FILE
from tests._command import environment, inside, pairwise, put

if TYPE_CHECKING:
    from pathlib import Path

_WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from prefstrata.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with ``engine: spark`` and a file to read."""
    assert inside("init", tmp_path / "project", cwd=tmp_path).code == 0
    folder = tmp_path / "project"
    config = folder / PROJECT_FILE
    document = {**yaml.safe_load(config.read_text("utf-8")), "engine": "spark"}
    config.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    put(folder, "a.jsonl", pairwise("Is it open?", "Yes, until eight.", "No."))
    return folder


def _without(module: str, project: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", _WITHOUT, module, "--project", str(project), *words]
    return subprocess.run(
        call, env=environment(**env), cwd=project, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("module", ["pyspark", "sqlglot"])
def test_a_missing_package_is_named_with_what_to_install(project: Path, module: str) -> None:
    """Exit code 2, the extra to install, and no traceback."""
    done = _without(module, project, "run")
    assert done.returncode == 2, done.stderr
    assert module in done.stderr
    assert "prefstrata[spark]" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_java_is_named_with_what_to_install(project: Path, tmp_path: Path) -> None:
    """The same when pyspark is there and Java is not: Spark's own start script is never run."""
    pytest.importorskip("pyspark")
    empty = tmp_path / "empty"
    empty.mkdir()
    done = _without("nothing", project, "run", PATH=str(empty), JAVA_HOME="")
    assert done.returncode == 2, done.stderr
    assert "needs Java" in done.stderr
    assert "Java runtime, 17 or later" in done.stderr


def test_nothing_else_needs_them(project: Path, tmp_path: Path) -> None:
    """Policies are looked at and releases listed without Spark."""
    for words in (("policy", "lint"), ("log",)):
        done = _without("pyspark", project, *words, PATH=str(tmp_path), JAVA_HOME="")
        assert done.returncode == 0, (words, done.stderr)
