"""Digests of files, whole and of their beginnings."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from prefstrata.model import PrefstrataError
from prefstrata.sources.framing import Seen

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["digests"]

_BLOCK = 1 << 20


def digests(path: Path, sizes: frozenset[int] = frozenset()) -> tuple[Seen, dict[int, str]]:
    """The whole file as seen, and digests of its first bytes at every given size that it has, by that size."""
    stops = sorted(sizes)
    digest, place = hashlib.sha256(), 0
    found: dict[int, str] = {}
    try:
        with path.open("rb") as stored:
            opened = os.fstat(stored.fileno())
            while block := stored.read(min([_BLOCK, *(stop - place for stop in stops if stop > place)])):
                digest.update(block)
                place += len(block)
                if place in sizes:
                    found[place] = digest.copy().hexdigest()
    except OSError as error:
        raise PrefstrataError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    return Seen(digest.hexdigest(), opened.st_size, opened.st_mtime_ns), found
