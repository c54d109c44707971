"""The names an expression may use, and the type it would have: checked before any file is read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from prefstrata.sources.mapping._expressions import Expression, ExpressionError, describe, parse, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Scope"]


@dataclass(frozen=True)
class Scope:
    """Columns and their SQL types; a new name is added by :meth:`plus`, never changed in place."""

    columns: Mapping[str, str] = field(default_factory=dict)

    def plus(self, name: str, type_: str) -> Scope:
        """This scope with one more column.

        Raises:
            ExpressionError: the name is taken, or reserved.
        """
        if name.startswith("__"):
            raise ExpressionError(f"{name!r}: names that begin with two underscores are reserved")
        if name.lower() in self._spelled():
            raise ExpressionError(f"the name {name!r} is taken (by a field, a let, the join, `line` or `file`)")
        return Scope({**self.columns, name: type_})

    def column(self, name: str) -> str | None:
        """The column as it is spelled here, whatever the case of ``name``; None when there is none."""
        return self._spelled().get(name.lower())

    def read(self, text: str) -> Expression:
        """The expression a text holds; the bare name of a column needs no quotes, even where SQL wants them.

        Raises:
            ExpressionError: it is no expression that a mapping may hold.
        """
        name = self.column(text.strip())
        return parse(text if name is None else quoted(name))

    def used(self, expression: Expression) -> frozenset[str]:
        """The columns the expression reads.

        Raises:
            ExpressionError: one of them does not exist here.
        """
        return frozenset(self._known(name) for name in expression.names)

    def type_of(self, expression: Expression) -> str:
        """The SQL type the expression has here.

        Raises:
            ExpressionError: a name does not exist, or a function does not take what it is given.
        """
        columns = ", ".join(
            f"cast(null as {self.columns[name]}) as {quoted(name)}" for name in sorted(self.used(expression))
        )
        source = f" from (select {columns})" if columns else ""
        try:
            return describe(f"select {expression.sql}{source}")
        except duckdb.Error as error:
            raise ExpressionError(str(error).splitlines()[0].removeprefix("Binder Error: ")) from error

    def _spelled(self) -> dict[str, str]:
        return {name.lower(): name for name in self.columns}

    def _known(self, name: str) -> str:
        spelled = self._spelled()
        if name.lower() in spelled:
            return spelled[name.lower()]
        near = difflib.get_close_matches(name.lower(), spelled, n=1)
        hint = f"did you mean {spelled[near[0]]}?" if near else f"there are {', '.join(sorted(self.columns))}"
        raise ExpressionError(f"there is no column {name} here: {hint} (text stands in single quotes: '{name}')")
