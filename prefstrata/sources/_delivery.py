"""Records that the project makes itself, in files that one of its sources reads like any other."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import time
from contextlib import suppress
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from prefstrata.model import ConfigError
from prefstrata.model.room import in_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prefstrata.project import Project, Source

__all__ = ["deliver", "delivered_keys", "delivered_values", "delivery_folder", "delivery_source"]

_DIGITS = 32
"""Of the hash of a delivered file, as many are in its name."""
_DEAD_SECONDS = 24 * 3600
"""Whoever has not written to an unfinished file for so long is not going to finish it."""


def delivery_source(project: Project, form: str, example: str) -> Source:
    """The source that reads records of a named format.

    Args:
        project: the project.
        form: the format.
        example: a source as it may stand under ``sources:``, for whoever has none.

    Raises:
        ConfigError: there is none, or more than one, or its path may not find what is delivered.
    """
    takes = [source for source in project.sources if source.format == form]
    if len(takes) == 1:
        # A path finds every hash if it finds one of each digit alone.
        for digit in "0123456789abcdef":
            _demand_found(project, takes[0], _file_name(takes[0], digit * _DIGITS))
        return takes[0]
    raise ConfigError(
        f"{len(takes) or 'no'} source{'s have' if len(takes) > 1 else ' has'} the format {form}",
        where=str(project.file),
        todo=f"have one under sources: {example}",
    )


def delivery_folder(project: Project, source: Source) -> Path:
    """The folder of the source's pattern, up to the first part that may be several."""
    plain, _ = _parted(source)
    return project.directory / Path(*plain)


def _parted(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders of the source's pattern: up to the first that may be several, and from there on."""
    parts = PurePath(source.path).parts[:-1]
    plain = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return parts[:plain], parts[plain:]


def deliver(
    project: Project, source: Source, records: Iterable[dict[str, Any]], *, known: frozenset[str] | None = None
) -> tuple[Path | None, int]:
    """Write the records that no delivered file holds yet into a new file; it appears whole or not at all.

    Where none is new the folder is not touched, so it need not be writable.

    Args:
        project: the project.
        source: the source that is to read them.
        records: taken one at a time, so that they need not be in memory together; each with a ``key`` of its own.
        known: what :func:`delivered_keys` found, when it was asked already.

    Returns:
        The file, None when there was nothing new; and how many records are in it.

    Raises:
        ConfigError: the source's path does not find the file, or there is no room for it.
    """
    folder, name = delivery_folder(project, source), _name(source)
    known = delivered_keys(project, source) if known is None else known
    fresh = (record for record in records if record["key"] not in known)
    first = next(fresh, None)
    if first is None:
        return None, 0
    with in_room(folder):
        folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder, name)
    digest, delivered = hashlib.sha256(), 0
    # Beside its place, under a name that no source reads.
    waiting = folder / f".{name}-{uuid4().hex}.part"
    try:
        with in_room(folder), waiting.open("wb") as file:
            for record in chain([first], fresh):
                line = json.dumps(record, ensure_ascii=True, sort_keys=True).encode() + b"\n"
                file.write(line)
                digest.update(line)
                delivered += 1
            file.flush()
            os.fsync(file.fileno())
        target = folder / _file_name(source, digest.hexdigest()[:_DIGITS])
        _demand_found(project, source, target.name)
        waiting.rename(target)
    finally:
        waiting.unlink(missing_ok=True)
    return target, delivered


def _sweep(folder: Path, name: str) -> None:
    """Remove what killed processes left; another that writes at this moment keeps its file.

    What cannot be removed, such as a folder of that name, is no reason not to deliver.
    """
    for left in folder.glob(f".{name}-*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _DEAD_SECONDS:
                left.unlink()


def delivered_keys(project: Project, source: Source) -> frozenset[str]:
    """The keys of all records that were delivered to the source."""
    return frozenset(_keys(delivery_folder(project, source), _name(source)))


def delivered_values(project: Project, source: Source, *names: str) -> frozenset[tuple[str, ...]]:
    """The texts that delivered records hold under these names, together; a record that lacks one is passed over."""
    records = map(_record, _lines(delivery_folder(project, source), _name(source)))
    whole = (record for record in records if all(isinstance(record.get(name), str) for name in names))
    return frozenset(tuple(record[name] for name in names) for record in whole)


def _name(source: Source) -> str:
    return source.format.rpartition("-")[2]


def _file_name(source: Source, digest: str) -> str:
    return f"{_name(source)}-{digest}.jsonl"


def _keys(folder: Path, name: str) -> Iterator[str]:
    return (key for key in map(_key, _lines(folder, name)) if key is not None)


def _lines(folder: Path, name: str) -> Iterator[bytes]:
    for path in sorted(path for path in folder.glob(f"{name}-*.jsonl") if path.is_file()):
        with path.open("rb") as file:
            yield from file


def _key(line: bytes) -> str | None:
    """What a line delivered; None for one that nobody delivered.

    A folder that people can write to may hold anything under any name. A line without a key delivered nothing; whoever
    reads the source refuses it with its reason.
    """
    key = _record(line).get("key")
    return key if isinstance(key, str) else None


def _record(line: bytes) -> dict[str, Any]:
    """The record in a line; empty where there is none."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _demand_found(project: Project, source: Source, name: str) -> None:
    """See that the source will read a file of that name in its folder, by what its path says: nothing need be there."""
    _, folders = _parted(source)
    last = source.path.rpartition("/")[2]
    if any(part != "**" for part in folders) or not (last == "**" or fnmatchcase(name, last)):
        raise ConfigError(
            f"the source {source.name} would not find {name}, which is written for it, by its path {source.path}",
            where=str(project.file),
            todo="let its path end in *.jsonl, with no other * before it, such as inbox/verdicts/*.jsonl",
        )
