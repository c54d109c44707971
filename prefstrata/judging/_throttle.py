"""How many requests an endpoint is given at once: more while it answers, fewer when it says that it is too much."""

from __future__ import annotations

__all__ = ["Throttle"]

_BEGIN = 8
_RISE = 0.1
_FALL = 0.6


class Throttle:
    """Every answer adds a little to the limit, every refusal takes more from it.

    Steps that do not depend on the limit, as in Scalable TCP (Kelly, 2003), make it follow the *share* of refusals: it
    rises while fewer than one request in seven is refused and falls beyond, at any size. (Halving at each refusal would
    hold an endpoint that refuses now and then, for reasons of its own, at a few requests for ever.) ``Retry-After`` is
    kept. Times are seconds of one monotonic clock, given by the caller.

    Args:
        most: requests at once that are never exceeded.
    """

    def __init__(self, most: int) -> None:
        """Begin small."""
        self._most = most
        self._limit = float(min(most, _BEGIN))
        self._closed_until = 0.0

    @property
    def limit(self) -> int:
        """Requests at once, now."""
        return int(self._limit)

    def wait(self, now: float) -> float:
        """Seconds until a request may be sent, because the endpoint asked for them."""
        return max(0.0, self._closed_until - now)

    def succeeded(self) -> None:
        """An answer came."""
        self._limit = min(float(self._most), self._limit + _RISE)

    def refused(self, now: float, retry_after: float) -> None:
        """The endpoint said that it is too much, or did not answer in time; and how long it asks to wait."""
        self._closed_until = max(self._closed_until, now + retry_after)
        self._limit = max(1.0, self._limit - _FALL)
