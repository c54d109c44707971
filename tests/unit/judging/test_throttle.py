"""The number of requests at once follows the endpoint."""

from __future__ import annotations

from prefstrata.judging._throttle import Throttle


def test_it_grows_while_answers_come_and_never_beyond_its_most() -> None:
    """From eight to the most that was allowed."""
    throttle = Throttle(12)
    assert throttle.limit == 8
    for _ in range(200):
        throttle.succeeded()
    assert throttle.limit == 12


def test_it_falls_once_for_those_who_were_refused_together() -> None:
    """Ten requests refused in the same moment are one sign."""
    throttle = Throttle(100)
    for number in range(10):
        throttle.refused(5.0 + number / 1000, 2.0)
    assert throttle.limit == 5
    assert throttle.wait(5.5) > 1.5
    assert throttle.wait(7.1) == 0
    throttle.refused(8.0, 0.0)
    assert throttle.limit == 3


def test_it_never_stops_altogether() -> None:
    """One request at a time is the least."""
    throttle = Throttle(4)
    for number in range(50):
        throttle.refused(float(number), 0.0)
    assert throttle.limit == 1
