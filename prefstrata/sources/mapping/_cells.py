"""Leaves of a mapping become SQL: evaluated so that a failure costs its record only, mapped, typed and checked.

A projection is built in levels. The first evaluates the expressions as written, each guarded; the next read the results
under short names, so that nothing is computed twice. What is wrong with a row is one column, ``__problem``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._expressions import ExpressionError, describe, text_literal
from prefstrata.sources.mapping._sql import Cell, Check, Key, composed, literal, shown, spell
from prefstrata.sources.mapping._times import is_in_calendar, is_no_time, read_formats

if TYPE_CHECKING:
    from prefstrata.sources.mapping._config import Plain, Value
    from prefstrata.sources.mapping._scope import Scope

__all__ = ["Evaluation", "Want"]

Want = Literal["text", "name", "number", "integer", "boolean", "texts", "time", "messages", "list", "json"]

_INTEGERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?(\(.*\))?")
_NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\)")
_FLOATS = {"DOUBLE", "FLOAT"}
_EXACT = 2**53
_UNITS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}


@dataclass(frozen=True)
class _Found:
    """An evaluated expression: its key, its column, the column's type, and how it may have failed."""

    path: str
    sql: str
    type: str
    checks: tuple[Check, ...] = ()


@dataclass
class Evaluation:
    """The first level of a projection, growing as leaves are read."""

    scope: Scope
    prefix: str = "__e"
    picks: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def read(self, key: Key, value: Value | None, want: Want, *, allowed: tuple[str, ...] = ()) -> Cell:
        """The cell of a leaf; an absent one is null.

        Args:
            key: where the leaf stands in the mapping, for messages.
            value: the leaf.
            want: what it must give.
            allowed: the texts it may give; any other refuses the record.

        Raises:
            MappingError: the expression cannot be used there.
        """
        if value is None:
            return Cell(_typed_null(want), "cast(null as varchar)")
        if value.constant is not None:
            return _constant(key, value.constant, want, allowed)
        try:
            return self._finished(value, self._guarded(key, value), want, allowed)
        except ExpressionError as error:
            raise MappingError(key, str(error), value.expression or "") from error

    def read_any(self, key: Key, value: Value) -> tuple[Cell, str]:
        """The cell of a leaf that may give anything, and its type; a value map gives texts or numbers."""
        if value.constant is not None:
            sql = literal(value.constant)
            return Cell(sql, text_literal(str(value.constant))), describe(f"select {sql}")
        try:
            return self._any(value, self._guarded(key, value))
        except ExpressionError as error:
            raise MappingError(key, str(error), value.expression or "") from error

    def _any(self, value: Value, found: _Found) -> tuple[Cell, str]:
        if value.format or value.unit:
            return self._finished(value, found, "time"), "TIMESTAMP"
        if value.values is None:
            return Cell(found.sql, f"cast({found.sql} as varchar)", found.checks), found.type
        if _are_numbers(value.values):
            return self._finished(value, found, "number"), "DOUBLE"
        return self._finished(value, found, "text"), "VARCHAR"

    def _guarded(self, key: Key, value: Value) -> _Found:
        """Evaluate an expression so that an error in it makes its column null."""
        text = value.expression or ""
        expression = self.scope.read(text)
        type_ = self.scope.type_of(expression)
        self.used |= self.scope.used(expression)
        name = f"{self.prefix}{len(self.picks)}"
        if expression.is_plain:
            self.picks.append(f"{expression.sql} as {name}")
            return _Found(spell(key), name, type_)
        self.picks.append(f"try({{'v': {expression.sql}}}) as {name}")
        detail = f"{spell(key)}: `{' '.join(text.split())}` cannot be computed"
        failed = Check(f"{name} is null", "expression_failed", text_literal(detail))
        return _Found(spell(key), f"{name}.v", type_, (failed,))

    def _finished(self, value: Value, found: _Found, want: Want, allowed: tuple[str, ...] = ()) -> Cell:
        """Map the values, give them the wanted type, and check them."""
        got, type_, checks = found.sql, found.type, list(found.checks)
        spelled = got if type_ == "VARCHAR" else f"cast({got} as varchar)"
        if value.values is not None:
            _check_targets(value.values, allowed)
            read, values = (
                (_whole(got), _whole_keys(value.values)) if type_ in _FLOATS else _words(spelled, value.values)
            )
            got, type_ = _mapped(read, values, want)
            known = ", ".join(_spell_plain(each) for each in values if each is not None)
            unlisted = f"{read} is not null and {_not_in(read, values)}"
            checks.append(_unknown(found.path, unlisted, read, known))
        sql, more = self._typed(found.path, got, type_, value, want)
        if allowed and value.values is None:
            options = ", ".join(text_literal(each) for each in allowed)
            checks.append(_unknown(found.path, f"{sql} not in ({options})", spelled, ", ".join(allowed)))
        return Cell(sql, spelled, (*checks, *more))

    def _typed(self, path: str, got: str, type_: str, value: Value, want: Want) -> tuple[str, tuple[Check, ...]]:
        if (value.format or value.unit) and want != "time":
            raise ExpressionError("only a time takes a format or a unit")
        if type_ == '"NULL"':
            return _typed_null(want), ()
        if want == "time":
            return _time(path, got, type_, value)
        if want == "number" and _NUMBERS.fullmatch(type_):
            number = f"cast({got} as double)"
            detail = f"{text_literal(f'{path} is ')} || {number}"
            return number, (Check(f"not isfinite({number})", "not_finite", detail),)
        if want == "integer" and _INTEGERS.fullmatch(type_):
            return f"cast({got} as bigint)", ()
        return _plain(got, type_, want), ()


