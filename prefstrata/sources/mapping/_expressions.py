"""SQL expressions that strangers may write: parsed, limited to pure scalar expressions, and spelled anew.

A mapping is often copied from somewhere. It must compute over its record and nothing else: no files, no tables, no
clock, no settings, no dice. DuckDB's own parser gives the syntax tree; what is not listed here is refused.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Expression", "ExpressionError", "describe", "parse", "quoted", "text_literal"]

_ALLOWED = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "FUNCTION",
        "LAMBDA",
        "OPERATOR",
        "TYPE",
    }
)
_REFUSED = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "a star",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "a position",
    "DEFAULT": "DEFAULT",
}
# Stable within DuckDB's own tables, but not across its releases.
_UNSTABLE = frozenset({"hash", "version", "current_user", "session_user", "user", "current_role", "current_catalog"})
# DuckDB says of these that they depend on their arguments alone, but they read the clock.
_CLOCKS = frozenset({"current_localtime", "current_localtimestamp"})
# Macros over aggregates, under names that no aggregate has.
_AGGREGATES = frozenset(
    {
        "geomean",
        "geometric_mean",
        "json_group_array",
        "json_group_object",
        "json_group_structure",
        "variant_group_array",
        "wavg",
        "weighted_avg",
    }
)
# Words that DuckDB takes for a function call when no column has the name.
_KEYWORDS = frozenset(
    {
        "current_catalog",
        "current_date",
        "current_role",
        "current_schema",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "session_user",
        "user",
    }
)


class ExpressionError(ValueError):
    """The expression is no SQL, or not one a mapping may hold; the message says which."""


@dataclass(frozen=True)
class Expression:
    """An expression that passed: its text as DuckDB spells it, comments gone, and the columns it mentions."""

    sql: str
    names: frozenset[str]
    """First names of the columns, such as ``meta`` of ``meta.task``."""
    is_plain: bool
    """Whether it is a column or a constant, so that evaluating it cannot fail."""


@cache
def parse(text: str) -> Expression:
    """Parse one expression.

    Raises:
        ExpressionError: it is not one pure scalar expression.
    """
    tree, serialized = _tree(text)
    nodes = list(_nodes(tree))
    for node in nodes:
        _check(node)
    names = frozenset(node["column_names"][0] for node in nodes if _is_column(node)) - _lambda_names(nodes)
    spelled = _rows("select json_deserialize_sql(?)", serialized)[0][0].removeprefix("SELECT ")
    return Expression(spelled, names, tree["class"] == "CONSTANT" or _is_column(tree))


@lru_cache(maxsize=1024)
def describe(select: str) -> str:
    """The type of the one column of a statement, which is not run."""
    return str(_rows(f"describe {select}")[0][1])


def quoted(name: str) -> str:
    """The name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """The text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _lambda_names(nodes: list[dict[str, Any]]) -> frozenset[str]:
    """The parameters of the lambdas; ``a -> 'b'`` is parsed as one too, but there ``a`` is a column."""
    lambdas = (node for node in nodes if node["class"] == "LAMBDA" and node["syntax_type"] != "SINGLE_ARROW")
    parameters = (part for node in lambdas for part in _nodes(node["lhs"]))
    return frozenset(part["column_names"][0] for part in parameters if _is_column(part)) - _KEYWORDS


def _is_column(node: dict[str, Any]) -> bool:
    return bool(node["class"] == "COLUMN_REF")


def _tree(text: str) -> tuple[dict[str, Any], str]:
    # On lines of its own, so that a trailing comment ends with its line.
    serialized = _rows("select json_serialize_sql(?)", f"select\n{text}\n")[0][0]
    parsed = json.loads(serialized)
    if parsed["error"]:
        said = parsed["error_message"].splitlines()[0]
        raise ExpressionError(f'this is not a SQL expression: {said} (names that are SQL words stand in quotes: "at")')
    if len(parsed["statements"]) != 1:
        raise ExpressionError("write one expression, without a semicolon")
    node = parsed["statements"][0]["node"]
    if node["type"] != "SELECT_NODE" or len(node["select_list"]) != 1 or not _is_bare(node):
        raise ExpressionError("write one expression, not a query: no FROM, WHERE, GROUP BY or comma at its top")
    found: dict[str, Any] = node["select_list"][0]
    if found["alias"]:
        raise ExpressionError(f"write the expression without AS {found['alias']}")
    return found, serialized


def _is_bare(node: dict[str, Any]) -> bool:
    clauses = ("where_clause", "having", "qualify", "sample", "group_expressions", "modifiers")
    return (
        node["from_table"]["type"] == "EMPTY" and not any(node[name] for name in clauses) and not node["cte_map"]["map"]
    )


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if "class" in node:
                yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _check(node: dict[str, Any]) -> None:
    kind = node["class"]
    if kind not in _ALLOWED:
        raise ExpressionError(f"a mapping may not hold {_REFUSED.get(kind, kind.lower())}")
    if kind == "TYPE" and node["schema"]:
        raise ExpressionError("a mapping may not name a schema")
    if kind != "FUNCTION":
        return
    name = node["function_name"].lower()
    if node["schema"] or node["catalog"]:
        raise ExpressionError("a mapping may not name a schema")
    if name not in _pure_functions():
        raise ExpressionError(f"a mapping may not call {name}(): {_why(name)}")
    if name == "age" and len(node["arguments"]) == 1:
        raise ExpressionError("a mapping may not call age() with one time: it reads the clock; give it two")


def _why(name: str) -> str:
    kinds = {
        row[0] for row in _rows("select distinct function_type from duckdb_functions() where function_name = ?", name)
    }
    if "aggregate" in kinds or name in _AGGREGATES:
        return "it works on many rows, an expression sees one record (lists have list_sum, list_max, …)"
    if kinds & {"table", "table_macro"}:
        return "it reads tables or files, an expression sees its record only"
    if kinds:
        return "its result depends on more than its arguments"
    return "DuckDB has no such function"


@cache
def _pure_functions() -> frozenset[str]:
    """Functions of one record whose result depends on their arguments alone."""
    rows = _rows(
        """
        select function_name from duckdb_functions()
        where database_name = 'system' and not starts_with(function_name, 'pg_')
            and not starts_with(function_name, '__internal') and not starts_with(function_name, 'inet_')
            and not starts_with(function_name, 'has_') and not ends_with(function_name, '_description')
        group by all
        having bool_or(function_type in ('scalar', 'macro'))
            and not bool_or(function_type in ('aggregate', 'window'))
            and not bool_or(coalesce(stability, '') in ('CONSISTENT_WITHIN_QUERY', 'VOLATILE'))
            and not bool_or(coalesce(regexp_matches(macro_definition, '(?i)select|unnest|current_|sleep'), false))
        """
    )
    return frozenset(row[0] for row in rows) - _UNSTABLE - _CLOCKS - _AGGREGATES


_LOCK = threading.Lock()


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A connection of our own with nothing in it and no way to the disk."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("set enable_external_access = false").fetchall()
    return connection


def _rows(sql: str, *params: str) -> list[tuple[Any, ...]]:
    with _LOCK:
        return _parser().execute(sql, list(params)).fetchall()
