"""A disk that is full, and a quota or a limit on the size of files that is reached, however a library says it."""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefstrata.model.errors import ConfigError, PrefstrataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["in_room", "room_lacking"]

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AS_RUST_SAYS_IT = re.compile(r"\(os error (\d+)\)")


def room_lacking(error: BaseException) -> str | None:
    """What the system says of a write that found no room, as ``No space left on device``; None of any other error.

    Polars raises an OSError without a number, or an error of its own: the number stands in its text.
    """
    if isinstance(error, PrefstrataError):  # somebody has told it
        return None
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (said := _AS_RUST_SAYS_IT.search(str(error))):
        number = int(said[1])
    return os.strerror(number) if number in _NO_ROOM else None


@contextmanager
def in_room(where: Path, todo: str = "make room there, and run it again") -> Iterator[None]:
    """Tell of a write inside the block that found no room what it was writing: the system names no file then.

    Raises:
        ConfigError: there was no room.
    """
    try:
        yield
    except Exception as error:
        lacking = room_lacking(error)
        if lacking is None:
            raise
        raise ConfigError(f"there is no room to write: {lacking}", where=str(where), todo=todo) from error
