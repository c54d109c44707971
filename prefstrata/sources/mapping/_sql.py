"""Pieces of the statements a mapping becomes: literals, projections, and what is wrong with a row as one column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.mapping._expressions import quoted, text_literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["UNSAID", "Cell", "Check", "Key", "Step", "is_constant", "literal", "problem", "select", "shown", "spell"]

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


@dataclass(frozen=True)
class Step:
    """A statement whose rows are kept, and the projection by which they are read."""

    rows: str
    seen: str = "*"

    @staticmethod
    def of(columns: Mapping[str, str], source: str, *, said: str = "", also: str = "") -> Step:
        """Columns by their SQL over ``source``; with ``said``, rows where that column or ``__problem`` is not null.

        A row is as wide as what it says: constants are not kept, and what several columns say is kept once. ``also`` is
        a projection over what is kept.
        """
        kept: dict[str, str] = {}
        read = {name: sql if is_constant(sql) else kept.setdefault(sql, quoted(name)) for name, sql in columns.items()}
        rows = select([f"{sql} as {name}" for sql, name in kept.items()], source)
        if said:
            rows = select(["*"], rows, f"{read[said]} is not null or {read['__problem']} is not null")
        seen = [f"{sql} as {quoted(name)}" for name, sql in read.items()]
        return Step(rows, ", ".join([*seen, also] if also else seen))


def is_constant(sql: str) -> bool:
    """Whether SQL of ours names no column: those are quoted, or begin with two underscores."""
    return "__" not in sql and '"' not in sql


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
