"""The record before anything is said: fields, joined file, lets, filters and the elements of ``each``."""

# ruff: noqa: S608 - statements are put together here; every name in them is ours, every text a literal

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.mapping._cells import Evaluation
from prefstrata.sources.mapping._config import Value
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._expressions import ExpressionError, describe, quoted, text_literal
from prefstrata.sources.mapping._scope import Scope
from prefstrata.sources.mapping._sql import Cell, Check, Key, literal, select, shown

if TYPE_CHECKING:
    from prefstrata.sources.mapping._config import Mapping
    from prefstrata.sources.mapping._context import Context

__all__ = ["Level", "read_records"]


@dataclass(frozen=True)
class Level:
    """A statement, the names an expression may use over it, and what can be wrong with its rows, in order."""

    sql: str
    scope: Scope
    checks: tuple[Check, ...] = ()

    def plus(self, key: Key, name: str, type_: str, sql: str, checks: tuple[Check, ...]) -> Level:
        """This level with one more name."""
        try:
            return Level(sql, self.scope.plus(name, type_), (*self.checks, *checks))
        except ExpressionError as error:
            raise MappingError(key, str(error)) from error


def read_records(mapping: Mapping, context: Context) -> Level:
    """The record level: ``__line``, ``__unit`` and every name a mapping may use, over the view ``__record``.

    The view has ``__line``, the declared fields, ``line`` and ``file``; the table ``__joined`` has the joined file's
    fields and ``__matches``, how many of its records have the same key.
    """
    level = _fields(context)
    if mapping.join is not None:
        level = _joined(mapping, context, level)
    for place, (name, value) in enumerate(mapping.let.items()):
        level = _named(("let", name), name, value, level, f"__l{place}_")
    level = _conditions(mapping, level)
    if mapping.each is None:
        return Level(select(["*", "0 as __unit"], level.sql), level.scope, level.checks)
    return _elements(mapping, mapping.each, level)


def _fields(context: Context) -> Level:
    own = {"file": "varchar", "line": "bigint"}
    taken = {name.lower() for name in context.fields}
    level = Level("__record", Scope({name: type_ for name, type_ in own.items() if name not in taken}))
    for name, type_ in context.fields.items():
        level = level.plus(("fields", name), name, type_, level.sql, ())
    if context.options:
        options = literal(context.options)
        sql = select(["*", f"{options} as options"], level.sql)
        level = level.plus(("options",), "options", describe(f"select {options}"), sql, ())
    return level


def _joined(mapping: Mapping, context: Context, level: Level) -> Level:
    join = mapping.join
    assert join is not None  # noqa: S101 - the caller looked
    evaluation = Evaluation(level.scope, "__j")
    checks: list[Check] = []
    keys: list[tuple[str, Cell, str]] = []
    for expression, name in join.match.items():
        key: Key = ("join", "match", expression)
        if name not in context.joined:
            raise MappingError(key, f"{name!r} is no declared field of the joined file", expression)
        if context.joined[name].upper() in {"DOUBLE", "FLOAT"}:
            what = f"field {name!r} of the joined file is a number, in which large ones that differ become one"
            raise MappingError(key, f"{what}: declare it integer or text", expression)
        cell = evaluation.read(key, Value.model_validate(expression), "name")
        checks += cell.checks
        keys.append((f"__k{len(keys)}", cell, name))
    found = " || ', ' || ".join(f"coalesce({shown(column)}, 'null')" for column, _, _ in keys)
    names = ", ".join(join.match.values())
    said = f"{text_literal(f'{join.path} has ')} || %s || {text_literal(f' {names} = ')} || {found}"
    checks.append(Check("__matches is null", "no_match", said % "'no accepted record with'"))
    checks.append(Check("__matches > 1", "ambiguous_match", said % "__matches || ' records with'"))
    members = ", ".join(f"{text_literal(name)}: j.{quoted(name)}" for name in context.joined)
    row = f"case when j.__matches is not null then {{{members}}} end as {quoted(join.as_)}"
    on = " and ".join(f"r.{column} = cast(j.{quoted(name)} as varchar)" for column, _, name in keys)
    left = select(
        ["*", *(f"{cell.sql} as {column}" for column, cell, _ in keys)], select(["*", *evaluation.picks], level.sql)
    )
    sql = f"select r.*, {row}, j.__matches from ({left}) as r left join __joined as j on {on}"
    type_ = ", ".join(f"{quoted(name)} {type_}" for name, type_ in context.joined.items())
    return level.plus(("join", "as"), join.as_, f"struct({type_})", sql, tuple(checks))


def _named(key: Key, name: str, value: Value, level: Level, prefix: str) -> Level:
    """One more named value; what it was computed from stays beside it, for the checks."""
    evaluation = Evaluation(level.scope, prefix)
    cell, type_ = evaluation.read_any(key, value)
    inner = select(["*", *evaluation.picks], level.sql)
    return level.plus(key, name, type_, select(["*", f"{cell.sql} as {quoted(name)}"], inner), cell.checks)


def _conditions(mapping: Mapping, level: Level) -> Level:
    """The filter, whose refusal comes before all others, and the mapping's own refusals."""
    evaluation = Evaluation(level.scope, "__c")
    first: list[Check] = []
    last: list[Check] = []
    if mapping.where is not None:
        cell = evaluation.read(("where",), mapping.where, "boolean")
        text = " ".join(str(mapping.where.expression).split())
        first.append(Check(f"not {cell.sql}", "filtered", text_literal(f"where: `{text}` does not hold")))
        last += cell.checks
        last.append(Check(f"{cell.sql} is null", "filtered", text_literal(f"where: `{text}` is null")))
    for place, refusal in enumerate(mapping.refuse):
        cell = evaluation.read(("refuse", place, "when"), refusal.when, "boolean")
        last += cell.checks
        last.append(Check(cell.sql, refusal.reason, text_literal(refusal.detail)))
    sql = select(["*", *evaluation.picks], level.sql)
    return Level(sql, level.scope, (*first, *level.checks, *last))


def _elements(mapping: Mapping, each: Value, level: Level) -> Level:
    """One row per element; a record without elements keeps one row, so that what is wrong with it is told."""
    evaluation = Evaluation(level.scope, "__u")
    cell = evaluation.read(("each",), each, "list")
    inner = select(["*", *evaluation.picks], level.sql)
    _, type_ = Evaluation(level.scope).read_any(("each",), each)
    elements = f"case when coalesce(len({cell.sql}), 0) = 0 then [null] else {cell.sql} end"
    inner = select(["*", f"{elements} as __elements"], inner)
    picks = [f"unnest(__elements) as {quoted(mapping.as_)}", "generate_subscripts(__elements, 1) - 1 as __unit"]
    sql = select(["* exclude (__elements)", *picks], inner)
    return level.plus(("as",), mapping.as_, type_.removesuffix("[]"), sql, cell.checks)
