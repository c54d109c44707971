"""Which files a source has, and which of their bytes the ledger knows."""

from __future__ import annotations

import glob
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.sources._digests import digests

if TYPE_CHECKING:
    from prefstrata.engine import DuckDBEngine
    from prefstrata.sources._reading import Reading
    from prefstrata.sources.framing import Seen

__all__ = ["Known", "Opened", "State", "find_files", "read_state"]


@dataclass(frozen=True)
class _Earlier:
    batch_id: str
    bytes: int
    read: int
    is_cut: bool


@dataclass
class State:
    """What the ledger has: batches by id, and by source and uri; batches found in this run are added."""

    batches: set[str] = field(default_factory=set)
    by_uri: dict[tuple[str, str], list[_Earlier]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """A file whose batch is in the ledger, or was found earlier in this run."""

    uri: str
    batch_id: str


@dataclass(frozen=True)
class Opened:
    """A file to read: its batch, the file when it was hashed, and how many of its records the ledger already has."""

    uri: str
    batch_id: str
    seen: Seen
    passed: int

    @staticmethod
    def of(path: Path, directory: Path, reading: Reading, state: State) -> Opened | Known:
        """Look at the bytes of a file.

        Raises:
            PrefstrataError: it cannot be read.
        """
        uri = Path(os.path.relpath(path, directory)).as_posix()
        earlier = state.by_uri.get((reading.source.name, uri), [])
        seen, found = digests(path, frozenset(each.bytes for each in earlier))
        batch_id = _batch_id(reading, seen.sha256)
        if batch_id in state.batches:
            return Known(uri, batch_id)
        state.batches.add(batch_id)
        begun = [
            each for each in earlier if each.bytes in found and _batch_id(reading, found[each.bytes]) == each.batch_id
        ]
        passed, is_cut = 0, False
        for each in sorted(begun, key=lambda each: each.bytes):
            # A last record that was refused because the file ended in its middle was read again by the next batch.
            passed += each.read - is_cut
            is_cut = each.is_cut
        passed -= is_cut
        return Opened(uri, batch_id, seen, passed)


def find_files(directory: Path, pattern: str) -> list[Path]:
    """The files that match, by their path relative to the project."""
    names = glob.glob(pattern, root_dir=directory, recursive=True)  # noqa: PTH207 - Path.glob does not follow ..
    return sorted((path for path in (directory / name for name in names) if path.is_file()), key=lambda p: p.as_posix())


def read_state(engine: DuckDBEngine) -> State:
    """What the ledger has read."""
    with engine.connection() as connection:
        cut = set(
            connection.execute("select distinct batch_id from ledger.quarantine where reason = 'truncated'").fetchall()
        )
        rows = connection.execute(
            "select source, uri, batch_id, bytes, read from ledger.batches order by seq"
        ).fetchall()
    state = State({row[2] for row in rows})
    for source, uri, batch_id, size, read in rows:
        state.by_uri.setdefault((source, uri), []).append(_Earlier(batch_id, size, read, (batch_id,) in cut))
    return state


def _batch_id(reading: Reading, sha256: str) -> str:
    """The source's name cannot hold a line end, so the encoding is read back in one way only."""
    parts = [reading.source.name, sha256, *([reading.joined_sha256] if reading.joined_sha256 else [])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
