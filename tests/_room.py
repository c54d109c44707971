"""A disk that is full, as far as this process can see: no file may grow beyond a size."""

from __future__ import annotations

import resource
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["let_no_file_outgrow", "no_file_larger_than"]


def let_no_file_outgrow(size: int) -> None:
    """Refuse this process to write a file beyond so many bytes; only inside :func:`no_file_larger_than`."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@contextmanager
def no_file_larger_than(size: int | None = None) -> Iterator[None]:
    """Until the block ends; where no size is given, the block says when it begins.

    Modules are not kept compiled meanwhile: Python takes half of one for a whole one, and nobody could import it again.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        if size is not None:
            let_no_file_outgrow(size)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = kept
