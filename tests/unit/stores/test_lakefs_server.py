"""``scripts/lakefs-server``: a private server on loopback that comes and goes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests._lakefs import SCRIPT, start_server

if TYPE_CHECKING:
    from pathlib import Path


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.lakefs
def test_a_server_starts_once_and_keeps_its_secrets_to_itself(tmp_path: Path) -> None:
    """Starting again answers with the same server; its files are the owner's; after a stop it keeps its credentials."""
    folder = tmp_path / "server"
    server = start_server(folder)
    try:
        again = script("start", "--dir", str(folder))
        assert json.loads(again.stdout)["pid"] == server.pid
        assert server.endpoint.startswith("http://127.0.0.1:")
        assert script("status", "--dir", str(folder)).returncode == 0
        for name in ("server.json", "credentials.json"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert server.secret_access_key not in (folder / "server.log").read_text()
    finally:
        assert script("stop", "--dir", str(folder)).stdout == "stopped\n"
    assert script("status", "--dir", str(folder)).returncode == 1
    assert script("stop", "--dir", str(folder)).stdout == "was not running\n"
    revived = start_server(folder)
    revived.stop()
    assert revived.secret_access_key == server.secret_access_key


def test_a_pid_that_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A stale server.json may name a process that is not the server any more: it is not signalled."""
    (tmp_path / "server.json").write_text(json.dumps({"pid": os.getpid(), "endpoint": "http://127.0.0.1:1"}))
    assert script("status", "--dir", str(tmp_path)).returncode == 1
    assert script("stop", "--dir", str(tmp_path)).stdout == "was not running\n"
