"""The kinds of record a release holds."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["KINDS"]

KINDS = MappingProxyType({"pairs": "pair_id", "ratings": "record_id", "traces": "trace_id", "unpaired": "response_id"})
"""Every kind and the column that identifies its records and orders its files."""
