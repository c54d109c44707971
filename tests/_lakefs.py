"""A real lakeFS server for tests, run by ``scripts/lakefs-server``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

__all__ = ["Server", "start_server"]

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "lakefs-server"


@dataclass
class Server:
    """A running server: where it keeps everything, where it listens, and who may use it."""

    folder: Path
    pid: int
    endpoint: str
    access_key_id: str
    secret_access_key: str = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The credentials as ``open_store`` reads them."""
        return {
            "PREFSTRATA_LAKEFS_ACCESS_KEY_ID": self.access_key_id,
            "PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY": self.secret_access_key,
        }

    def kill(self) -> None:
        """Kill the server as a crash would."""
        os.kill(self.pid, signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on the same folders and the same port."""
        self.pid = start_server(self.folder, port=int(self.endpoint.rpartition(":")[2])).pid

    def stop(self) -> None:
        """Stop it."""
        _script("stop", "--dir", str(self.folder))


def start_server(folder: Path, port: int | None = None) -> Server:
    """Start a server, or skip the test and say why there is none."""
    if not (shutil.which("lakefs") or shutil.which("go")) and _script("build").returncode:
        pytest.skip("no lakefs binary on PATH or in the cache, and no Go to build one")
    done = _script("start", "--dir", str(folder), *(["--port", str(port)] if port else []))
    if done.returncode:
        raise RuntimeError(f"scripts/lakefs-server start failed: {done.stderr}")
    return Server(folder, **json.loads(done.stdout))


def _script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
