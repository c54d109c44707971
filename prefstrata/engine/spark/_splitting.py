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
    """A CTE whose rows are held: statements after it name them as a table called ``name``."""

    name: str
    select: exp.Expr


def split(tree: exp.Expr) -> tuple[tuple[Part, ...], exp.Expr]:
    """The CTEs to be held, in the order in which they can be worked out, and the statement that is left.

    Args:
        tree: a statement in which tables have a schema and CTEs have none; not changed.
    """
    ctes = {cte.alias: cte.this for cte in tree.args["with_"].expressions} if tree.args.get("with_") else {}
    # An inner CTE of an outer one's name would be taken for it.
    if len(ctes) < len(list(tree.find_all(exp.CTE))):
        return (), tree
    rest = tree.copy()
    rest.set("with_", None)
    named = {name: _named(body, ctes) for name, body in ctes.items()}
    uses = [name for names in (*named.values(), _named(rest, ctes)) for name in names]
    held: list[str] = []
    scans: dict[str, int] = {}
    for name, body in ctes.items():
        scans[name] = sum(1 for table in body.find_all(exp.Table) if table.db)
        scans[name] += sum(1 if inner in held else scans[inner] for inner in named[name])
        if (uses.count(name) - 1) * scans[name] >= _WORTH:
            held.append(name)
    if not held:
        return (), tree
    parts = tuple(Part(name, _closed(ctes[name], ctes, held)) for name in held)
    return parts, _closed(rest, ctes, held)


def _named(body: exp.Expr, ctes: Iterable[str]) -> list[str]:
    """The CTEs that a query reads, each as often as it does."""
    return [table.name for table in body.find_all(exp.Table) if not table.db and table.name in ctes]


def _closed(body: exp.Expr, ctes: Mapping[str, exp.Expr], held: Iterable[str]) -> exp.Expr:
    """The query with those CTEs before it that it needs and that are not held."""
    needed: set[str] = set()
    found = _named(body, ctes)
    while found:
        name = found.pop()
        if name not in needed and name not in held:
            needed.add(name)
            found += _named(ctes[name], ctes)
    closed = body.copy()
    if needed:
        kept = [exp.CTE(this=cte.copy(), alias=_alias(name)) for name, cte in ctes.items() if name in needed]
        closed.set("with_", exp.With(expressions=kept))
    return closed


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))
