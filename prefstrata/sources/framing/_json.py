"""Strict JSON (RFC 8259): what the standard library's parser lets through, and the bulk reader too, is refused here."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate

from prefstrata.sources.framing._reasons import Reason, Refusal

__all__ = ["SHOWN", "RefusedError", "Repeating", "depth", "parse"]

SHOWN = 60
_SPACE = " \t\n\r"
_DIGITS_IN_DOUBT = 300
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
# A surrogate pair is consumed whole and any other escape is consumed too, so that what the group holds is a lone half
# or a NUL for sure: an escaped backslash before "u0000" is neither.
_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2}|0000)|\\.", re.DOTALL
)


class RefusedError(Exception):
    """Raised where something is found wrong; the objects and lists around it add where that is, only then."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep the reason, and the part of the sentence that follows the place."""
        self._reason, self._detail, self._at = reason, detail, ""
        super().__init__(detail)

    def inside(self, place: int | str) -> None:
        """Say that it was found at ``place`` of a list or an object."""
        if isinstance(place, int):
            step = f"[{place}]"
        else:
            step = place if place.isidentifier() and len(place) <= SHOWN else json.dumps(place)[:SHOWN]
        self._at = f"{step}.{self._at}" if self._at and not self._at.startswith("[") else f"{step}{self._at}"

    @property
    def refusal(self) -> Refusal:
        """The reason, and the sentence."""
        return Refusal(self._reason, f"{self._at or 'the record'} {self._detail}")


class Repeating(dict[str, object]):
    """An object that gave at least one key more than once."""

    repeated: frozenset[str] = frozenset()


def depth(raw: bytes) -> int:
    """How deep lists and objects are nested in ``raw``, whether or not it is JSON."""
    brackets = _STRINGS.sub(b"", raw).translate(None, _NOT_BRACKETS)
    return max(accumulate(_STEP[byte] for byte in brackets), default=0)


def parse(raw: bytes) -> object:
    """The one JSON value that ``raw`` is; nesting must have been measured before.

    Raises:
        RefusedError: it is not exactly one value, or holds what no value may hold.
    """
    if b"\0" in raw:
        raise RefusedError(Reason.NUL, f"has a NUL byte at byte {raw.index(0)}")
    try:
        text = raw.decode().strip(_SPACE)
    except UnicodeDecodeError as error:
        found = raw[error.start : error.start + 4].hex(" ")
        raise RefusedError(Reason.NOT_UTF8, f"has bytes {found} at byte {error.start}") from None
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        raise RefusedError(
            Reason.NOT_JSON, f"is not JSON: {error.msg.removesuffix(' at')} at character {error.pos}"
        ) from None
    if end != len(text):
        found = json.dumps(text[end : end + SHOWN])
        raise RefusedError(Reason.NOT_JSON, f"has something after its value, at character {end}: {found}")
    if "\\u" in text:
        _refuse_bad_escapes(text)
    return value


def _refuse_bad_escapes(text: str) -> None:
    for escape in _ESCAPES.finditer(text):
        if escape[1] == "0000":
            raise RefusedError(Reason.NUL, f"has the escape \\u0000 at character {escape.start()}")
        if escape[1]:
            at = escape.start()
            raise RefusedError(
                Reason.LONE_SURROGATE, f"has the escape \\u{escape[1]} at character {at} without its other half"
            )


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeating, seen = Repeating(value), set[str]()
    for key, _ in pairs:
        if key in seen:
            repeating.repeated |= {key}
        seen.add(key)
    return repeating


def _integer(digits: str) -> int:
    if len(digits) >= _DIGITS_IN_DOUBT and math.isinf(float(digits)):
        raise RefusedError(Reason.NOT_FINITE, f"has a number of {len(digits)} digits, too large for a 64-bit float")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise RefusedError(Reason.NOT_FINITE, f"has the number {digits[:SHOWN]}, too large for a 64-bit float")
    return number


def _constant(name: str) -> object:
    raise RefusedError(Reason.NOT_FINITE, f"has {name} where a value is due, which is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_integer, parse_float=_float, parse_constant=_constant)
