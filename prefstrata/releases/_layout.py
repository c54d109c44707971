"""How a layer's records are cut into files, so that a small change of what is released touches few of them.

The cut follows from the days of the records and nothing else: not from what was released before, nor from the order in
which records came. Days are put together while a file stays small, by halving the calendar; what is added to a day
then leaves the files of all others as they were, and growth only ever splits files.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["DAYS", "Span", "buckets", "spans"]

DAYS = 1 << 15
"""Days from 1970-01-01 that the calendar has, to 2059; what has a day outside of it counts as undated."""
_MOST_BUCKETS = 256
_TOGETHER = 256
"""Most records of several days in one file: what a new record of any of these days writes anew."""
_UNDATED = 16_384
"""Records without a day that share a file on average at most: a sample of the prompts, by their hashes."""
_OF_ONE_DAY = 2_048
"""Records of one day that do: few enough for a checkout to mix the files of several days."""


@dataclass(frozen=True, slots=True)
class Span:
    """Records that lie together: those of some days, or of no day, cut into buckets by their prompt's hash.

    Attributes:
        name: what the names of its files say of its days.
        days: its days that have records, since 1970-01-01; None stands for those without a day.
        buckets: how many files it has at most.
    """

    name: str
    days: tuple[int | None, ...]
    buckets: int

    def file(self, bucket: int) -> str:
        """The name of one of its files."""
        return f"bucket={self.name}.{bucket:03d}.parquet"


def spans(days: Mapping[int | None, int]) -> tuple[Span, ...]:
    """The spans of a layer's records of one kind.

    Args:
        days: how many records each day has, since 1970-01-01, from 0 to below ``DAYS``; None for those without one.

    Returns:
        Spans that hold each day once. A layer of few records is one span, whatever their days.
    """
    dated = sorted(day for day, records in days.items() if day is not None and records)
    undated = days.get(None, 0)
    counts = [days[day] for day in dated]
    if sum(counts) + undated <= _TOGETHER:
        whole = (*dated, *([None] if undated else []))
        return (Span("all", whole, 1),) if whole else ()
    found = list(_halved(dated, [0, *accumulate(counts)], 0, DAYS))
    if undated:
        found.append(Span("undated", (None,), buckets(undated, _UNDATED)))
    return tuple(found)


def buckets(records: int, per_file: int) -> int:
    """The number of files for so many records: a power of two, so that growth splits files and moves nothing else."""
    needed = -(-records // per_file)
    return min(_MOST_BUCKETS, 1 << max(0, needed - 1).bit_length())


def _halved(dated: list[int], upto: list[int], first: int, size: int) -> Iterator[Span]:
    """The spans of the days from ``first``, ``size`` of them; ``upto`` has the records before each dated day."""
    low, high = bisect_left(dated, first), bisect_left(dated, first + size)
    records = upto[high] - upto[low]
    if not records:
        return
    if size > 1 and records > _TOGETHER:
        half = size // 2
        yield from _halved(dated, upto, first, half)
        yield from _halved(dated, upto, first + half, half)
        return
    name = _date(first) if size == 1 else f"{_date(first)}_{_date(first + size - 1)}"
    yield Span(name, tuple(dated[low:high]), buckets(records, _OF_ONE_DAY))


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
