"""What was written is on the disk before anybody waits for it, and the file's owner notices nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import enumerate as threads
from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.engine._write_behind import WriteBehind

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list descriptors")


def _until(met: Callable[[], object]) -> bool:
    for _ in range(100):
        if met():
            return True
        time.sleep(0.05)
    return False


def _running() -> int:
    return sum(thread.name == "write-behind" for thread in threads())


def test_what_is_written_is_kept_and_what_is_not_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the file that was named, through the descriptor that is open, once for what was written."""
    kept: list[int] = []
    monkeypatch.setattr(os, "fdatasync", kept.append)
    with (tmp_path / "other").open("wb", buffering=0) as other, (tmp_path / "file").open("wb", buffering=0) as file:
        file.write(b"first")
        other.write(b"not asked for")
        behind = WriteBehind(tmp_path / "file")
        assert _until(lambda: kept)
        time.sleep(0.3)
        assert kept == [file.fileno()]
        file.write(b"second")
        assert _until(lambda: len(kept) > 1)
        behind.stop()
        file.write(b"third")
        time.sleep(0.3)
        assert kept == [file.fileno()] * 2


def test_it_ends_with_the_file(tmp_path: Path) -> None:
    """Nobody need stop it: a file that is closed is written no more."""
    before = _running()
    with (tmp_path / "file").open("wb"):
        WriteBehind(tmp_path / "file")
        assert _running() == before + 1
    assert _until(lambda: _running() == before)


def test_a_warehouse_keeps_its_lock_and_lets_go_when_it_is_closed(tmp_path: Path) -> None:
    """Another process is kept out while the file is looked after; an engine in memory has nothing to look after."""
    path, before = tmp_path / "warehouse.duckdb", _running()
    code = f"import duckdb; duckdb.connect({str(path)!r})"
    engine = DuckDBEngine(path, threads=1)
    with engine.connection() as connection:
        connection.execute("create table numbers as select range as number from range(200000)").fetchall()
    assert _running() == before + 1
    time.sleep(0.3)
    refused = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "lock" in refused.stderr
    engine.close()
    engine.close()
    assert _running() == before
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    DuckDBEngine(":memory:").close()
    assert _running() == before
