"""A real Label Studio on loopback, from its own package in an environment of its own (scripts/label-studio)."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LabelStudio", "label_studio"]

COMMAND = Path(__file__).resolve().parents[1] / ".cache" / "label-studio" / "bin" / "label-studio"
START_SECONDS = 180


@dataclass(frozen=True)
class LabelStudio:
    """A running server.

    Attributes:
        address: where it listens.
        token: what its API wants to see.
    """

    address: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Call the API; the answer, read as JSON."""
        return json.loads(self.raw(method, path, body))

    def raw(self, method: str, path: str, body: object = None) -> bytes:
        """Call the API; the answer as it comes."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)  # noqa: S310 - on loopback
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - on loopback
            return bytes(answer.read())


@contextmanager
def label_studio(folder: Path) -> Iterator[LabelStudio]:
    """Run a server that keeps everything below ``folder``; skips the test when there is none to run."""
    if not COMMAND.is_file():
        pytest.skip("there is no Label Studio: scripts/label-studio installs one (1 GB)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(20)
    log = folder / "label-studio.log"
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    options = {
        "--internal-host": "127.0.0.1",
        "--port": str(port),
        "--username": "lee@example.com",
        "--password": secrets.token_hex(16),
        "--user-token": token,
    }
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data"),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LATEST_VERSION_CHECK": "False",
        "COLLECT_ANALYTICS": "False",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    with log.open("wb") as said:
        server = subprocess.Popen(
            [COMMAND, "start", "--no-browser", *(part for option in options.items() for part in option)],
            env={**kept, **settings},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, address, log)
        yield LabelStudio(address, token)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310 - on loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(1)
    pytest.fail(f"Label Studio did not start:\n{log.read_text('utf-8', 'replace')[-4000:]}")
