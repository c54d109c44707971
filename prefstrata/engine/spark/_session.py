"""A Spark under which ``sql/`` means what it means on DuckDB."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prefstrata.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

__all__ = ["demand_spark", "spark_session"]

_TODO = "pip install 'prefstrata[spark]', and install a Java runtime, 17 or later"
_FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
}
"""What decides what a statement means; nobody may set it otherwise."""
_PLAIN = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.driver.memory": "2g",
    # Statements are planned anew for every table; what is kept of those before would fill the driver.
    "spark.sql.ui.retainedExecutions": "10",
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # Plans as text are for the UI; of these statements they are long, and take a fifth of the planning.
    "spark.sql.maxPlanStringLength": "1000",
    # No statement has parameters left when Spark sees it; otherwise each is parsed once more, to look for them.
    "spark.sql.legacy.parameterSubstitution.constantsOnly": "true",
    # No statement here has a broadcast join that is worth waiting five minutes for; a machine may be that busy.
    "spark.sql.broadcastTimeout": "3600",
}
_ONE_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def spark_session(
    master: str = "local[2]", options: Mapping[str, str] | None = None, *, where: str = "engine: spark"
) -> SparkSession:
    """A Spark with the settings under which ``sql/`` means the same as on DuckDB; one that runs is used again.

    Args:
        master: ``local[N]``, ``spark://host:port`` or any other that Spark knows.
        options: Spark settings beside, by their names.
        where: what to name in errors.

    Raises:
        ConfigError: pyspark, sqlglot or Java is missing, Spark does not start, or an option is not free to be set.
    """
    if taken := sorted(set(options or {}) & _FIXED.keys()):
        raise ConfigError(
            f"{taken[0]} decides what the SQL means, and is set already", where=where, todo="leave it out"
        )
    demand_spark(where)
    from pyspark.errors import PySparkException  # noqa: PLC0415 - optional, and heavy
    from pyspark.sql import SparkSession  # noqa: PLC0415

    from prefstrata.engine.spark._translate import python_functions  # noqa: PLC0415

    builder = SparkSession.builder.master(master).appName("prefstrata")
    for name, value in {**_PLAIN, **_placed(master), **(options or {}), **_FIXED}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, FileNotFoundError) as error:
        raise ConfigError(f"Spark does not start: {error}", where=where, todo=_TODO) from error
    except Exception as error:
        # What the JVM throws while it starts has no class of its own here: a master that is not there, a bad setting.
        if type(error).__name__ != "Py4JJavaError":
            raise
        told = str(getattr(error, "java_exception", error)).splitlines()[0]
        todo = "look at engine.master and engine.options in prefstrata.yaml"
        raise ConfigError(f"Spark does not start: {told}", where=where, todo=todo) from error
    session.sparkContext.setLogLevel("ERROR")
    if not (options or {}).get("spark.pyspark.python"):
        # Otherwise its workers are whatever python3 the path finds, perhaps of another version.
        session.sparkContext.pythonExec = sys.executable
    for name, function in python_functions().items():
        session.udf.register(name, function)
    return session


def demand_spark(where: str = "engine: spark") -> None:
    """See that what Spark needs is installed; of Java before its own start script says it, in its words, on stderr.

    Args:
        where: what to name in errors.

    Raises:
        ConfigError: pyspark, sqlglot or Java is missing.
    """
    try:
        import pyspark  # noqa: F401, PLC0415 - optional, and heavy
        import sqlglot  # noqa: F401, PLC0415
    except ImportError as error:
        raise ConfigError(
            f"engine: spark needs {error.name}, which is not installed", where=where, todo=_TODO
        ) from error
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and shutil.which("java", path=os.path.join(home, "bin")))):  # noqa: PTH118 - a search path
        raise ConfigError("engine: spark needs Java, which is not installed", where=where, todo=_TODO)


def _placed(master: str) -> dict[str, str]:
    """On one machine nothing listens to another one, and few pieces are enough."""
    if master.startswith("local"):
        return {**_ONE_MACHINE, "spark.sql.shuffle.partitions": "4"}
    return _ONE_MACHINE if urlsplit(master).hostname in _LOOPBACK else {}
