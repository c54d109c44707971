"""A small table for the tests of engines."""

from __future__ import annotations

import polars as pl

__all__ = ["DIMENSIONS"]

DIMENSIONS = pl.DataFrame(
    {
        "dimension": ["tone", "truth"],
        "scenario": ["*", "*"],
        "priority": [2, 1],
        "definition": ["kind", "so"],
        "kind": ["brand", "professional"],
        "weight": [0.5, 1.0],
    }
)
