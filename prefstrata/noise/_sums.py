"""Sums that do not depend on the order of the rows."""

from __future__ import annotations

import polars as pl

__all__ = ["total"]

_FIXED = 1e9


def total(values: pl.Expr) -> pl.Expr:
    """A sum that does not depend on the order of the rows."""
    return (values * _FIXED).round().cast(pl.Int64).sum() / _FIXED
