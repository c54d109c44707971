"""Without Java or pyspark a project on Spark says what to install, and nothing else in it needs either."""

from __future__ import annotations

import json
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
import json, sys
sys.modules.update(dict.fromkeys(sys.argv[1].split(",")))
from prefstrata.cli import main
for words in json.loads(sys.argv[3]):
    if code := main(["--project", sys.argv[2], *words]):
        sys.exit(code)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with ``engine: spark`` and a file to read."""
    assert inside("init", tmp_path / "project", cwd=tmp_path).code == 0
    folder = tmp_path / "project"
    _on("spark", folder)
    put(folder, "a.jsonl", pairwise("Is it open?", "Yes, until eight.", "No."))
    return folder


def _on(engine: str, folder: Path) -> None:
    config = folder / PROJECT_FILE
    document = {**yaml.safe_load(config.read_text("utf-8")), "engine": engine}
    config.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def _without(modules: str, project: Path, *calls: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    """Calls of the command in one process that lacks some modules, up to the first that fails."""
    program = [sys.executable, "-c", _WITHOUT, modules, str(project), json.dumps(calls)]
    return subprocess.run(
        program, env=environment(**env), cwd=project, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("module", ["pyspark", "sqlglot"])
def test_a_missing_package_is_named_with_what_to_install(project: Path, module: str) -> None:
    """Exit code 2, the extra to install, and no traceback."""
    done = _without(module, project, ["run"])
    assert done.returncode == 2, done.stderr
    assert module in done.stderr
    assert "prefstrata[spark]" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_java_is_named_with_what_to_install(project: Path, tmp_path: Path) -> None:
    """The same when pyspark is there and Java is not: Spark's own start script is never run."""
    pytest.importorskip("pyspark")
    empty = tmp_path / "empty"
    empty.mkdir()
    done = _without("nothing", project, ["run"], PATH=str(empty), JAVA_HOME="")
    assert done.returncode == 2, done.stderr
    assert "needs Java" in done.stderr
    assert "Java runtime, 17 or later" in done.stderr


def test_nothing_else_needs_them(project: Path, tmp_path: Path) -> None:
    """On DuckDB a project runs to a release without them; on Spark that release is still looked at and handed out."""
    gone, nothing = "pyspark,py4j,sqlglot", {"PATH": str(tmp_path), "JAVA_HOME": ""}
    _on("duckdb", project)
    done = _without(gone, project, ["run"], **nothing)
    assert done.returncode == 0, done.stderr
    _on("spark", project)
    looks = [["log"], ["show", "v1"], ["verify"], ["policy", "lint"]]
    handed = ["checkout", "weak", "--for", "jsonl", "--out", str(tmp_path / "out")]
    done = _without(gone, project, *looks, handed, **nothing)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "pairs.jsonl").read_text("utf-8").count("\n") == 1
    assert _without(gone, project, ["run"], **nothing).returncode == 2
    amiss = _without(gone, project, ["doctor"], **nothing)
    assert amiss.returncode == 2
    assert "NO  engine: " in amiss.stdout
    assert "prefstrata[spark]" in amiss.stdout
