"""The command as tests use it: the real one, in a process of its own, on a small project of real files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefstrata.cli import main
from prefstrata.sources import KEY_VARIABLE

__all__ = ["Done", "command", "environment", "inside", "pairwise", "put"]

PROGRAM = Path(sys.executable).with_name("prefstrata")


@dataclass(frozen=True)
class Done:
    """What a call of the command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - any JSON
        """The one JSON document on stdout; anything beside it fails."""
        return json.loads(self.out)


def environment(**extra: str) -> dict[str, str]:
    """The environment of a call: nothing of the caller's project leaks in but the tests' key, as in this process."""
    kept = {
        name: value for name, value in os.environ.items() if name == KEY_VARIABLE or not name.startswith("PREFSTRATA_")
    }
    return {**kept, "COLUMNS": "120", **extra}


def command(*arguments: str | Path, cwd: Path | None = None, **extra: str) -> Done:
    """Run ``prefstrata`` with these arguments."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env=environment(**extra),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def inside(*arguments: str | Path, cwd: Path) -> Done:
    """The same in this process, for the many calls that need none of their own."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*map(str, arguments)])
    return Done(code, out.getvalue(), err.getvalue())


def pairwise(prompt: str, winner: str, loser: str, **meta: object) -> dict[str, object]:
    """A record of the named format seed-jsonl."""
    return {"type": "pairwise", "prompt": prompt, "winner": winner, "loser": loser, "meta": meta}


def put(project: Path, name: str, *records: dict[str, object]) -> Path:
    """Put a file of records into the inbox."""
    path = project / "inbox" / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path
