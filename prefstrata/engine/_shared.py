"""What the engines have in common: the looks they take at a statement before they run it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prefstrata.engine._files import parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.engine._protocol import Scalar
    from prefstrata.model.tables import Table

__all__ = ["check_columns", "given", "literal", "may_be_replaced", "with_literals"]

_OPAQUE_OR_PARAMETER = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\$(?P<name>[a-z_][a-z0-9_]*)")


def given(name: str, params: dict[str, Scalar]) -> dict[str, Scalar]:
    """The parameters of a statement, after a look that they are those its text names."""
    wanted = parameters(name)
    if wanted != params.keys():
        raise TypeError(f"{name} takes the parameters {sorted(wanted)}, not {sorted(params)}")
    return dict(params)


def with_literals(sql: str, values: Mapping[str, Scalar]) -> str:
    """The statement with its parameters written out, for where an engine takes none; text is quoted."""

    def written(found: re.Match[str]) -> str:
        name = found["name"]
        return found[0] if name is None else literal(values[name])

    return _OPAQUE_OR_PARAMETER.sub(written, sql)


def literal(value: Scalar) -> str:
    """A value as SQL spells it; text is quoted."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"cast({value!r} as double)" if isinstance(value, float) else str(value).lower()


def check_columns(table: Table, columns: Iterable[str]) -> None:
    """Raise a ValueError that names the columns a statement lacks, has too many, or has twice."""
    found = list(columns)
    declared = [column.name for column in table.columns]
    if sorted(found) == sorted(declared):
        return
    missing, extra = set(declared) - set(found), set(found) - set(declared)
    twice = {name for name in found if found.count(name) > 1}
    faults = [(missing, "lacks"), (extra, "has the undeclared"), (twice, "repeats")]
    said = "; ".join(f"{verb} {', '.join(sorted(names))}" for names, verb in faults if names)
    raise ValueError(f"{table.full_name}: the statement {said}")


def may_be_replaced(table: Table) -> None:
    """Raise a ValueError when the table is append-only: its rows are facts, and a caller that drops them has a bug."""
    if table.append_only:
        raise ValueError(f"{table.full_name} is append-only: append to it")
