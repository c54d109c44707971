"""Spark's Python workers for few rows: what tells a session of them is in ``_spark.py``."""

from __future__ import annotations

import gc
import sys

from pyspark import daemon


def _nothing(_generation: int = 2) -> int:
    """Collect no garbage: what a worker has imported is looked through in longer than it takes for three rows."""
    return 0


if __name__ == "__main__":
    # The daemon asks for it after each task; Python still does so by itself, when there is some.
    setattr(gc, "collect", _nothing)  # noqa: B010 - to a type checker, a module's functions stay as they are
    sys.exit(daemon.manager())
