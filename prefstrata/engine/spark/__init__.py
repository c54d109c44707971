"""The Spark engine: the same statements on a local Spark or a cluster. It needs ``prefstrata[spark]`` and Java.

:class:`SparkEngine` keeps its tables in memory and holds ``sql/`` to one meaning on both engines in the tests;
:class:`SparkWarehouse` keeps them in a folder and is what a project with ``engine: spark`` runs on.
"""

from prefstrata.engine.spark._memory import SparkEngine
from prefstrata.engine.spark._opening import spark_warehouse
from prefstrata.engine.spark._session import demand_spark, spark_session
from prefstrata.engine.spark._warehouse import SparkWarehouse

__all__ = ["SparkEngine", "SparkWarehouse", "demand_spark", "spark_session", "spark_warehouse"]
