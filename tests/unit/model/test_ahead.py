"""Work in parallel, results in order."""

from __future__ import annotations

import threading
from itertools import count, islice

import pytest

from prefstrata.model.ahead import ahead


def test_results_come_in_the_order_of_the_items() -> None:
    """Whichever is ready first: here each waits for the one behind it."""
    ready = [threading.Event() for _ in range(3)]

    def work(number: int) -> int:
        if number < 2:
            assert ready[number + 1].wait(20)
        ready[number].set()
        return number

    assert list(ahead(range(3), work, threads=3)) == [0, 1, 2]


def test_only_a_few_items_are_taken_ahead() -> None:
    """A layer of any size is worked on in the memory of a few parts."""
    taken: list[int] = []
    results = ahead((taken.append(number) or number for number in count()), lambda number: number, threads=2, waiting=4)
    assert list(islice(results, 3)) == [0, 1, 2]
    assert len(taken) == 6
    results.close()


def test_a_failure_is_told_in_its_place_and_nothing_runs_on() -> None:
    """What has begun is waited for: whoever cleans up afterwards is alone."""
    began, go, ended, workers = threading.Event(), threading.Event(), [], set()

    def work(number: int) -> int:
        workers.add(threading.current_thread())
        if number == 1:
            assert began.wait(20)
            go.set()
            raise ValueError(number)
        if number == 2:
            began.set()
            assert go.wait(20)
            ended.append(number)
        return number

    results = ahead(count(), work, threads=3)
    assert next(results) == 0
    with pytest.raises(ValueError, match="1"):
        next(results)
    assert ended == [2]
    assert workers
    assert not any(each.is_alive() for each in workers)