def _constant(key: Key, constant: object, want: Want, allowed: tuple[str, ...]) -> Cell:
    if allowed and constant not in allowed:
        raise MappingError(key, f"{constant!r} is not one of {', '.join(allowed)}")
    fits = {
        "text": isinstance(constant, str),
        "name": isinstance(constant, str),
        "number": isinstance(constant, int | float) and not isinstance(constant, bool),
        "integer": isinstance(constant, float) and constant.is_integer(),
        "boolean": isinstance(constant, bool),
        "texts": isinstance(constant, str | tuple),
        "time": isinstance(constant, str),
        "json": isinstance(constant, str),
    }
    if not fits.get(want, False):
        raise MappingError(key, f"{constant!r} is not a {want}")
    spelled = text_literal(str(constant))
    if want == "texts":
        return Cell(literal([constant] if isinstance(constant, str) else constant), spelled)
    if want == "time":
        return Cell(f"cast(cast({spelled} as timestamptz) as timestamp)", spelled)
    if want == "integer":
        return Cell(f"cast({constant} as bigint)", spelled)
    return Cell(f"cast({literal(constant)} as double)" if want == "number" else literal(constant), spelled)


def _typed_null(want: Want) -> str:
    types = {
        "text": "varchar",
        "name": "varchar",
        "number": "double",
        "integer": "bigint",
        "boolean": "boolean",
        "texts": "varchar[]",
        "time": "timestamp",
        "messages": "struct(role varchar, content varchar)[]",
        "list": "varchar[]",
        "json": "varchar",
    }
    return f"cast(null as {types[want]})"


def _plain(got: str, type_: str, want: Want) -> str:  # noqa: PLR0911 - one return per type
    if want == "boolean" and type_ == "BOOLEAN":
        return got
    if want == "list" and type_.endswith("[]"):
        return got
    if want == "name" and type_ in _FLOATS:
        raise ExpressionError(
            f"this gives {type_}, in which large numbers that differ become one; a name or an id is wanted:"
            " declare the field integer or text, or cast it, as in floor(n)::bigint"
        )
    if want in {"text", "name"} and (type_ in {"VARCHAR", "BOOLEAN", "UUID"} or _NUMBERS.fullmatch(type_)):
        return got if type_ == "VARCHAR" else f"cast({got} as varchar)"
    if want == "texts" and type_ == "VARCHAR":
        return f"case when {got} is not null then [{got}] end"
    if want == "texts" and type_ == "VARCHAR[]":
        return got
    if want == "messages" and type_.startswith("STRUCT(") and type_.endswith("[]"):
        return f"list_transform({got}, lambda __each: {{'role': __each.role, 'content': __each.content}})"
    if want == "json":
        return got if type_ in {"VARCHAR", "JSON"} else f"cast(to_json({got}) as varchar)"
    hints = {
        "number": "a number is wanted: cast it, as in score::double",
        "integer": "a whole number is wanted: cast it, as in place::bigint",
        "boolean": "a condition is wanted",
        "text": "a text is wanted (of JSON, `->> '$.key'` gives the text)",
        "name": "a name or an id is wanted: a text or a whole number (of JSON, `->> '$.key'` gives the text)",
        "texts": "a list of texts is wanted",
        "list": "a list is wanted",
        "messages": "a list of struct(role, content) is wanted",
    }
    raise ExpressionError(f"this gives {type_}; {hints[want]}")


