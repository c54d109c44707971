"""One project on DuckDB and on Spark, with workers and drivers killed on the way: is the release the same?

``python -m benchmarks.spark [--prompts N] [--project DIR] [--cluster] [--kills N]``. Without ``--cluster`` Spark runs
in the driver, on two cores. With it a master and two workers are started on loopback, and one worker is killed with
SIGKILL while the rater model is fitted. With ``--kills`` runs are killed at random moments, each on what the last one
left, and then one runs to the end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from examples.generator import generate
from prefstrata.pipeline import open_project_store
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import read_manifest, verify_releases

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[1]
_OPTIONS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.memory": "1500m",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
}
_RUN = [sys.executable, "-m", "prefstrata", "--quiet", "run"]


def main() -> int:
    """Run what is asked for; 0 when every release is the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=30, help="size of the made-up project")
    parser.add_argument("--project", type=Path, help="a project of your own, copied; instead of the made-up one")
    parser.add_argument("--cluster", action="store_true", help="on a master and two workers, one of them killed")
    parser.add_argument("--kills", type=int, default=0, help="how often the driver is killed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="prefstrata-spark-") as folder:
        base = Path(folder)
        _source(base / "source", options.project, options.prompts)
        one = _timed("DuckDB", base, "duckdb", {"kind": "duckdb"})
        if options.cluster:
            with _cluster(base) as (master, workers):
                engine = {"kind": "spark", "master": master, "options": _OPTIONS}
                other = _timed("Spark, one of two workers killed", base, "spark", engine, killed=workers[0])
        else:
            engine = {"kind": "spark", "master": "local[2]", "options": _OPTIONS}
            other = _timed("Spark, local[2]", base, "spark", engine, kills=options.kills, seed=options.seed)
    return _compared(one, other)


def _source(folder: Path, project: Path | None, prompts: int) -> None:
    if project is None:
        generate(folder, prompts=prompts)
    else:
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns("warehouse", "releases", "drafts", ".*"))


def _timed(  # noqa: PLR0913 - what runs, where, and what befalls it
    label: str,
    base: Path,
    name: str,
    engine: dict[str, Any],
    *,
    killed: subprocess.Popen[bytes] | None = None,
    kills: int = 0,
    seed: int = 1,
) -> dict[str, Any]:
    """Run a copy of the project to a release; its manifest."""
    folder = base / name
    shutil.copytree(base / "source", folder)
    file = folder / PROJECT_FILE
    document = {**yaml.safe_load(file.read_text("utf-8")), "engine": engine}
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    began, spent = time.monotonic(), os.times()
    if kills:
        _kill_often(folder, kills, seed)
    with subprocess.Popen(_RUN, cwd=folder, env=_environment()) as run:  # noqa: S603 - our own command
        if killed:
            _kill_once_building(folder, run, killed)
        if run.wait():
            raise SystemExit(f"{label}: the run ended with {run.returncode}")
    now = os.times()
    cpu = now.children_user + now.children_system - spent.children_user - spent.children_system
    print(f"{label}: {time.monotonic() - began:.0f} s, {cpu:.0f} s of CPU in the driver and below it", flush=True)  # noqa: T201
    project = read_project(folder)
    with open_project_store(project) as store:
        verify_releases(store)
        manifest: dict[str, Any] = json.loads(read_manifest(store, store.resolve("latest")))
    return manifest


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}


def _kill_once_building(folder: Path, run: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]) -> None:
    """Wait until the rater model is fitted, in the middle of the run, and kill the worker with all it started."""
    scratch = folder / "warehouse" / "spark" / "scratch" / "fit.spoken"
    while run.poll() is None and not scratch.exists():
        time.sleep(0.2)
    os.killpg(worker.pid, signal.SIGKILL)
    print(f"killed worker {worker.pid}; the run goes on: {run.poll() is None}", flush=True)  # noqa: T201


def _kill_often(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    longest = 60.0
    for number in range(1, kills + 1):
        with subprocess.Popen(_RUN, cwd=folder, env=_environment(), start_new_session=True) as run:  # noqa: S603
            after = chance.uniform(3, longest)
            try:
                run.wait(after)
                print(f"kill {number}: the run had ended by itself with {run.returncode}", flush=True)  # noqa: T201
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                built = len(list((folder / "warehouse" / "spark" / "data").glob("*")))
                print(f"kill {number}: after {after:.0f} s, {built} tables with rows", flush=True)  # noqa: T201
        # Later kills come later, so that each part of a run is met.
        longest *= 1.1


@contextmanager
def _cluster(base: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A master and two workers of one core each on loopback; the address of the one and the processes of the others."""
    port = _free_port()
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        program = shutil.which("spark-class", path=str(Path(sys.executable).parent)) or "spark-class"
        log = (base / f"{len(started)}.log").open("wb")
        each = subprocess.Popen(  # noqa: S603 - Spark's own
            [program, *words], env=_environment(), stdout=log, stderr=log, start_new_session=True, cwd=base
        )
        started.append(each)
        return each

    try:
        start("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        master = f"spark://127.0.0.1:{port}"
        _until_open(port)
        worker = ("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g")
        workers = [start(*worker, "--webui-port", "0", "--work-dir", str(base / f"work-{n}"), master) for n in (1, 2)]
        yield master, workers
    finally:
        for each in started:
            if each.poll() is None:
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _until_open(port: int) -> None:
    for _ in range(300):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the master did not start")


def _compared(one: dict[str, Any], other: dict[str, Any]) -> int:
    hashes = [{file["path"]: file["sha256"] for file in manifest["files"]} for manifest in (one, other)]
    unlike = sorted(path for path in hashes[0].keys() | hashes[1].keys() if hashes[0].get(path) != hashes[1].get(path))
    same = one == other
    print(f"releases {one['release_id']} and {other['release_id']}")  # noqa: T201
    print(f"{len(hashes[0])} files, {len(unlike)} of them differ", *unlike)  # noqa: T201
    if not same and not unlike:
        print("the manifests differ in", *sorted(name for name in one if one[name] != other.get(name)))  # noqa: T201
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
