"""How many requests an endpoint is given at once: more while it answers, fewer when it says that it is too much."""

from __future__ import annotations

__all__ = ["Throttle"]

_BEGIN = 8
_FALL = 0.7
_REST = 0.2


class Throttle:
    """Additive increase, multiplicative decrease, as in congestion control (Chiu and Jain, 1989).

    ``Retry-After`` is kept. Times are seconds of one monotonic clock, given by the caller.

    Args:
        most: requests at once that are never exceeded.
    """

    def __init__(self, most: int) -> None:
        """Begin small."""
        self._most = most
        self._limit = float(min(most, _BEGIN))
        self._closed_until = 0.0
        self._fell_at = -_REST

    @property
    def limit(self) -> int:
        """Requests at once, now."""
        return max(1, int(self._limit))

    def wait(self, now: float) -> float:
        """Seconds until a request may be sent, because the endpoint asked for them."""
        return max(0.0, self._closed_until - now)

    def succeeded(self) -> None:
        """An answer came."""
        self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def refused(self, now: float, retry_after: float) -> None:
        """The endpoint said that it is too much, and how long to wait.

        Those who were refused together are one sign, not many: the limit falls at most once in a short time.
        """
        self._closed_until = max(self._closed_until, now + retry_after)
        if now - self._fell_at >= _REST:
            self._fell_at = now
            self._limit = max(1.0, self._limit * _FALL)
