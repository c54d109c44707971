"""What the disk and SQLite raise, as errors a person can act on."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError, IntegrityError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["mapped", "only_readable", "unread_log"]

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"}
_DISK = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM"}


@contextmanager
def mapped(root: Path) -> Iterator[None]:
    """Turn faults of the disk and of SQLite inside the block into user errors that name the store."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # damage in the schema reaches Python as undecodable text
        raise _from_sqlite(error, root) from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise UnreachableError(
                "the disk is full", where=str(root), todo="make room and run again; nothing was lost"
            ) from error
        if error.errno in _NOT_ALLOWED:
            raise ConfigError(
                f"the store cannot be used: {error.strerror}",
                where=str(root),
                todo="check the folder and its permissions",
            ) from error
        raise


def only_readable(root: Path) -> ConfigError:
    """The error of a writer on a store that can only be read."""
    return ConfigError(
        "the store can be read here, but not written",
        where=str(root),
        todo="run the command where its folder can be written, or check the folder's permissions",
    )


def unread_log(refs: Path) -> ConfigError:
    """The error of a reader beside whom the log of a writer lies, without the index that SQLite makes for it.

    A copy or a snapshot that was taken while somebody wrote looks like that.
    """
    return ConfigError(
        "the log of a writer lies beside the refs, and can be read only where the folder can be written",
        where=str(refs),
        todo="run `prefstrata log` once where it can be written, or copy the store when nobody writes",
    )


def _from_sqlite(error: Exception, root: Path) -> Exception:
    name = getattr(error, "sqlite_errorname", "") or ""
    base = "_".join(name.split("_")[:2])
    if base in _BUSY:
        return UnreachableError(
            "another process keeps the store locked", where=str(root), todo="wait for it to end and run again"
        )
    if base in _DISK:
        return UnreachableError(
            f"the store's refs cannot be read or written: {error}",
            where=str(root / "refs.sqlite"),
            todo="check free space and permissions, then run again",
        )
    return IntegrityError(
        f"the store's refs are damaged: {error}", where=str(root / "refs.sqlite"), todo="restore the file from a copy"
    )
