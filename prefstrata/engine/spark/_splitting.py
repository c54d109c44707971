"""Splits a statement where Spark would work the same rows out again and again.

A CTE (``with name as (…)``) that is named twice is worked out once by DuckDB. Spark writes it out wherever it is named,
and the CTEs in it as well: a few levels deep that is a plan of hundreds of scans, which takes seconds to make and then
reads every table as often. Such a CTE becomes a statement of its own here, whose rows are held while the rest runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Part", "split"]

_WORTH = 6
"""Scans saved that are worth a job of its own. Of all statements in ``sql/`` it then holds one CTE in twelve."""


@dataclass(frozen=True)
class Part:
    """A CTE whose rows are held: statements after it name them as a table called ``name``, in lower case."""

    name: str
    select: exp.Expr


def split(tree: exp.Expr) -> tuple[tuple[Part, ...], exp.Expr]:
    """The CTEs to be held, in the order in which they can be worked out, and the statement that is left.

    Args:
        tree: a statement in which tables have a schema and CTEs have none; not changed.
    """
    ctes = _ctes(tree)
    rest = tree.copy()
    rest.set("with_", None)
    named = {name: _named(cte, ctes) for name, cte in ctes.items()}
    uses = [name for names in (*named.values(), _named(rest, ctes)) for name in names]
    held: list[str] = []
    scans: dict[str, int] = {}
    for name, cte in ctes.items():
        scans[name] = sum(1 for table in cte.find_all(exp.Table) if table.db)
        scans[name] += sum(1 if inner in held else scans[inner] for inner in named[name])
        if (uses.count(name) - 1) * scans[name] >= _WORTH:
            held.append(name)
    if not held:
        return (), tree
    parts = tuple(Part(name, _closed(ctes[name].this, ctes, held)) for name in held)
    return parts, _closed(rest, ctes, held)


def _ctes(tree: exp.Expr) -> Mapping[str, exp.CTE]:
    """The CTEs of a statement by their names; none where a name may mean another one, or more than a query."""
    found = tree.args.get("with_")
    if found is None or found.args.get("recursive"):
        return {}
    ctes = {cte.alias.lower(): cte for cte in found.expressions}
    inner = len(list(tree.find_all(exp.CTE))) > len(ctes)
    renamed = any(cte.args["alias"].columns for cte in ctes.values())
    return {} if inner or renamed else ctes


def _named(query: exp.Expr, ctes: Iterable[str]) -> list[str]:
    """The CTEs that a query reads, each as often as it does."""
    names = [table.name.lower() for table in query.find_all(exp.Table) if not table.db]
    return [name for name in names if name in ctes]


def _closed(query: exp.Expr, ctes: Mapping[str, exp.CTE], held: Iterable[str]) -> exp.Expr:
    """The query with those CTEs before it that it needs and that are not held."""
    needed: set[str] = set()
    found = _named(query, ctes)
    while found:
        name = found.pop()
        if name not in needed and name not in held:
            needed.add(name)
            found += _named(ctes[name], ctes)
    closed = query.copy()
    if needed:
        closed.set("with_", exp.With(expressions=[cte.copy() for name, cte in ctes.items() if name in needed]))
    return closed
