"""Work in parallel, results in order, and only a few ahead of whoever takes them."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

__all__ = ["ahead"]

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


def ahead(
    items: Iterable[_Item], work: Callable[[_Item], _Made], *, threads: int, waiting: int | None = None
) -> Generator[_Made]:
    """What the work makes of each item, in the order of the items.

    When the work on one fails, or the results are no longer wanted, what has not begun is not begun, and what has is
    waited for: nothing runs any more when the iterator is closed.

    Args:
        items: taken one by one, in the thread of who asks for results, as there is room.
        work: what threads do with each.
        threads: how many work at a time.
        waiting: most items taken whose results nobody took yet; as many as there are threads when not given.
    """
    room = threads if waiting is None else waiting
    pool = ThreadPoolExecutor(max_workers=threads)
    begun: deque[Future[_Made]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) >= room:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
