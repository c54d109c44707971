"""The server as a process of its own, for as long as a block runs."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tools.judge_server._settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["JudgeServer"]


class JudgeServer:
    """A running server.

    Attributes:
        base_url: what a client is given.

    Args:
        settings: what it does.
        truth: a Parquet file of known qualities (response, dimension, quality).
        replay: a file of recorded answers.
    """

    def __init__(
        self, settings: Settings | None = None, *, truth: Path | None = None, replay: Path | None = None
    ) -> None:
        """Remember what to start."""
        given = (settings or Settings()).model_dump_json()
        command = [sys.executable, "-m", "tools.judge_server", "--settings", given]
        command += ["--truth", str(truth.resolve())] if truth else []
        self._command = [*command, *(["--replay", str(replay.resolve())] if replay else [])]
        self._process: subprocess.Popen[str] | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        """Start it, and wait until it listens."""
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=root)
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"the judge server did not start: exit code {self._process.wait()}")
        self.base_url = f"http://127.0.0.1:{json.loads(line)['port']}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            if self._process.stdout:
                self._process.stdout.close()

    def ledger(self) -> dict[str, Any]:
        """What it was asked and what of it is paid."""
        return self._ask("ledger")

    def paid(self) -> dict[str, int]:
        """How often each request was paid, by the name that its client gave it."""
        return self._ask("paid")

    def last(self) -> dict[str, str]:
        """The last body that was posted, by path."""
        return self._ask("last")

    def set(self, **changed: object) -> None:
        """Change settings while it runs."""
        self._ask("settings", changed)

    def reset(self) -> None:
        """Forget everything but the settings."""
        self._ask("reset")

    def _ask(self, what: str, body: object = None) -> dict[str, Any]:
        url = f"{self.base_url.removesuffix('/v1')}/_test/{what}"
        asked = urllib.request.Request(url, json.dumps(body).encode(), method="POST")  # noqa: S310 - loopback
        with urllib.request.urlopen(asked, timeout=30) as reply:  # noqa: S310 - loopback
            document: dict[str, Any] = json.load(reply)
        return document
