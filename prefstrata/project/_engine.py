"""What ``prefstrata.yaml`` may say about the engine."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from prefstrata.project._strict import Strict

__all__ = ["EngineConfig"]

_SIZE = re.compile(r"(?P<number>\d+(\.\d+)?)\s*([KMGT]i?)?B", re.IGNORECASE)
_WAREHOUSES = {"duckdb": "warehouse/prefstrata.duckdb", "spark": "warehouse/spark"}


class EngineConfig(Strict):
    """What runs ``sql/``."""

    kind: Literal["duckdb", "spark"] = Field("duckdb", description="duckdb, on one machine; spark, on one or many.")
    threads: int | None = Field(None, ge=1, le=1024, description="Threads of DuckDB; all cores when absent.")
    memory_limit: str = Field(
        "2300MB",
        description="Memory that DuckDB may take before it spills to disk; on Spark, in the driver's process.",
    )
    spill: str | None = Field(
        None,
        min_length=1,
        description="Folder that DuckDB spills to, such as one on a fast disk; beside the warehouse when absent.",
    )
    master: str = Field(
        "local[*]",
        min_length=1,
        description="With `kind: spark`: where Spark runs, such as `local[4]` or `spark://host:7077`.",
    )
    options: dict[str, str] = Field(
        default_factory=dict,
        description="With `kind: spark`: Spark settings by name, such as `spark.executor.memory: 8g`.",
    )

    @field_validator("memory_limit")
    @classmethod
    def _is_a_size(cls, given: str) -> str:
        """DuckDB takes a negative size for no limit."""
        said = _SIZE.fullmatch(given.strip())
        if said is None or not float(said["number"]):
            raise ValueError(f"{given!r} is no size: write one such as 2300MB or 4GB")
        return given

    @field_validator("options", mode="before")
    @classmethod
    def _as_spark_spells_it(cls, given: object) -> object:
        """Numbers and yes or no are texts to Spark."""
        if not isinstance(given, dict):
            return given
        return {
            name: str(value).lower()
            if isinstance(value, bool)
            else str(value)
            if isinstance(value, int | float)
            else value
            for name, value in given.items()
        }

    @model_validator(mode="after")
    def _spark_alone_has_a_master(self) -> EngineConfig:
        if self.kind != "spark" and {"master", "options"} & self.model_fields_set:
            raise ValueError("`master` and `options` go with `kind: spark`")
        if self.kind == "spark" and self.spill is not None:
            raise ValueError("`spill` goes with `kind: duckdb`; Spark spills to where `spark.local.dir` says")
        if odd := sorted(name for name in self.options if not name.startswith("spark.")):
            raise ValueError(f"{odd[0]!r} is no Spark setting: their names begin with spark.")
        return self

    @property
    def warehouse(self) -> str:
        """Where the tables are, relative to the project, when nothing else is said."""
        return _WAREHOUSES[self.kind]
