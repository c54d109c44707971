"""Pieces of the statements a mapping becomes: literals, projections, and what is wrong with a row as one column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.mapping._expressions import text_literal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["UNSAID", "Cell", "Check", "Key", "literal", "problem", "select", "shown", "spell"]

Key = tuple[str | int, ...]

UNSAID = "unsaid"
_PROBLEM = "struct(reason varchar, detail varchar)"
_SHOWN = 80


@dataclass(frozen=True)
class Check:
    """What makes a row refused: a condition, the reason's word, and the detail as SQL."""

    condition: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Cell:
    """A leaf: its value as SQL over the evaluated level, how the file spelled it, and what can be wrong with it."""

    sql: str
    spelled: str
    checks: tuple[Check, ...] = ()


def spell(key: Key) -> str:
    """The key as people write it: ``map.votes[0].choice``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")


def select(picks: list[str], source: str, where: str = "") -> str:
    """A projection over a statement or a table."""
    inner = source if re.fullmatch(r"[a-z_0-9.]+", source) else f"({source})"
    return f"select {', '.join(picks)}\nfrom {inner}{' where ' + where if where else ''}"


def problem(checks: Iterable[Check]) -> str:
    """The first problem of a row as SQL; null when there is none, or when an `unsaid` check comes first."""
    branches = "".join(
        f"\n when {check.condition} then "
        + ("null" if check.reason == UNSAID else f"{{'reason': '{check.reason}', 'detail': {check.detail}}}")
        for check in checks
    )
    return f"cast(case{branches} end as {_PROBLEM})" if branches else f"cast(null as {_PROBLEM})"


def composed(name: str) -> str:
    """A name or a word as SQL, in NFC: decomposed, as some systems write it, it is no other one."""
    return f"nfc_normalize({name})"


def literal(value: object) -> str:
    """A Python value from YAML as a SQL literal."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return text_literal(value)
        case list() | tuple():
            return f"[{', '.join(literal(each) for each in value)}]"
        case dict():
            return "{" + ", ".join(f"{text_literal(str(name))}: {literal(each)}" for name, each in value.items()) + "}"
    raise TypeError(f"no SQL literal for {value!r}")


def shown(sql: str) -> str:
    """SQL of a found text, short enough for a sentence."""
    return f"case when length({sql}) > {_SHOWN} then left({sql}, {_SHOWN}) || '…' else {sql} end"
