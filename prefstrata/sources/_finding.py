"""Which files a source has, and how a place in one is called."""

from __future__ import annotations

import glob
import os
import unicodedata
from pathlib import Path, PurePath

from prefstrata.model import PrefstrataError

__all__ = ["find_files", "place_of"]

_LINES = {".jsonl", ".ndjson"}
_PACKED = {".gz", ".zst"}
_EFFECTIVE = os.access in os.supports_effective_ids


def find_files(directory: Path, pattern: str) -> list[Path]:
    """The files that match, by their path relative to the project.

    Raises:
        PrefstrataError: a name is not UTF-8, or has control characters, or a folder on the way cannot be read.
    """
    _demand_readable(directory, pattern)
    names = glob.glob(pattern, root_dir=directory, recursive=True)  # noqa: PTH207 - Path.glob does not follow ..
    found = [name for name in names if (directory / name).is_file()]
    for name in sorted(found):
        _check_name(name)
    return sorted((directory / name for name in found), key=lambda path: path.as_posix())


def _demand_readable(directory: Path, pattern: str) -> None:
    """What cannot be listed would look like a folder without files: nothing new, day after day."""
    parts = pattern.split("/")
    for depth in range(1, len(parts)):
        for name in glob.iglob(f"{'/'.join(parts[:depth])}/", root_dir=directory, recursive=True):  # noqa: PTH207 - as above
            if not os.access(directory / name, os.R_OK | os.X_OK, effective_ids=_EFFECTIVE):
                raise PrefstrataError(
                    "this folder cannot be read",
                    where=name.rstrip("/"),
                    todo="Give the user who runs prefstrata the right to, or move it away; nothing was taken.",
                )


def _check_name(name: str) -> None:
    """Refuse a name that the ledger cannot hold, or that would command the terminal it is shown on."""
    if not any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    shown = "".join(
        f"\\x{ord(character):02x}" if unicodedata.category(character) == "Cc" else character for character in text
    )
    raise PrefstrataError(
        "the name of this file is not UTF-8, or has control characters",
        where=shown,
        todo="Rename it, or move it where the source's path does not find it; nothing was taken.",
    )


def place_of(uri: str, line: int) -> str:
    """Where a record of a file is, for people: of a table neither its header nor its empty rows are records.

    Examples:
        >>> place_of("inbox/a.jsonl.gz", 1200), place_of("inbox/a.csv", 3)
        ('line 1,200', 'record 3')
    """
    suffixes = [suffix.lower() for suffix in PurePath(uri).suffixes if suffix.lower() not in _PACKED]
    return f"{'line' if suffixes and suffixes[-1] in _LINES else 'record'} {line:,}"
