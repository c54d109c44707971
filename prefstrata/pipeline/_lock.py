"""One writer at a time: the lock a run holds on its project."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from prefstrata.model.errors import ConfigError, UnreachableError
from prefstrata.model.room import in_room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from prefstrata.project import Project

__all__ = ["alone", "run_lock"]

_POLL_SECONDS = 0.2
_NOT_ALLOWED = {errno.EROFS, errno.EACCES, errno.EPERM}


def alone(
    project: Project, *, wait: float = 0.0, waiting: Callable[[str], object] = lambda _: None
) -> AbstractContextManager[None]:
    """Keep runs of a project away while the block runs; for what changes its releases, ledger or inbox.

    Args:
        project: the project.
        wait: seconds to wait for a run to end.
        waiting: told once, in a sentence, when there is something to wait for.

    Raises:
        UnreachableError: a run has the project and did not end in time.
    """
    return run_lock(project.warehouse_path.parent / "run.lock", wait=wait, waiting=waiting)


@contextmanager
def run_lock(path: Path, *, wait: float = 0.0, waiting: Callable[[str], object] = lambda _: None) -> Iterator[None]:
    """Hold the lock file while the block runs. The system lets go of it when the process dies, however it dies.

    Args:
        path: the lock file; its text names the holder.
        wait: seconds to wait for another run to end.
        waiting: told once, in a sentence, that and for whom this run waits.

    Raises:
        UnreachableError: another run still holds it.
        ConfigError: the project cannot be written, or there is no room.
    """
    with _opened(path) as file:
        _acquire(file.fileno(), path, time.monotonic() + wait, waiting)
        with in_room(path):
            file.truncate(0)
            file.write(f"pid {os.getpid()}")
            file.flush()
        yield


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        if error.errno not in _NOT_ALLOWED:
            raise
        raise ConfigError(
            f"the project can be read here, but not written: {error.strerror}",
            where=str(path.parent),
            todo="run the command where the project folder can be written, or check its permissions",
        ) from error


def _acquire(descriptor: int, path: Path, deadline: float, waiting: Callable[[str], object]) -> None:
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text("utf-8") or "another process"
            if time.monotonic() >= deadline:
                raise UnreachableError(
                    f"another run has this project ({holder})",
                    where=str(path),
                    todo="wait until it ends, or give this one time with --wait SECONDS",
                ) from None
            if not told:
                waiting(f"waiting for another run of this project ({holder})")
                told = True
            time.sleep(_POLL_SECONDS)
        else:
            return
