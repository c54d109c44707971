"""Writing files so that a crash leaves the old state or the new one, never half of either."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["replacing", "sync_folder", "sync_tree"]


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Make the entries of a folder, and of every folder below it, survive a power cut."""
    for inner, _, _ in os.walk(folder):
        sync_folder(Path(inner))


@contextmanager
def replacing(target: Path, scratch: Path, mode: int = 0o444) -> Iterator[IO[bytes]]:
    """Yield a file to write; when the block ends well it appears as ``target``, whole and synced.

    Args:
        target: where the file is to be; its folder is made when absent.
        scratch: where it is written, on the same file system; must not exist. It is removed when the block fails.
        mode: permissions of the finished file.
    """
    try:
        with scratch.open("xb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(target.parent.parent)
        scratch.replace(target)
        sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise
