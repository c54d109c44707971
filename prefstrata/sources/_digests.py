"""Digests of files, whole and of their beginnings."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from prefstrata.model import PrefstrataError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["digests", "sha256_of"]

_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """The digest of a file, lower hex."""
    found = digests(path, frozenset())
    return found[max(found)]


def digests(path: Path, sizes: frozenset[int]) -> dict[int, str]:
    """Digests of the file's first bytes, by their number: at every given size that it has, and of all of it."""
    stops = sorted(sizes)
    digest, place = hashlib.sha256(), 0
    found: dict[int, str] = {}
    try:
        with path.open("rb") as stored:
            while block := stored.read(min([_BLOCK, *(stop - place for stop in stops if stop > place)])):
                digest.update(block)
                place += len(block)
                if place in sizes:
                    found[place] = digest.copy().hexdigest()
    except OSError as error:
        raise PrefstrataError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    found[place] = digest.hexdigest()
    return found
