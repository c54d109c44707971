"""A run in a process of its own, watched and timed, to a release that is read back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from prefstrata.pipeline import open_project_store
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import read_manifest, verify_releases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.spark._cluster import Worker

__all__ = ["OPTIONS", "Processor", "copied", "environment", "latest", "released", "say", "spark_home", "started"]

_ROOT = Path(__file__).parents[2]
_ONCE = {
    # What few rows need: one piece of everything, and no code compiled for statements that run once.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.driver.memory": "1500m",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
_SOME = {
    # Ten thousands of rows are worth compiling for. With its first compiler alone Java keeps room for a fifth of the
    # code, which that of five hundred statements may fill.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC",
}
OPTIONS: dict[str, dict[str, str]] = {"made": _ONCE, "demo": _SOME, "slices": _SOME}
"""Spark's settings for each project."""
_COPIED = shutil.ignore_patterns("warehouse", "releases", "drafts", PROJECT_FILE)


def say(text: str) -> None:
    """Print a line now, whoever reads."""
    print(text, flush=True)  # noqa: T201 - what a benchmark is for


def released(  # noqa: PLR0913 - what runs, where, and what befalls it
    label: str,
    base: Path,
    name: str,
    engine: dict[str, Any],
    *,
    short: bool = False,
    killed: Worker | None = None,
) -> dict[str, Any]:
    """Run a copy of the project to its release; the manifest.

    The demo has a second release, with the verdicts of its judges. They are asked once, on DuckDB: what they said and
    when is then a file like any other.
    """
    folder = copied(base, name, engine)
    began, processor = time.monotonic(), Processor()
    _ended(label, folder, ["run"], processor, short=short, killed=killed)
    if read_project(folder).judges is not None:
        _judged(label, base, folder, processor, short=short)
    say(f"{label}: {time.monotonic() - began:.0f} s, {processor.seconds:.0f} s of CPU in the driver and below it")
    return latest(folder)


def copied(base: Path, name: str, engine: dict[str, Any]) -> Path:
    """A fresh copy of the project in ``source``, on an engine."""
    folder = base / name
    shutil.copytree(base / "source", folder)
    file = folder / PROJECT_FILE
    document = {**yaml.safe_load(file.read_text("utf-8")), "engine": engine}
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return folder


def latest(folder: Path) -> dict[str, Any]:
    """The manifest of the newest release, after every byte of every release was read back."""
    with open_project_store(read_project(folder)) as store:
        verify_releases(store)
        manifest: dict[str, Any] = json.loads(read_manifest(store, store.resolve("latest")))
    return manifest


def _judged(label: str, base: Path, folder: Path, processor: Processor, *, short: bool) -> None:
    if read_project(folder).engine.kind == "duckdb":
        from examples.judging import endpoint  # noqa: PLC0415 - only the demo has judges

        with endpoint(read_project(folder)) as server:
            for word in ("plan", "run"):
                _ended(label, folder, ["judge", word], Processor(), address=server.base_url)
    else:
        shutil.copytree(base / "duckdb", folder, ignore=_COPIED, dirs_exist_ok=True)
        # The report says what each judge has cost: the journal does, which is kept beside the warehouse.
        if judges := read_project(folder).judges:
            for file in (base / "duckdb").glob(f"{judges.journal}*"):
                shutil.copy2(file, folder / file.relative_to(base / "duckdb"))
    _ended(label, folder, ["run", "--approve", "judges passed their exam", "--by", "demo"], processor, short=short)


def _ended(  # noqa: PLR0913 - what runs, where, and what befalls it
    label: str,
    folder: Path,
    words: list[str],
    processor: Processor,
    *,
    short: bool = False,
    address: str = "",
    killed: Worker | None = None,
) -> None:
    with started(folder, words, short=short, address=address) as run:
        while run.poll() is None:
            processor.look(run.pid)
            if killed and (folder / "warehouse" / "spark" / "scratch" / "fit.spoken").exists():
                killed.kill()
                say(f"killed a worker with {killed.executors} executor, while the raters are fitted")
                killed = None
            time.sleep(0.5)
    if run.returncode:
        raise SystemExit(f"{label}: {' '.join(words)} ended with {run.returncode}")
    if killed:
        raise SystemExit(f"{label}: the run ended before a worker was killed")


def started(folder: Path, words: Iterable[str], *, short: bool = False, address: str = "") -> subprocess.Popen[bytes]:
    """The command on a project, in a session of its own."""
    module = "benchmarks.spark._short" if short else "prefstrata"
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", module, "--quiet", *words],
        cwd=folder,
        env=environment() | ({"OPENAI_BASE_URL": address} if address else {}),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )


def environment() -> dict[str, str]:
    """What every process is told; one key of pseudonyms for all projects, so that users have the same names."""
    return {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(spark_home()),
        "PREFSTRATA_PSEUDONYM_KEY": "a key for benchmarks, and no secret",
    }


def spark_home() -> Path:
    """Where pyspark keeps Spark."""
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise SystemExit("pyspark is not installed: pip install 'prefstrata[spark]'")
    return Path(found.origin).parent


class Processor:
    """The processor time of a session's processes, JVM and workers too: nobody waits for those, so nobody sums them.

    Attributes:
        seconds: user and system, up to the last look at each process.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self._seen: dict[int, int] = defaultdict(int)
        self._tick = os.sysconf("SC_CLK_TCK")
        self._next = 0.0

    @property
    def seconds(self) -> float:
        """User and system seconds."""
        return sum(self._seen.values()) / self._tick

    def look(self, session: int) -> None:
        """Take down what every process of the session has used; once in two seconds, for all of /proc is read."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 2
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has just ended
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == session:
                    self._seen[int(stat.parent.name)] = int(fields[11]) + int(fields[12])


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started, and wait."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
