"""Translates a statement of ``sql/`` from DuckDB's dialect to Spark's.

The named functions of ``sql/functions`` are written out in place, so that Spark runs the same definitions; only what
Spark spells in another way has a spelling of its own here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from prefstrata.engine._files import function_names, sql_text
from prefstrata.engine.spark._splitting import split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prefstrata.engine._protocol import Scalar

__all__ = ["Translated", "python_functions", "to_spark"]

_MACRO = re.compile(r"create or replace macro (?P<name>\w+)\((?P<arguments>[^)]*)\) as\s(?P<body>.*)", re.DOTALL)

_SPELT_FOR_SPARK = {
    "hash_bits_high": "cast(conv(substr(id, 1, 15), 16, 10) as bigint)",
    "hash_bits_low": "cast(conv(substr(id, 16, 15), 16, 10) as bigint)",
    "double_text": "python_double_text(cast(x as double))",
}


def python_functions() -> Mapping[str, Callable[..., str | None]]:
    """What Spark cannot say in SQL at all: functions to register on a session under these names, text out.

    They are made inside this function so that Spark ships them by value: its workers then import nothing of ours.
    """

    def nfc_normalize(text: str | None) -> str | None:
        return None if text is None else unicodedata.normalize("NFC", text)

    def python_double_text(value: float | None) -> str | None:
        return None if value is None else repr(value)

    return {"nfc_normalize": nfc_normalize, "python_double_text": python_double_text}


@cache
def _functions() -> Mapping[str, tuple[tuple[str, ...], exp.Expr]]:
    """Each named function: its arguments and its body, in which other named functions are written out already."""
    known: dict[str, tuple[tuple[str, ...], exp.Expr]] = {}
    for name in function_names():
        found = _MACRO.search(sql_text(f"functions/{name}"))
        if found is None or found["name"] != name:
            raise ValueError(f"sql/functions/{name}.sql does not define the function {name}")
        arguments = tuple(argument.strip() for argument in found["arguments"].split(","))
        body = sqlglot.parse_one(_SPELT_FOR_SPARK.get(name, found["body"]), read="duckdb")
        known[name] = (arguments, _written_out(exp.paren(body), known))
    return known


def _written_out(tree: exp.Expr, functions: Mapping[str, tuple[tuple[str, ...], exp.Expr]]) -> exp.Expr:
    def call(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Anonymous) or node.name.lower() not in functions:
            return node
        arguments, body = functions[node.name.lower()]
        values = dict(zip(arguments, node.expressions, strict=True))

        def argument(inner: exp.Expr) -> exp.Expr:
            if isinstance(inner, exp.Column) and not inner.table and inner.name in values:
                return exp.paren(_written_out(values[inner.name], functions))
            return inner

        return body.copy().transform(argument)

    return tree.transform(call)


@lru_cache(maxsize=512)
def _read(sql: str) -> exp.Expr:
    """The statement, its named functions written out; a fit runs the same few dozens of times."""
    tree = _written_out(sqlglot.parse_one(sql, read="duckdb"), _functions())
    for node in reversed(list(tree.find_all(exp.Round))):  # the inner ones first
        if digits := node.args.get("decimals"):
            node.replace(_rounded(node.this, int(digits.name)))
    return tree


def _rounded(value: exp.Expr, digits: int) -> exp.Expr:
    """Rounding to some digits as DuckDB computes it: to a whole number of the last of them, and back.

    Spark's own rounds what the number is printed as. A double that lies between two roundings may then go either way,
    and half of what is halved does: the mean of two, or how far they are apart.
    """
    scale = exp.Literal.number(f"1e{digits}")
    whole = exp.Round(this=exp.Mul(this=exp.cast(exp.paren(value.copy()), exp.DataType.Type.DOUBLE), expression=scale))
    return exp.paren(exp.Div(this=whole, expression=scale.copy()))


@dataclass(frozen=True)
class Translated:
    """A statement in Spark's dialect.

    Attributes:
        parts: names and statements of rows to be held for those that follow, in their order.
        rest: the statement that is left.
    """

    parts: tuple[tuple[str, str], ...]
    rest: str


def to_spark(
    sql: str, params: Mapping[str, Scalar], view: Callable[[str], str], part: Callable[[str], str]
) -> Translated:
    """The statement in Spark's dialect, its parameters filled in.

    Args:
        sql: it, as in ``sql/``.
        params: its parameters.
        view: how a table is called that it reads, by its full name.
        part: how a CTE is called whose rows are held, by its name.
    """
    # With their types: 1 and true are one key, and two texts.
    found, tables = _translated(sql, tuple((name, type(value), value) for name, value in sorted(params.items())))
    views = {_stand_in("table", full_name): view(full_name) for full_name in tables}
    views |= {_stand_in("part", name): part(name) for name, _ in found.parts}

    def placed(text: str) -> str:
        for stand_in, name in views.items():
            text = text.replace(stand_in, name)
        return text

    return Translated(tuple((part(name), placed(text)) for name, text in found.parts), placed(found.rest))


@lru_cache(maxsize=1024)
def _translated(sql: str, params: tuple[tuple[str, type, Scalar], ...]) -> tuple[Translated, tuple[str, ...]]:
    """The statement in Spark's dialect, with stand-ins for its tables, and those tables; a fit asks again and again."""
    values = {name: value for name, _, value in params}
    tables: set[str] = set()

    def local(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder):
            return exp.convert(values[node.name])
        if isinstance(node, exp.Table) and node.db:
            full_name = f"{node.db}.{node.name}"
            tables.add(full_name)
            return _stood_in(node, "table", full_name)
        if isinstance(node, exp.Table) and node.name.lower() in held:
            return _stood_in(node, "part", node.name.lower())
        return node

    def told(tree: exp.Expr) -> str:
        return tree.transform(local).sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)

    parts, rest = split(_read(sql))
    held = {part.name for part in parts}
    found = Translated(tuple((part.name, told(part.select)) for part in parts), told(rest))
    return found, tuple(sorted(tables))


def _stood_in(table: exp.Table, kind: str, name: str) -> exp.Table:
    """The table under the name of its stand-in; what hangs on it stays, such as a join in brackets."""
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    table.set("this", exp.to_identifier(f"the {kind} {name}", quoted=True))
    table.set("db", None)
    return table


def _stand_in(kind: str, name: str) -> str:
    return f"`the {kind} {name}`"
