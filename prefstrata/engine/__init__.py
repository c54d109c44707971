"""Runs ``sql/`` on an engine: DuckDB by default, Spark when asked.

A step is one SELECT in ``sql/<schema>/<table>.sql``, written in DuckDB's dialect. An engine runs it and keeps the
result as the table of that name, with the columns and types of :mod:`prefstrata.model.tables`.
"""

from prefstrata.engine._duckdb import DuckDBEngine
from prefstrata.engine._files import lineage, parameters, sql_names, sql_path, sql_text
from prefstrata.engine._open import open_engine
from prefstrata.engine._protocol import Engine
from prefstrata.engine._reading import read_warehouse
from prefstrata.engine._spark import SparkEngine, spark_session

__all__ = [
    "DuckDBEngine",
    "Engine",
    "SparkEngine",
    "lineage",
    "open_engine",
    "parameters",
    "read_warehouse",
    "spark_session",
    "sql_names",
    "sql_path",
    "sql_text",
]
