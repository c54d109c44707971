"""Times as the command writes them."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["utc"]


def utc(seconds: int) -> str:
    """Seconds since the epoch as ``2026-11-21T09:54:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
