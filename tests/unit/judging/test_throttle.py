"""The number of requests at once follows the endpoint."""

from __future__ import annotations

import pytest

from prefstrata.judging._throttle import Throttle


def test_it_grows_while_answers_come_and_never_beyond_its_most() -> None:
    """From eight to the most that was allowed."""
    throttle = Throttle(12)
    assert throttle.limit == 8
    for _ in range(200):
        throttle.succeeded()
    assert throttle.limit == 12


def test_it_falls_with_every_refusal_and_waits_as_long_as_it_is_told() -> None:
    """Ten of a hundred refused are a sign, not the end: six fewer at once, and nothing is sent for two seconds."""
    throttle = Throttle(100)
    for _ in range(1000):
        throttle.succeeded()
    for _ in range(10):
        throttle.refused(5.0, 2.0)
    assert throttle.limit == 94
    assert throttle.wait(5.5) == 1.5
    assert throttle.wait(7.1) == 0


@pytest.mark.parametrize(("refused_of_ten", "limit"), [(0, 64), (1, 64), (2, 1), (5, 1)])
def test_it_follows_the_share_of_refusals(refused_of_ten: int, limit: int) -> None:
    """An endpoint that refuses one request in ten is used to the full; one that refuses one in five gets fewer."""
    throttle = Throttle(64)
    for number in range(5000):
        if number % 10 < refused_of_ten:
            throttle.refused(0.0, 0.0)
        else:
            throttle.succeeded()
    assert throttle.limit == limit


def test_it_never_stops_altogether() -> None:
    """One request at a time is the least."""
    throttle = Throttle(4)
    for number in range(50):
        throttle.refused(float(number), 0.0)
    assert throttle.limit == 1
