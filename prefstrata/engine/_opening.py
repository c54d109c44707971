"""Opens the file of a warehouse, and says why it cannot be opened."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from prefstrata.model.errors import ConfigError, IntegrityError, UnreachableError

__all__ = ["MEMORY", "connect", "damage"]

MEMORY = ":memory:"
"""The path of a database that is not kept."""

_RESTORE = "restore it from a copy; without one, move it away and run: the ledger is read anew from the inbox"
_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


def connect(path: str, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the file, and make it with its folder when it is to be written.

    Raises:
        ConfigError: the file is no DuckDB database.
        IntegrityError: it is one, and damaged.
        UnreachableError: another process has the file open.
    """
    if path != MEMORY and not read_only:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        return duckdb.connect(path, read_only=read_only)
    except duckdb.IOException as error:
        if held := _HOLDER.search(str(error)):
            raise UnreachableError(
                f"the warehouse is open in another process: {held['program']}, pid {held['pid']}",
                where=path,
                todo="wait until it ends, or stop it",
            ) from error
        raise ConfigError(
            f"cannot open the warehouse: {error}",
            where=path,
            todo=f"if another file is meant, name it under warehouse: in prefstrata.yaml; else {_RESTORE}",
        ) from error
    except duckdb.Error as error:
        if told := damage(error, path):
            raise told from error
        raise


def damage(error: duckdb.Error, where: str) -> IntegrityError | None:
    """What an error tells of a warehouse whose bytes are not those that were written; None when it is another one."""
    if "Corrupt database file" not in str(error):
        return None
    return IntegrityError(f"the warehouse is damaged: {str(error).splitlines()[0]}", where=where, todo=_RESTORE)
