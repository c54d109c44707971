"""A Spark for few rows."""

from __future__ import annotations

SMALL = {
    # One piece of everything, no code compiled for statements that run once, and nothing planned that saves reading.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # What follows from filters is worth working out for many rows alone; with long statements it takes seconds.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.optimizer.nestedSchemaPruning.enabled": "false",
    # What the JVM's second compiler wins back takes longer than a session of three rows at a time.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
"""Options of a session whose tables have a few rows; what the SQL means is not among them."""
