"""The cut of a layer into files: each day once, small files, and little that moves when something is added."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefstrata.releases._layout import DAYS, Span, buckets, spans

_COUNTS = st.dictionaries(
    st.one_of(st.none(), st.integers(0, DAYS - 1), st.integers(20_000, 20_100)), st.integers(1, 3_000), max_size=60
)
_TOGETHER = 256


def _day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def _held(span: Span, days: dict[int | None, int]) -> int:
    return sum(days[day] for day in span.days)


@pytest.mark.parametrize(
    ("records", "files"),
    [(0, 1), (1, 1), (2_048, 1), (2_049, 2), (4_096, 2), (4_097, 4), (256 * 2_048, 256), (10**9, 256)],
)
def test_files_hold_at_most_so_many_records_on_average(records: int, files: int) -> None:
    """As many files as it takes, rounded up to a power of two, never more than 256."""
    assert buckets(records, 2_048) == files


@given(_COUNTS)
def test_every_day_is_in_one_span(days: dict[int | None, int]) -> None:
    """Nothing is lost, nothing stands twice, and no two files have one name."""
    found = spans(days)
    assert sorted(str(day) for span in found for day in span.days) == sorted(map(str, days))
    assert len({span.name for span in found}) == len(found)


@given(_COUNTS)
def test_days_share_a_file_only_while_it_is_small(days: dict[int | None, int]) -> None:
    """Several days are 256 records at most; one day that has more is a span of its own; a span says its days."""
    for span in spans(days):
        records = _held(span, days)
        if len(span.days) > 1:
            assert records <= _TOGETHER
        if span.name not in {"all", "undated"}:
            first, _, last = span.name.partition("_")
            assert all(day is not None and _day(first) <= day <= _day(last or first) for day in span.days)


@given(_COUNTS)
def test_the_order_of_days_and_days_without_records_do_not_matter(days: dict[int | None, int]) -> None:
    """The cut follows from the counts alone."""
    backwards = dict(reversed(list(days.items())))
    assert spans({**backwards, 5: days.get(5, 0)}) == spans(days)


@given(_COUNTS, st.integers(0, DAYS - 1), st.integers(1, 600))
def test_what_is_added_to_a_day_touches_little(days: dict[int | None, int], day: int, more: int) -> None:
    """Other spans stay as they were; the one with the day may split, and whoever splits held 256 records at most."""
    before, after = set(spans(days)), set(spans({**days, day: days.get(day, 0) + more}))
    gone = before - after
    assert sum(_held(span, days) for span in gone if span.days != (day,)) <= _TOGETHER + days.get(None, 0) * any(
        span.name == "all" for span in gone
    )
    assert all(day in span.days or any(set(span.days) <= set(old.days) for old in gone) for span in after - before)


def test_a_small_layer_is_one_file() -> None:
    """Whatever its days, and whether there are any."""
    assert spans({None: 100, 20_000: 100, 3: 56}) == (Span("all", (3, 20_000, None), 1),)
    assert [span.name for span in spans({None: 100, 20_000: 100, 3: 57})] == ["1970-01-01_2059-09-18", "undated"]
    assert [span.name for span in spans({20_000: 200, 3: 57})] == ["1970-01-01_2014-11-09", "2014-11-10_2059-09-18"]


def test_what_has_no_day_is_cut_by_hash() -> None:
    """A layer without dates has few large files, as many as its size asks for."""
    assert spans({None: 16_384}) == (Span("undated", (None,), 1),)
    assert spans({None: 16_385}) == (Span("undated", (None,), 2),)
    assert Span("undated", (None,), 2).file(1) == "bucket=undated.001.parquet"


def test_a_layer_without_records_has_no_span() -> None:
    """Nothing to cut."""
    assert spans({}) == spans({7: 0, None: 0}) == ()
