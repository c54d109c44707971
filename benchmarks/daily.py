"""How much of a dataset a daily release uploads: ``python -m benchmarks.daily [--votes N] [--store lakefs]``.

A history of so many days is released, then one more day of votes after the other, about one in a hundred of what is
there. Printed is the share of the bytes of each release that its store did not have and took in, for each ``refit``
that a policy may ask for; and the processor time of its run, as a share of the first one's. Of the votes on a pair most
come on its day and some on the next; ``--old`` more a day are on pairs of any age, each of which rewrites the file that
its pair lies in.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.generate import lines
from prefstrata.model.resources import data_directory
from prefstrata.pipeline import run as run_pipeline
from prefstrata.project import PROJECT_FILE, open_project_store, read_project
from prefstrata.releases import read_manifest
from prefstrata.releases.gates import Approval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prefstrata.project import Project

_CACHE = Path(".cache/benchmarks/daily")
_FIRST = date(2026, 6, 1)
_NEXT_DAY = 0.1
"""Share of the votes that come a day after their pair's first."""
_TARGET = 0.05
_TIME = 0.10
"""Of the processor time of the first run."""


class _Day(NamedTuple):
    """A release: its records' change, and what went over to the store."""

    votes: int
    added: float
    files: int
    uploaded: int
    whole: int
    kept: bool
    seconds: float
    cpu: float


def main() -> int:
    """Measure and print; returns 0 when all daily releases with a kept fit upload and take what they may, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=100_000, help="of all days together")
    parser.add_argument("--days", type=int, default=100, help="of the history that is released first")
    parser.add_argument("--releases", type=int, default=5, help="daily releases after it")
    parser.add_argument("--old", type=int, nargs="*", default=[0], help="votes a day on pairs of any age")
    parser.add_argument("--refit", nargs="*", default=["on-drift", "every-run"])
    parser.add_argument("--store", choices=["local", "lakefs"], default="local")
    options = parser.parse_args()
    console, kept, quick = Console(width=120), True, True
    for refit in options.refit:
        for old in options.old:
            days = list(_measure(options, refit, old))
            console.print(_table(days, f"{options.store}, refit: {refit}, {old} votes a day on pairs of any age"))
            shutil.rmtree(_CACHE)
            if refit != "every-run" and not old:
                kept &= all(day.uploaded <= _TARGET * day.whole for day in days[1:])
                quick &= all(day.cpu <= _TIME * days[0].cpu for day in days[1:])
    console.print(f"uploads of at most {_TARGET:.0%}: {'held' if kept else 'MISSED'}")
    console.print(f"runs of at most {_TIME:.0%} of the first one's processor time: {'held' if quick else 'MISSED'}")
    return 0 if kept and quick else 1


def _measure(options: argparse.Namespace, refit: str, old: int) -> Iterator[_Day]:
    shutil.rmtree(_CACHE, ignore_errors=True)
    (_CACHE / "inbox").mkdir(parents=True)
    batches = _batches(options.votes, options.days, options.releases, old)
    with _store(options.store) as store:
        project = _project(refit, store)
        before = 0
        for number in range(options.releases + 1):
            of_day = batches[number]
            (_CACHE / "inbox" / f"{number:03d}.jsonl").write_text("".join(of_day), "utf-8")
            began, processor = time.perf_counter(), time.process_time()
            made = run_pipeline(project, approval=Approval("a benchmark", "the benchmark"))
            took, used = time.perf_counter() - began, time.process_time() - processor
            content = _manifest(project)
            manifest = json.loads(content)
            records = sum(layer["records"] for layer in manifest["layers"].values())
            outcome = made.outcome
            files = manifest["files"]
            yield _Day(
                votes=len(of_day),
                added=(records - before) / records,
                files=len(files),
                uploaded=outcome.uploaded_bytes + len(content),
                whole=sum(file["bytes"] for file in files) + len(content),
                kept=bool(manifest["fit"]["kept"]),
                seconds=took,
                cpu=used,
            )
            before = records


def _batches(votes: int, days: int, releases: int, old: int) -> Mapping[int, Sequence[str]]:
    """The lines of the history, and of each day after it, with the day on which they were decided."""
    held: dict[int, list[str]] = defaultdict(list)
    whole = days + releases
    for number, line in enumerate(islice(lines(), votes)):
        prompt = line[: line.index('"winner"')]
        day = int(_unit(f"prompt {prompt}") * whole)
        if _unit(f"lag {number}") < _NEXT_DAY:
            day = min(day + 1, whole - 1)
        if day < days and _unit(f"old {number}") * votes < old * releases:
            day = days + int(_unit(f"until {number}") * releases)
        at = (_FIRST + timedelta(days=day)).isoformat()
        held[max(0, day - days + 1)].append(f'{line[:-3]}, "decided_at": "{at} 12:00:00"}}}}\n')
    return held


def _unit(name: str) -> float:
    """A lot from 0 to 1 that is the same on every machine."""
    return int.from_bytes(sha256(name.encode()).digest()[:6]) / 2**48


def _project(refit: str, store: dict[str, str]) -> Project:
    """A project as ``prefstrata init`` makes it, with the policy's ``refit``."""
    general = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    (_CACHE / "own.yaml").write_text(yaml.safe_dump({**general, "refit": refit}, sort_keys=False), "utf-8")
    source = {
        "name": "votes",
        "mode": "offline",
        "supervisor": "crowd",
        "path": "inbox/*.jsonl",
        "format": "seed-jsonl",
    }
    config = {"name": "daily", "policies": ["./own.yaml", "high-risk"], "sources": [source], "store": store}
    (_CACHE / PROJECT_FILE).write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return read_project(_CACHE)


@contextmanager
def _store(kind: str) -> Iterator[dict[str, str]]:
    """The store's configuration; a lakeFS server of its own runs meanwhile."""
    if kind == "local":
        yield {"kind": "local", "path": "releases"}
        return
    script, folder = str(Path("scripts/lakefs-server").resolve()), str((_CACHE / "server").resolve())
    started = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, script, "start", "--dir", folder], check=True, stdout=subprocess.PIPE, text=True
    )
    server = json.loads(started.stdout)
    os.environ["PREFSTRATA_LAKEFS_ACCESS_KEY_ID"] = server["access_key_id"]
    os.environ["PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY"] = server["secret_access_key"]
    try:
        yield {"kind": "lakefs", "endpoint": server["endpoint"], "repository": "daily"}
    finally:
        subprocess.run([sys.executable, script, "stop", "--dir", folder], check=True)  # noqa: S603 - our own script


def _manifest(project: Project) -> bytes:
    with open_project_store(project) as store:
        return read_manifest(store, store.resolve("latest"))


def _table(days: Sequence[_Day], title: str) -> Table:
    table = Table("release", title=title, title_justify="left")
    for heading in ("votes", "new records", "files", "MB", "MB uploaded", "share", "fit", "seconds", "CPU s", "of v1"):
        table.add_column(heading, justify="right")
    for number, day in enumerate(days):
        table.add_row(
            f"v{number + 1}",
            f"{day.votes:,}",
            f"{day.added:.2%}",
            f"{day.files:,}",
            f"{day.whole / 1e6:.2f}",
            f"{day.uploaded / 1e6:.2f}",
            f"{day.uploaded / day.whole:.2%}",
            "kept" if day.kept else "new",
            f"{day.seconds:.1f}",
            f"{day.cpu:.1f}",
            f"{day.cpu / days[0].cpu:.0%}",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
