"""A few workers of their own state, each for one thread at a time."""

from __future__ import annotations

from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from prefstrata.model.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Workers"]

_WORKERS = 2
_AHEAD = 4
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")
_Worker = TypeVar("_Worker")


class Workers(Generic[_Worker]):
    """A few workers, each made when it is first needed and used by one thread at a time.

    Args:
        make: makes a worker.
        close: lets go of one.
    """

    def __init__(self, make: Callable[[], _Worker], close: Callable[[_Worker], object]) -> None:
        """Make nothing yet."""
        self._make, self._close = make, close
        self._idle: SimpleQueue[_Worker] = SimpleQueue()

    def over(self, items: Iterable[_Item], work: Callable[[_Worker, _Item], _Made]) -> Iterator[_Made]:
        """What the work makes of each item, in the order of the items."""
        yield from ahead(items, partial(self._run, work), threads=_WORKERS, waiting=_AHEAD)

    def _run(self, work: Callable[[_Worker, _Item], _Made], item: _Item) -> _Made:
        try:
            worker = self._idle.get_nowait()
        except Empty:
            worker = self._make()
        try:
            return work(worker, item)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Let go of every worker; nothing may run any more."""
        while not self._idle.empty():
            self._close(self._idle.get_nowait())
