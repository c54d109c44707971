"""Which paths a store may hold. An object store takes any bytes as a key; a checkout must never follow them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from prefstrata.model import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["check_path", "check_together"]

_MAX_PATH_BYTES = 1024
_MAX_NAME_BYTES = 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def check_path(path: str) -> str:
    r"""Return the path when writing it below a folder stays below that folder, on every file system.

    Refused are empty, absolute and over-long paths, empty names, ``.`` and ``..``, backslashes, control characters,
    characters Windows refuses, names it reserves (``NUL``, ``con.txt``), and names that end in a dot or a space.

    Raises:
        IntegrityError: the path is not safe.

    Examples:
        >>> check_path("main/pairs/bucket=00.parquet")
        'main/pairs/bucket=00.parquet'
    """
    fault = _fault(path)
    if fault:
        raise IntegrityError(
            f"the stored path {path[:200]!r} is not safe to use: {fault}",
            todo="nothing was written; find out who put it into the store and remove it there",
        )
    return path


def check_together(paths: Iterable[str]) -> None:
    """Check that paths can be written below one folder without meeting each other, whatever the file system.

    Raises:
        IntegrityError: two of them differ by case only, or one is a folder of another.
    """
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = unicodedata.normalize("NFC", path).casefold()
        parents = [folded[:at] for at, letter in enumerate(folded) if letter == "/"]
        other = seen.get(folded) or folders.get(folded) or next((seen[up] for up in parents if up in seen), None)
        if other is not None:
            raise IntegrityError(f"the stored paths {other!r} and {path!r} cannot be in one folder")
        seen[folded] = path
        folders.update(dict.fromkeys(parents, path))


def _fault(path: str) -> str:
    if unsafe := _UNSAFE.search(path):
        return f"it holds {unsafe[0]!r}"
    if len(path.encode()) > _MAX_PATH_BYTES:
        return f"it is longer than {_MAX_PATH_BYTES} bytes"
    return next(filter(None, map(_name_fault, path.split("/"))), "")


def _name_fault(name: str) -> str:
    if name in {"", ".", ".."}:
        return f"{name!r} is not a name"
    if len(name.encode()) > _MAX_NAME_BYTES:
        return f"a name in it is longer than {_MAX_NAME_BYTES} bytes"
    if name[-1] in ". ":
        return f"the name {name!r} ends in a dot or a space"
    return f"the name {name!r} is reserved on some systems" if _RESERVED.fullmatch(name) else ""
