"""Why a command could not do it is in its exit code: a gate, somebody else, an interrupt."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests._command import PROGRAM, command, environment, inside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_blocked_gate_is_code_3(project: Path) -> None:
    """A check that finds bad rows stops the run before anything is published, and names the first of them."""
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb") as warehouse:
        warehouse.execute("update ledger.batches set accepted = accepted + 1, rows = rows + 1")
    done = inside("run", cwd=project)
    assert done.code == 3
    assert "nothing_is_lost" in done.err
    assert len(inside("log", "--json", cwd=project).document) == 2


def test_another_run_is_code_4(project: Path) -> None:
    """A second run does not start beside the first: it says who has the project."""
    with (project / "warehouse" / "run.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = inside("run", cwd=project)
    assert done.code == 4
    assert "another run has this project" in done.err
    assert inside("run", cwd=project).code == 0


def test_a_busy_warehouse_is_code_4(project: Path) -> None:
    """A warehouse that a run has open cannot be asked; the error names the process."""
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb"):
        done = command("sql", "from ledger.batches", cwd=project)
    assert done.code == 4
    assert f"pid {os.getpid()}" in done.err


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_code_4(project: Path) -> None:
    """Every retry is told on stderr, none of it on stdout."""
    path = project / "prefstrata.yaml"
    server = "  kind: lakefs\n  endpoint: http://127.0.0.1:9\n  repository: nothing\n"
    path.write_text(path.read_text("utf-8").replace("  kind: local\n  path: releases\n", server), encoding="utf-8")
    keys = {"PREFSTRATA_LAKEFS_ACCESS_KEY_ID": "x", "PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY": "y"}
    done = command("log", "--json", cwd=project, **keys)
    assert done.code == 4
    assert done.document["error"]["exit_code"] == 4
    assert "trying again" in done.err


def test_doctor_ends_with_the_code_of_what_is_amiss(project: Path, tmp_path: Path) -> None:
    """A sound project is 0, no project is 2, a warehouse in use is 4; each line says what to do."""
    sound = inside("doctor", cwd=project)
    assert sound.code == 0
    assert re.search(r"^OK  store: .*2 releases$", sound.out, re.MULTILINE)
    assert "OK  engine: duckdb, a thread on each core, 2300MB of memory\n" in sound.out
    nowhere = inside("doctor", "--json", cwd=tmp_path)
    assert (nowhere.code, nowhere.document["ok"]) == (2, False)
    (wrong,) = (check for check in nowhere.document["checks"] if check["ok"] is False)
    assert (wrong["what"], "init" in wrong["todo"]) == ("project", True)
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb"):
        assert command("doctor", cwd=project).code == 4


def test_an_interrupted_run_ends_cleanly(project: Path) -> None:
    """Ctrl-C is 130, one line, no traceback, and the next run works."""
    with (project / "warehouse" / "run.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call = subprocess.Popen(
            [PROGRAM, "run", "--wait", "60"],
            cwd=project,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(3)
        call.send_signal(signal.SIGINT)
        out, err = call.communicate(timeout=30)
    assert (call.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert "interrupted" in err
    assert inside("run", cwd=project).code == 0


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("call", [["show"], ["log", "--json"]], ids=" ".join)
def test_a_closed_pipe_is_quiet(call: list[str], project: Path, closed_pipe: int) -> None:
    """``prefstrata show | head`` says nothing about the pipe."""
    done = subprocess.run(
        [PROGRAM, *call],
        cwd=project,
        env=environment(),
        stdout=closed_pipe,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (141, b"")
