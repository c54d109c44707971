"""The guard that makes CI fail when lakeFS, Spark or browser tests did not run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INI = "[pytest]\nmarkers =\n    lakefs: a server\n    spark: a JVM\n"
RUNS = "import pytest\n@pytest.mark.lakefs\ndef test_it(): pass\n"
SKIPS = "import pytest\n@pytest.mark.lakefs\ndef test_it(): pytest.skip('no server')\n"
XFAILS = "import pytest\n@pytest.mark.lakefs\n@pytest.mark.xfail\ndef test_it(): assert False\n"
SKIPS_WHOLE = "import pytest\npytest.skip('no server', allow_module_level=True)\n"
OTHER = "import pytest\n@pytest.mark.spark\ndef test_other(): pytest.skip('no JVM')\n"


def run(folder: Path, required: str, *options: str, **files: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the guard on files of its own."""
    (folder / "pytest.ini").write_text(INI)
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"PREFSTRATA_REQUIRE": required, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "tests._required", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")], ids=["one process", "two workers"])
class TestRequired:
    """The same in one process and under xdist, where the reports come from the workers."""

    def test_passes_when_required_tests_ran(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        """Tests of other markers may be skipped."""
        assert run(tmp_path, "lakefs", *options, runs=RUNS, other=OTHER).returncode == 0

    def test_fails_when_one_was_skipped(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        """One skipped test is enough, and it is named with its reason."""
        done = run(tmp_path, "lakefs", *options, runs=RUNS, skips=SKIPS)
        assert done.returncode == 1
        assert "test_skips.py::test_it (lakefs): " in done.stdout
        assert "no server" in done.stdout

    def test_fails_when_a_whole_file_was_skipped(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        """A skipped file may have held required tests."""
        done = run(tmp_path, "lakefs", *options, runs=RUNS, whole=SKIPS_WHOLE)
        assert done.returncode == 1
        assert "test_whole.py (the whole file)" in done.stdout

    def test_fails_when_there_was_none(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        """A marker nobody carries proves nothing."""
        done = run(tmp_path, "lakefs,spark", *options, runs=RUNS)
        assert done.returncode == 1
        assert "no test marked spark ran" in done.stdout

    def test_counts_an_expected_failure_as_run(self, tmp_path: Path, options: tuple[str, ...]) -> None:
        """An xfail ran, although pytest reports it beside the skips."""
        assert run(tmp_path, "lakefs", *options, xfails=XFAILS).returncode == 0


def test_an_unknown_marker_is_a_mistake(tmp_path: Path) -> None:
    """A typing error in CI must not switch the guard off."""
    done = run(tmp_path, "lakesf", runs=RUNS)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "lakesf: no such marker" in done.stderr


def test_without_the_variable_skips_are_fine(tmp_path: Path) -> None:
    """A developer's machine may lack anything."""
    assert run(tmp_path, "", skips=SKIPS).returncode == 0
