"""A Spark for few rows."""

from __future__ import annotations

from pathlib import Path

SMALL = {
    # One piece of everything, no code compiled for statements that run once, and nothing planned that saves reading.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # What follows from filters is worth working out for many rows alone; with long statements it takes seconds.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.optimizer.nestedSchemaPruning.enabled": "false",
    # Each rule's result is looked through for faults of the rule; these are Spark's own to test.
    "spark.sql.lightweightPlanChangeValidation": "false",
    # Memory is taken by the piece, and cleared: 4 MB for the code of each stage, tens of MB for a sort.
    "spark.broadcast.blockSize": "64k",
    "spark.buffer.pageSize": "256k",
    # Workers in Python look for garbage after each task, most of what they do.
    "spark.python.daemon.module": "tests._worker",
    "spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[1]),
    # What the JVM's second compiler wins back takes longer than a session of three rows at a time. With one compiler it
    # has little room for what it compiles, and compiles again what it threw away; with more room for young rows it is
    # less often that it looks at the old ones; and classes of Spark's own jars need no proof that they are well formed.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC -Xms1g"
    " -Xmn400m -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
}
"""Options of a session whose tables have a few rows; what the SQL means is not among them."""

IN_MEMORY = {
    **SMALL,
    # Rows that are in no file have no known size, which counts as endless: joins would shuffle them, a stage each.
    "spark.sql.defaultSizeInBytes": "1000",
    # To send one side of a join around is a job of its own; to sort three rows is none.
    "spark.sql.autoBroadcastJoinThreshold": "-1",
}
"""The same where the tables are in memory, each in one piece."""
