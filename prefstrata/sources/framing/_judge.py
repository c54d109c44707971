"""The one definition of a record that is taken: every rule here, and only here.

The fast path never runs this on ordinary lines. It is a shortcut that is taken only when the bulk reader and a scan of
the bytes together prove that every line would pass; a property test holds the two against each other.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from itertools import accumulate

from prefstrata.sources.framing._fields import Fields, FieldType, ListOf, MapOf, ObjectOf, Scalar
from prefstrata.sources.framing._reasons import Reason, Refusal
from prefstrata.sources.framing._spec import Limits

__all__ = ["Judge", "excerpt", "judge_for"]

Judge = Callable[[bytes], Refusal | None]
_Check = Callable[[object, str], None]

_SHOWN = 60
_MOST_INTEGER, _LEAST_INTEGER = 2**63 - 1, -(2**63)
_EXACT = 2**53
_DIGITS_IN_DOUBT = 300
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
# A surrogate pair is consumed whole and any other escape is consumed, so that what is left in the group is a lone half
# or a NUL, and "\\\\u0000" (an escaped backslash before plain text) is neither.
_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2}|0000)|\\.", re.DOTALL
)
_NAMES = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list", type(None): "null"}


class _RefusedError(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        self.refusal = Refusal(reason, detail)
        super().__init__(detail)


class _Repeating(dict[str, object]):
    """An object that gave at least one key more than once."""

    repeated: frozenset[str] = frozenset()


def judge_for(fields: Fields, limits: Limits) -> Judge:
    """A function from the bytes of one record to why it is refused; None when it is taken."""
    check = _object(fields)
    openers = limits.depth

    def judge(raw: bytes) -> Refusal | None:
        if raw.count(b"[") + raw.count(b"{") > openers and _depth(raw) > limits.depth:
            return Refusal(Reason.TOO_DEEP, f"nested {_depth(raw)} deep; at most {limits.depth} is taken")
        try:
            value = _parse(raw)
            if not isinstance(value, dict):
                raise _RefusedError(Reason.NOT_AN_OBJECT, f"found {excerpt(value)}; a record is an object with keys")
            check(value, "")
        except _RefusedError as refused:
            return refused.refusal
        return None

    return judge


def excerpt(value: object) -> str:
    """What was found, short and safe to print: its type and the start of its JSON, escaped."""
    name = "an object" if isinstance(value, dict) else _NAMES[type(value)]
    text = json.dumps(value)
    return name if value is None else f"{name}: {text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}"


def _depth(raw: bytes) -> int:
    brackets = _STRINGS.sub(b"", raw).translate(None, _NOT_BRACKETS)
    return max(accumulate(_STEP[byte] for byte in brackets), default=0)


def _parse(raw: bytes) -> object:
    if b"\0" in raw:
        raise _RefusedError(Reason.NUL, f"a NUL byte at byte {raw.index(0)} of the record")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        found = raw[error.start : error.start + 4].hex(" ")
        raise _RefusedError(Reason.NOT_UTF8, f"bytes {found} at byte {error.start} of the record") from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _RefusedError(Reason.NOT_JSON, f"{error.msg} at character {error.pos}") from None
    if "\\u" in text:
        _refuse_bad_escapes(text)
    return value


def _refuse_bad_escapes(text: str) -> None:
    for escape in _ESCAPES.finditer(text):
        if escape[1] == "0000":
            raise _RefusedError(Reason.NUL, f"the escape \\u0000 at character {escape.start()}")
        if escape[1]:
            raise _RefusedError(
                Reason.LONE_SURROGATE, f"the escape \\u{escape[1]} at character {escape.start()} has no other half"
            )


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeating = _Repeating(value)
    seen: set[str] = set()
    repeating.repeated = frozenset(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeating


def _integer(digits: str) -> int:
    if len(digits) < _DIGITS_IN_DOUBT:
        return int(digits)
    if math.isinf(float(digits)):
        raise _RefusedError(Reason.NOT_FINITE, f"a number of {len(digits)} digits is too large for a 64-bit float")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _RefusedError(Reason.NOT_FINITE, f"{digits[:_SHOWN]} is too large for a 64-bit float")
    return number


def _constant(name: str) -> object:
    raise _RefusedError(Reason.NOT_FINITE, f"{name} is no number in JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_integer, parse_float=_float, parse_constant=_constant)


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


def _wrong(at: str, value: object, expected: str) -> _RefusedError:
    return _RefusedError(Reason.WRONG_TYPE, f"{at or 'the record'} holds {excerpt(value)}; expected {expected}")


def _text(value: object, at: str) -> None:
    if type(value) is not str:
        raise _wrong(at, value, "text")


def _whole(value: object, at: str) -> None:
    if type(value) is int and _LEAST_INTEGER <= value <= _MOST_INTEGER:
        return
    if type(value) is float and value.is_integer() and abs(value) <= _EXACT:
        return
    raise _wrong(at, value, "an integer of at most 64 bits")


def _number(value: object, at: str) -> None:
    if type(value) is not int and type(value) is not float:
        raise _wrong(at, value, "a number")


def _boolean(value: object, at: str) -> None:
    if type(value) is not bool:
        raise _wrong(at, value, "true or false")


_SCALAR_CHECKS: Mapping[str, _Check | None] = {
    "text": _text,
    "integer": _whole,
    "number": _number,
    "boolean": _boolean,
    "json": None,
}


def _list(item: _Check | None) -> _Check:
    def check(value: object, at: str) -> None:
        if not isinstance(value, list):
            raise _wrong(at, value, "a list")
        if item is not None:
            for place, each in enumerate(value):
                if each is not None:
                    item(each, f"{at}[{place}]")

    return check


def _object(fields: Fields) -> _Check:
    checks = [(name, _check(type_)) for name, type_ in fields.items()]

    def check(value: object, at: str) -> None:
        if not isinstance(value, dict):
            raise _wrong(at, value, "an object")
        if isinstance(value, _Repeating):
            _refuse_repeated(value.repeated & fields.keys(), at)
        for name, each in checks:
            found = value.get(name)
            if found is not None and each is not None:
                each(found, f"{at}.{name}" if at else name)

    return check


def _map(item: _Check | None) -> _Check:
    def check(value: object, at: str) -> None:
        if not isinstance(value, dict):
            raise _wrong(at, value, "an object")
        if isinstance(value, _Repeating):
            _refuse_repeated(value.repeated, at)
        if item is not None:
            for name, each in value.items():
                if each is not None:
                    item(each, f"{at}.{name}")

    return check


def _refuse_repeated(repeated: frozenset[str] | set[str], at: str) -> None:
    if repeated:
        name = min(repeated)
        raise _RefusedError(
            Reason.DUPLICATE_KEY, f"key {json.dumps(name)[:_SHOWN]} of {at or 'the record'} is given more than once"
        )
