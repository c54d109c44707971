"""The run lock: one run at a time, told and freed properly."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from prefstrata.model import UnreachableError
from prefstrata.pipeline._lock import run_lock
from tests._mounts import mounted

if TYPE_CHECKING:
    from pathlib import Path

_HOLD = """
import sys, time
from pathlib import Path
from prefstrata.pipeline._lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a process and its lock file
    """Another process that holds the lock."""
    lock = tmp_path / "run.lock"
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(lock)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process, lock
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_told_who_has_the_project(holder: tuple[subprocess.Popen[str], Path]) -> None:
    """It ends with exit code 4 and the pid to look for."""
    process, lock = holder
    with pytest.raises(UnreachableError, match=f"pid {process.pid}"), run_lock(lock):
        pass


def test_a_killed_holder_lets_go(holder: tuple[subprocess.Popen[str], Path]) -> None:
    """SIGKILL leaves no stale lock; a waiting run gets it, and was told once that it waits."""
    process, lock = holder
    told: list[str] = []

    def listen(text: str) -> None:
        told.append(text)
        process.send_signal(signal.SIGKILL)

    with run_lock(lock, wait=20, waiting=listen):
        assert "pid" in lock.read_text("utf-8")
    assert len(told) == 1


def test_the_lock_is_free_after_the_block(tmp_path: Path) -> None:
    """Two runs one after the other do not meet."""
    for _ in range(2):
        with run_lock(tmp_path / "run.lock"):
            pass


_REFUSED = """
import sys
from pathlib import Path
from prefstrata.model import ConfigError
from prefstrata.pipeline._lock import run_lock
try:
    with run_lock(Path(sys.argv[1])):
        print("held")
except ConfigError as error:
    print(error.exit_code, error.what, error.todo)
"""


@pytest.mark.parametrize("name", ["run.lock", "warehouse/run.lock"])
def test_a_project_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    """Whoever only reads takes no lock; whoever writes is told what to do."""
    setup = f"mount --bind '{tmp_path}' '{tmp_path}'; mount -o remount,bind,ro '{tmp_path}'"
    done = mounted(setup, sys.executable, "-c", _REFUSED, str(tmp_path / name))
    assert done.stdout.startswith("2 the project can be read here, but not written"), done.stderr
    assert "run the command where the project folder can be written" in done.stdout
