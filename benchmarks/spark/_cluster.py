"""A standalone cluster on loopback."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.spark._runs import end, environment, spark_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Worker", "cluster"]

_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker of the cluster.

    Attributes:
        process: its process, the first of its group.
        folder: where its executors work.
    """

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def executors(self) -> int:
        """How many executors it has started."""
        return len(list(self.folder.glob("app-*/*/stderr")))

    def kill(self) -> None:
        """SIGKILL, to it and to all that it started."""
        end(self.process)


@contextmanager
def cluster(base: Path) -> Iterator[tuple[str, list[Worker]]]:
    """A master and two workers of one core each: the address of the one, and the others."""
    port = _free_port()
    running: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        with (base / f"cluster-{len(running)}.log").open("wb") as log:
            each = subprocess.Popen(  # noqa: S603 - Spark's own
                [str(spark_home() / "bin" / "spark-class"), *words],
                env=environment() | {"SPARK_DAEMON_MEMORY": "256m"},
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=base,
            )
        running.append(each)
        return each

    def worker(number: int, master: str) -> Worker:
        folder = base / f"worker-{number}"
        place = ("--host", "127.0.0.1", "--webui-port", "0", "--work-dir", str(folder))
        size = ("--cores", "1", "--memory", "1g")
        return Worker(start("org.apache.spark.deploy.worker.Worker", *place, *size, master), folder)

    try:
        place = ("--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        master = start("org.apache.spark.deploy.master.Master", *place)
        _until_open(port, master)
        address = f"spark://127.0.0.1:{port}"
        yield address, [worker(number, address) for number in (1, 2)]
    finally:
        for each in running:
            end(each)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _until_open(port: int, master: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS
    while master.poll() is None and time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the master did not start")