def _time(path: str, got: str, type_: str, value: Value) -> tuple[str, tuple[Check, ...]]:
    spelled = got if type_ == "VARCHAR" else f"cast({got} as varchar)"
    no_time = "false"
    if value.unit is not None:
        if not _NUMBERS.fullmatch(type_):
            raise ExpressionError(f"this gives {type_}; a time with a unit is a number: cast it, as in at::double")
        # A double holds microseconds of today exactly enough: its step at 1e15 is an eighth.
        micros = f"round(cast({got} as double) * {_UNITS[value.unit]})"
        parsed = f"make_timestamp(try_cast({micros} as bigint))"
        spelled = f"cast({got} as varchar)"
    elif type_ == "VARCHAR" and value.format is not None:
        parsed = read_formats(got, (value.format,) if isinstance(value.format, str) else value.format)
        no_time = is_no_time(got, parsed)
    elif type_ == "VARCHAR":
        parsed = f"cast(try_cast({got} as timestamptz) as timestamp)"
        no_time = is_no_time(got, parsed)
    elif type_ in {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DATE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"}:
        parsed = f"cast({got} as timestamp)"
    else:
        raise ExpressionError(f"this gives {type_}; a time is a text, or {{from: …, unit: seconds}} of a number")
    bad = f"{got} is not null and (not coalesce({is_in_calendar(parsed)}, false) or {no_time})"
    detail = f"{text_literal(f'{path} is not a time: ')} || {shown(spelled)}"
    return parsed, (Check(bad, "bad_time", detail),)


def _mapped(spelled: str, values: dict[Plain, Plain], want: Want) -> tuple[str, str]:
    """The value map as CASE, and the type it gives."""
    numeric = _are_numbers(values)
    if want in {"number", "integer"} and not numeric:
        raise ExpressionError("the values must be numbers here")
    type_ = ("BIGINT" if want == "integer" else "DOUBLE") if numeric and want not in {"text", "name"} else "VARCHAR"
    branches = "".join(
        f" when {spelled} is null then {_target(target, type_)}"
        if source is None
        else f" when {spelled} = {_spell_literal(source)} then {_target(target, type_)}"
        for source, target in values.items()
    )
    return f"case{branches} end", type_


def _words(spelled: str, values: dict[Plain, Plain]) -> tuple[str, dict[Plain, Plain]]:
    """What is compared with the keys of a value map, and these; composed, where that can make a difference."""
    if all(str(source).isascii() for source in values):
        return spelled, values
    plain = {unicodedata.normalize("NFC", key) if isinstance(key, str) else key: each for key, each in values.items()}
    return composed(spelled), plain


def _whole(got: str) -> str:
    """A double as text, spelled as the mapping spells it: whole ones without ``.0``."""
    whole = f"{got} = floor({got}) and abs({got}) <= {_EXACT}"
    return f"case when {whole} then cast(cast({got} as bigint) as varchar) else cast({got} as varchar) end"


def _whole_keys(values: dict[Plain, Plain]) -> dict[Plain, Plain]:
    return {_whole_key(source): target for source, target in values.items()}


def _whole_key(source: Plain) -> Plain:
    try:
        number = float(source) if isinstance(source, str | float) else None
    except ValueError:
        return source
    return int(number) if number is not None and number.is_integer() and abs(number) <= _EXACT else source


def _are_numbers(values: dict[Plain, Plain]) -> bool:
    targets = [target for target in values.values() if target is not None]
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in targets)


def _target(target: Plain, type_: str) -> str:
    if target is None:
        return f"cast(null as {type_})"
    return text_literal(_spell_plain(target)) if type_ == "VARCHAR" else f"cast({target} as {type_})"


def _check_targets(values: dict[Plain, Plain], allowed: tuple[str, ...]) -> None:
    wrong = [each for each in values.values() if allowed and each is not None and each not in allowed]
    if wrong:
        raise ExpressionError(f"{wrong[0]!r} is not one of {', '.join(allowed)}")


def _spell_plain(value: Plain) -> str:
    """A YAML scalar as the text that DuckDB gives for the same value."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spell_literal(value: Plain) -> str:
    return text_literal(_spell_plain(value))


def _not_in(spelled: str, values: dict[Plain, Plain]) -> str:
    known = [_spell_literal(each) for each in values if each is not None]
    return f"{spelled} not in ({', '.join(known)})" if known else "true"


def _unknown(path: str, condition: str, spelled: str, known: str) -> Check:
    detail = f"{text_literal(f'{path} is ')} || {shown(spelled)} || {text_literal(f'; known are {known}')}"
    return Check(condition, "unknown_value", detail)
