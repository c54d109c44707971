"""Imports Great Expectations without what it drags along. Import only inside a check: it takes seconds."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["gx"]


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """As if a package were not installed."""
    sys.modules[name] = None  # type: ignore[assignment]  # what Python itself means by "cannot be imported"
    try:
        yield
    finally:
        del sys.modules[name]


# Great Expectations tries every package it could work with. Spark's client, imported in a process that was not started
# from a file, as Dagster's runs are, takes that for its own tests and ends the process.
_SPARK = "pyspark.sql.connect" if "pyspark" in sys.modules else "pyspark"

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read on import; it would report home
with _hidden(_SPARK), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import great_expectations as gx
