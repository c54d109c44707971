"""One measured part in a process of its own: ``python -m benchmarks._child PART FOLDER FILE`` prints a JSON document.

A process each, because peak memory is a process's, and what one part left in memory would flatter or burden the next.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from benchmarks._watch import Watch
from prefstrata.model import PrefstrataError
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


def run(folder: Path, file: Path, memory_limit: str | None = None, *, tell: bool = False) -> dict[str, object]:
    """The whole pipeline over the file: the first time to a published release, the second time to nothing new.

    A run that cannot be finished says so under ``failed``, with what it was doing.
    """
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    engine = f"engine: {{memory_limit: {memory_limit}}}\n" if memory_limit else ""
    (folder / PROJECT_FILE).write_text(_PROJECT + engine, "utf-8")
    link = inbox / file.name
    if not link.exists():
        link.symlink_to(file.resolve())
    project = read_project(folder)
    warehouse = project.warehouse_path
    found: dict[str, object] = {}
    began, processor = time.perf_counter(), time.process_time()
    with Watch(warehouse.with_name(f"{warehouse.name}.tmp"), tell=tell) as watch:
        try:
            summary = run_pipeline(project, progress=watch)
        except PrefstrataError as error:
            found["failed"] = f"{watch.step}: {error}"
        else:
            found |= {
                "status": summary.outcome.status.value,
                "rows": dict(summary.rows),
                "uploaded": summary.outcome.uploaded_bytes,
            }
    return {
        **found,
        **watch.found(),
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - processor,
        "warehouse": warehouse.stat().st_size,
        "releases": sum(each.stat().st_size for each in (folder / "releases").rglob("*") if each.is_file()),
    }


def main() -> None:
    """Measure the part the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["bare", "run"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--memory-limit")
    parser.add_argument("--tell", action="store_true", help="every step, on standard error")
    given = parser.parse_args()
    found: dict[str, object]
    if given.part == "bare":
        found = dict(bare(given.folder, given.file))
    else:
        found = run(given.folder, given.file, given.memory_limit, tell=given.tell)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    sys.stdout.write(json.dumps({**found, "peak_gib": peak}) + "\n")


if __name__ == "__main__":
    main()
