"""Editions: the same rows or words in other bytes, where a release would hold bytes that were purged."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from prefstrata.releases._writing import write_edition

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.releases._writing import WrittenFile
    from prefstrata.stores import VersionStore

__all__ = ["in_editions"]

_TABLE, _CARD = ".parquet", "CARD.md"
# No others have editions: manifest and report name the release, so no two are alike; policies and weights stay when it
# is purged.


def in_editions(engine: Warehouse, store: VersionStore, files: Iterable[WrittenFile]) -> tuple[WrittenFile, ...]:
    """The files to release: each as it was written or, where these bytes were purged, in an edition of other bytes.

    Purged bytes are never stored again, but consent decides what a release may hold, not what another one held: without
    those who withdrew, a file can come to be what it was before they came. Editions count from 1, up to the first that
    was not purged. In a table the number stands in Parquet's key-value metadata, as ``edition``; in the card, in a
    comment at the end.

    Args:
        engine: writes tables.
        store: knows what was purged.
        files: as written, and replaced where they lie; those that the newest release holds stay as they are.
    """
    written = {file.path: file for file in files}
    found = dict(written)
    for edition in count(1):
        purged = store.purged([file.sha256 for file in found.values()])
        again = [path for path, file in found.items() if file.sha256 in purged and file.path.endswith((_TABLE, _CARD))]
        here = {path: local for path in again if (local := written[path].local)}
        if not here:
            break
        found |= {path: _in_edition(engine, written[path], local, edition) for path, local in here.items()}
    return tuple(_in_place(found[path], file) for path, file in written.items())


def _in_edition(engine: Warehouse, file: WrittenFile, first: Path, edition: int) -> WrittenFile:
    local = first.with_name(f"{first.name}.edition")
    if file.path.endswith(_TABLE):
        return write_edition(engine, file, local, edition)
    content = first.read_bytes() + f"\n<!-- edition {edition} -->\n".encode()
    local.write_bytes(content)
    return replace(file, local=local, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def _in_place(found: WrittenFile, written: WrittenFile) -> WrittenFile:
    """The file where it was written first, under the name it has in the release."""
    if found is written or found.local is None or written.local is None:
        return found
    return replace(found, local=found.local.replace(written.local))
