"""Runs ``sql/`` on an engine: DuckDB, or Spark.

A step is one SELECT in ``sql/<schema>/<table>.sql``, written in DuckDB's dialect. An engine runs it and keeps the
result as the table of that name, with the columns and types of :mod:`prefstrata.model.tables`. The Spark engine is
:mod:`prefstrata.engine.spark`, imported by those who use it.
"""

from prefstrata.engine._duckdb import DuckDBEngine
from prefstrata.engine._files import lineage, parameters, sql_names, sql_path, sql_text
from prefstrata.engine._opening import damage
from prefstrata.engine._parsed import parsed
from prefstrata.engine._protocol import Engine, Parted, Warehouse
from prefstrata.engine._reading import demand_built, read_warehouse
from prefstrata.engine._types import duckdb_type, parse_type

__all__ = [
    "DuckDBEngine",
    "Engine",
    "Parted",
    "Warehouse",
    "damage",
    "demand_built",
    "duckdb_type",
    "lineage",
    "parameters",
    "parse_type",
    "parsed",
    "read_warehouse",
    "sql_names",
    "sql_path",
    "sql_text",
]
