"""The one definition of a record that is taken.

The fast path never runs this on ordinary lines. It is a shortcut that is taken only when the bulk reader and a scan of
the bytes together prove that every line would pass; a property test holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from prefstrata.sources.framing._fields import Fields, FieldType, ListOf, MapOf, ObjectOf, Scalar
from prefstrata.sources.framing._json import SHOWN, RefusedError, Repeating, depth, parse
from prefstrata.sources.framing._reasons import Reason, Refusal

if TYPE_CHECKING:
    from prefstrata.sources.framing._spec import Limits

__all__ = ["Judge", "excerpt", "judge_for"]

Judge = Callable[[bytes], Refusal | None]
_Check = Callable[[object], None]

_MOST_INTEGER, _LEAST_INTEGER = 2**63 - 1, -(2**63)
_EXACT = 2**53
_NAMES = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list", type(None): "null"}


def judge_for(fields: Fields, limits: Limits) -> Judge:
    """A function from the bytes of one record to why it is refused; None when it is taken."""
    check = _object(fields)
    most = limits.depth

    def judge(raw: bytes) -> Refusal | None:
        if raw.count(b"[") + raw.count(b"{") > most and (deep := depth(raw)) > most:
            return Refusal(Reason.TOO_DEEP, f"the record is nested {deep} deep; at most {most} is taken")
        try:
            value = parse(raw)
            if isinstance(value, dict):
                check(value)
                return None
        except RefusedError as refused:
            return refused.refusal
        return Refusal(Reason.NOT_AN_OBJECT, f"the record is {excerpt(value)}; expected an object with keys")

    return judge


def excerpt(value: object) -> str:
    """What was found, short and safe to print: its type and the start of its JSON, escaped."""
    name = "an object" if isinstance(value, dict) else _NAMES[type(value)]
    text = json.dumps(value)
    return name if value is None else f"{name}: {text[:SHOWN]}{'…' if len(text) > SHOWN else ''}"


def _check(type_: FieldType) -> _Check | None:
    match type_:
        case Scalar(name):
            return _SCALAR_CHECKS[name]
        case ListOf(item):
            return _list(_check(item))
        case ObjectOf(fields):
            return _object(fields)
        case MapOf(value):
            return _map(_check(value))


def _wrong(value: object, expected: str) -> RefusedError:
    return RefusedError(Reason.WRONG_TYPE, f"holds {excerpt(value)}; expected {expected}")


def _text(value: object) -> None:
    if type(value) is not str:
        raise _wrong(value, "text")


def _whole(value: object) -> None:
    if type(value) is int and _LEAST_INTEGER <= value <= _MOST_INTEGER:
        return
    if type(value) is float and value.is_integer() and abs(value) <= _EXACT:
        return
    raise _wrong(value, "an integer of at most 64 bits")


def _number(value: object) -> None:
    if type(value) is not int and type(value) is not float:
        raise _wrong(value, "a number")


def _boolean(value: object) -> None:
    if type(value) is not bool:
        raise _wrong(value, "true or false")


_SCALAR_CHECKS: Mapping[str, _Check | None] = {
    "text": _text,
    "integer": _whole,
    "number": _number,
    "boolean": _boolean,
    "json": None,
}


def _list(item: _Check | None) -> _Check:
    def check(value: object) -> None:
        if not isinstance(value, list):
            raise _wrong(value, "a list")
        if item is not None:
            _each(item, enumerate(value))

    return check


def _object(fields: Fields) -> _Check:
    checks = [(name, each) for name, type_ in fields.items() if (each := _check(type_))]

    def check(value: object) -> None:
        if not isinstance(value, dict):
            raise _wrong(value, "an object")
        if isinstance(value, Repeating):
            _refuse_repeated(value.repeated & fields.keys())
        _each_of(checks, value)

    return check


def _each_of(checks: list[tuple[str, _Check]], value: dict[str, object]) -> None:
    name = ""
    try:
        for name, check in checks:
            found = value.get(name)
            if found is not None:
                check(found)
    except RefusedError as refused:
        refused.inside(name)
        raise


def _map(item: _Check | None) -> _Check:
    def check(value: object) -> None:
        if not isinstance(value, dict):
            raise _wrong(value, "an object")
        if isinstance(value, Repeating):
            _refuse_repeated(value.repeated)
        if item is not None:
            _each(item, value.items())

    return check


def _each(check: _Check, items: Iterable[tuple[int | str, object]]) -> None:
    place: int | str = 0
    try:
        for place, value in items:  # noqa: B007 (the handler below needs the last one)
            if value is not None:
                check(value)
    except RefusedError as refused:
        refused.inside(place)
        raise


def _refuse_repeated(repeated: frozenset[str]) -> None:
    if repeated:
        raise RefusedError(Reason.DUPLICATE_KEY, f"gives key {json.dumps(min(repeated))[:SHOWN]} more than once")
