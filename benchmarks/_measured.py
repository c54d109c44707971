"""What is measured in a process of its own, and the files of votes it is measured on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.generate import write

__all__ = ["CACHE", "measured", "votes_file"]

CACHE = Path(".cache/benchmarks")


def votes_file(votes: int) -> Path:
    """The file of so many made-up votes; made once, 1.2 GB a million."""
    file = CACHE / f"votes-{votes}.jsonl"
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
            write(votes, stream)
        unfinished.rename(file)
    return file


def measured(part: str, folder: Path, file: Path, *options: str) -> dict[str, Any]:
    """What ``python -m benchmarks._child`` says of a part, in a process of its own.

    Raises:
        CalledProcessError: the process died.
    """
    command = [sys.executable, "-m", "benchmarks._child", part, str(folder), str(file), *options]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
