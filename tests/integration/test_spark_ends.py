"""A Java process that dies in the middle of a run is told as what it is, and is no bug of prefstrata."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.spark, pytest.mark.timeout(600)]

_SCRIPT = """
import os, signal, sys
from pathlib import Path
from pyspark import SparkContext
from prefstrata.engine.spark import spark_warehouse
from prefstrata.model import UnreachableError
from prefstrata.model.tables import table

options = {"spark.driver.memory": "1g", "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
try:
    with spark_warehouse(Path(sys.argv[1]), master="local[1]", options=options) as warehouse:
        warehouse.ensure(table("ledger.batches"))
        os.kill(SparkContext._gateway.proc.pid, signal.SIGKILL)
        SparkContext._gateway.proc.wait()
        warehouse.build("evidence.withdrawn")
except UnreachableError as error:
    print(error.exit_code, error)
"""


def test_spark_that_ends_is_told(tmp_path: Path) -> None:
    """With exit code 4, and what to do; the warehouse closes all the same."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, tmp_path / "tables"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4 ")
    assert "its Java process is gone" in done.stdout
    assert "spark.driver.memory" in done.stdout
