"""Texts become times by the formats a mapping names, each format by itself."""

from __future__ import annotations

import re

from prefstrata.sources.mapping._expressions import ExpressionError, text_literal

__all__ = ["is_in_calendar", "is_no_time", "read_formats"]

_NAMED_ZONE = re.compile(r"(?<!%)((?:%%)*)%Z")


def read_formats(text: str, formats: tuple[str, ...]) -> str:
    """The time in UTC that a text gives by the first format that fits it, as SQL; null when none does.

    DuckDB takes a list of formats too, but where one of them has an offset, rows that match another keep the offset of
    the row before them, and the 31st of February becomes a day in March.
    """
    each = ", ".join(_by_format(text, format_) for format_ in formats)
    return f"coalesce({each})" if len(formats) > 1 else each


def is_no_time(text: str, parsed: str) -> str:
    """Condition: what a text gave is a word. By any format ``epoch`` and ``infinity`` read as 1900, by none as 1970."""
    read = f"{parsed} in (timestamp '1900-01-01', timestamp '1970-01-01')"
    return f"{read} and not regexp_matches({text}, '[0-9]')"


def is_in_calendar(parsed: str) -> str:
    """Condition: a time is of the years 1 to 9999, which all who get it can read; null for none, false for infinity."""
    return f"{parsed} between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999'"


def _by_format(text: str, format_: str) -> str:
    read = f"cast(try_strptime({text}, {text_literal(format_)}) as timestamp)"
    if not _NAMED_ZONE.search(format_):
        return read
    # With a named zone, days that no month has are counted on into the next one: without it they do not read.
    stripped = f"regexp_replace({text}, {text_literal(_zone_in(format_))}, '\\1\\2')"
    without = text_literal(_NAMED_ZONE.sub(r"\1", format_, count=1))
    if "%" not in without:
        raise ExpressionError(f"the format {format_!r} has a zone and no time")
    local = f"try_strptime({stripped}, {without})"
    return f"case when {local} is not null then {read} end"


def _zone_in(format_: str) -> str:
    """A pattern of the zone's name in a text: its place is known by the words before it, and what it is joined to."""
    words = format_.replace("%c", "%c %c").split()  # %c is a date and a time
    place = next(place for place, word in enumerate(words) if _NAMED_ZONE.search(word))
    head, tail = _NAMED_ZONE.sub(r"\1\n", words[place], count=1).split("\n")
    before = rf"^(\s*(?:\S+\s+){{{place}}}"
    if "%" in head:  # a time right before the name, which begins with the first letter then
        return rf"{before}\S*?)[A-Za-z][A-Za-z_/-]*(?:[+-]?[0-9]+)?({_literally(tail)}(?:\s|$))"
    return rf"{before}{_literally(head)})\S+?({_literally(tail)}(?:\s|$))"


def _literally(part: str) -> str:
    return r"\S*?" if "%" in part else re.escape(part)
