"""``prefstrata.lock``: which version each ref of a training repository stands for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError, IntegrityError

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["LOCK_FILE", "locked", "write_lock"]

LOCK_FILE = "prefstrata.lock"
"""Its usual name."""

_FORMAT = "prefstrata-lock/1"


@dataclass(frozen=True, slots=True)
class _Entry:
    commit: str
    manifest_sha256: str


def lockable(path: Path) -> None:
    """See that a version can be recorded in a file, before anything else is written.

    Raises:
        ConfigError: its folder is not there, or the file is there and is no lock file.
    """
    if not path.absolute().parent.is_dir():
        raise ConfigError("the lock file's folder is not there", where=str(path), todo="make it, or name another")
    if path.exists():
        _read(path)


def write_lock(path: Path, ref: str, commit: CommitInfo) -> None:
    """Record what a ref stands for; the entries of other refs stay.

    Raises:
        ConfigError: as :func:`lockable`.
    """
    lockable(path)
    entries = _read(path) if path.exists() else {}
    entries[ref] = _Entry(commit.id, commit.manifest_sha256)
    document = {"format": _FORMAT, "releases": {name: asdict(entry) for name, entry in sorted(entries.items())}}
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def locked(path: Path, ref: str, store: VersionStore) -> CommitInfo:
    """The version that a ref was locked to, wherever the ref has moved since.

    Raises:
        ConfigError: the file is no lock file, or does not name the ref, or the store no longer has the version.
        IntegrityError: the store has a version of that id, but its manifest is another.
    """
    if not path.exists():
        raise ConfigError("there is no lock file", where=str(path), todo="write one: prefstrata checkout … --lock")
    entry = _read(path).get(ref)
    if entry is None:
        raise ConfigError(
            f"the lock file does not name {ref}", where=str(path), todo="add it: prefstrata checkout … --lock"
        )
    commit = store.resolve(entry.commit)
    if commit.manifest_sha256 != entry.manifest_sha256:
        raise IntegrityError(
            f"the manifest of {ref} is not the locked one",
            where=store.location,
            todo="do not train on it; compare with a copy of the store",
        )
    return commit


def _read(path: Path) -> dict[str, _Entry]:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] == _FORMAT:
            return {ref: _Entry(**entry) for ref, entry in document["releases"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise ConfigError(
        "this is no lock file of prefstrata", where=str(path), todo="restore it, or delete it and lock anew"
    )
