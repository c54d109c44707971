"""Folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.model.room import in_room
from prefstrata.stores.durable import sync_folder, sync_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_free", "whole_folder"]

_ESCAPED = re.compile(r"\\([0-7]{3})")
_FILLED = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}


def check_free(out: Path) -> None:
    """Check that a finished folder can take this place: nothing is there, or an empty folder that can be replaced.

    Raises:
        ConfigError: it is in use, a link, a mount point, or where the process itself stands.
    """
    fault = _fault(out)
    if fault:
        what, todo = fault
        raise ConfigError(f"the folder to write to is {what}", where=str(out), todo=todo)


def _fault(out: Path) -> tuple[str, str] | None:
    if out.is_symlink():
        return "a link", "name the folder itself, or one that is not there"
    if not out.exists():
        return None
    if not out.is_dir():
        return "a file", "name a folder that is not there"
    return _fault_of_folder(out)


def _fault_of_folder(out: Path) -> tuple[str, str] | None:
    if _is_mount(out):
        return "a mount point, which no finished folder can take the place of", "name a folder below it"
    if any(out.iterdir()):
        return "not empty", "name a folder that is not there"
    if out.samefile("."):
        return "the one the command runs in, and would be another one afterwards", "name a folder below it"
    return None


def _is_mount(folder: Path) -> bool:
    """Also for a folder that is mounted from the same file system, which only the kernel's list tells apart."""
    if folder.is_mount():
        return True
    try:
        listed = Path("/proc/self/mountinfo").read_text("utf-8", errors="surrogateescape")
    except OSError:
        return False
    points = (line.split(" ")[4] for line in listed.splitlines())
    real = str(folder.resolve())
    return any(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), point) == real for point in points)


@contextmanager
def whole_folder(out: Path, *, lasting: bool = True) -> Iterator[Path]:
    """Yield a scratch folder beside ``out``; when the block ends well it becomes ``out``, else nothing is left.

    What killed processes left of the same folder is removed first.

    Args:
        out: the folder; it must not exist, or be empty and no mount point.
        lasting: whether to see what is in it on the disk for good; not for a folder that is only needed meanwhile.

    Raises:
        ConfigError: ``out`` cannot be replaced, cannot be made where it is to be, or was filled meanwhile; or there is
            no room for it.
    """
    check_free(out)
    _remove_stale(out)
    scratch = out.parent / f".{out.name}.partial-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        _make(scratch, out)
        with in_room(out) if lasting else nullcontext():  # of a folder for a while, who wanted it says what for
            yield scratch
            if lasting:
                sync_tree(scratch)
        _rename(scratch, out)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make(scratch: Path, out: Path) -> None:
    try:
        scratch.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(
            f"no folder can be made there: {error.strerror}", where=str(out), todo="name a folder that can be written"
        ) from error


def _rename(scratch: Path, out: Path) -> None:
    try:
        scratch.rename(out)  # replaces an empty folder, and fails on one that was filled meanwhile
    except OSError as error:
        what = "was filled meanwhile" if error.errno in _FILLED else f"cannot be put there: {error.strerror}"
        raise ConfigError(
            f"the folder to write to {what}", where=str(out), todo="name a folder that is not there"
        ) from error
    sync_folder(out.parent)


def _remove_stale(out: Path) -> None:
    mine = re.compile(rf"{re.escape('.' + out.name)}\.partial-(\d+)-[0-9a-f]+")
    siblings = list(out.parent.iterdir()) if out.parent.is_dir() else []
    for path in siblings:
        match = mine.fullmatch(path.name)
        if match and not _alive(int(match[1])):
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
