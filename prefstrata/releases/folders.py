"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.stores.durable import sync_folder, sync_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check_free", "whole_folder"]


def check_free(out: Path) -> None:
    """Check that a folder can be written: it does not exist, or is empty.

    Raises:
        ConfigError: it is in use.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise ConfigError("the folder to write to is not empty", where=str(out), todo="name a folder that is not there")


@contextmanager
def whole_folder(out: Path, *, lasting: bool = True) -> Iterator[Path]:
    """Yield a scratch folder beside ``out``; when the block ends well it becomes ``out``, else nothing is left.

    What killed processes left of the same folder is removed first.

    Args:
        out: the folder; it must not exist, or be empty.
        lasting: whether to see what is in it on the disk for good; not for a folder that is only needed meanwhile.

    Raises:
        ConfigError: ``out`` is in use, cannot be made where it is to be, or was filled meanwhile.
    """
    check_free(out)
    _remove_stale(out)
    scratch = out.parent / f".{out.name}.partial-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        _make(scratch, out)
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
        raise ConfigError("the folder to write to was filled meanwhile", where=str(out)) from error
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
