"""One measured part in a process of its own: ``python -m benchmarks._child PART FOLDER FILE`` prints a JSON document.

A process each, because peak memory is a process's, and what one part left in memory would flatter or burden the next.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from prefstrata.pipeline import run as run_pipeline
from prefstrata.project import PROJECT_FILE, read_project

_PROJECT = """\
name: benchmark
policies: [general, high-risk]
sources:
  - name: votes
    mode: offline
    supervisor: crowd
    path: inbox/*.jsonl
    format: seed-jsonl
"""

_COLUMNS = (
    "{type: 'varchar', prompt: 'varchar', winner: 'varchar', loser: 'varchar', meta: 'struct(task varchar, "
    "scenario varchar, risk_level varchar, rater varchar, dims varchar[], source varchar)'}"
)


def bare(folder: Path, file: Path) -> dict[str, float]:
    """DuckDB's own typed read of the file into a table, and a zstd Parquet file written from it."""
    with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as connection:
        began = time.perf_counter()
        connection.execute(
            f"create table votes as"  # noqa: S608 - our own columns
            f" select * from read_json($file, format = 'newline_delimited', columns = {_COLUMNS})",
            {"file": str(file)},
        ).fetchall()
        read = time.perf_counter() - began
        connection.execute(
            "copy votes to $out (format parquet, compression zstd)", {"out": str(folder / "bare.parquet")}
        ).fetchall()
        return {"read": read, "seconds": time.perf_counter() - began}


def run(folder: Path, file: Path) -> dict[str, object]:
    """The whole pipeline over the file: the first time to a published release, the second time to nothing new."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (folder / PROJECT_FILE).write_text(_PROJECT, "utf-8")
    link = inbox / file.name
    if not link.exists():
        link.symlink_to(file.resolve())
    began = time.perf_counter()
    summary = run_pipeline(read_project(folder))
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "status": summary.outcome.status.value,
        "stages": dict(summary.seconds),
        "rows": dict(summary.rows),
        "uploaded": summary.outcome.uploaded_bytes,
    }


def main() -> None:
    """Measure the part the command line names."""
    part, folder, file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    found = {"bare": bare, "run": run}[part](folder, file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    sys.stdout.write(json.dumps({**found, "peak_gib": peak}) + "\n")


if __name__ == "__main__":
    main()
