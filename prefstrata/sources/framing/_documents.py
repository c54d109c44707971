"""Records of a JSON document: the items of a list, or the values of an object, without holding the document.

Where a document stops being JSON, nothing tells where its next record would begin: all the rest of it is one refused
record.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.sources.framing._buffer import Buffer
from prefstrata.sources.framing._lines import BOM
from prefstrata.sources.framing._reasons import Reason, Refusal
from prefstrata.sources.framing._records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.sources.framing._spec import Framing, Limits
    from prefstrata.sources.framing._stored import Source

__all__ = ["records_of_document"]

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NESTED = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+", re.DOTALL)
_QUOTED = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_PLAIN = re.compile(rb'[^,\[\]{}":\s]*+')
_QUOTE, _OPEN, _CLOSE = ord('"'), b"[{", b"]}"
_LONGEST_KEY = 1 << 16
_TODO = "Set 'records' to the keys that lead to the records, joined by dots."


def records_of_document(source: Source, spec: Framing, limits: Limits, where: str) -> Iterator[Record]:
    """Every record of the document, numbered from 1.

    Raises:
        ConfigError: ``spec.records`` does not lead to a list or an object.
    """
    return _Document(source, spec, limits, where).records()


class _BrokenError(Exception):
    """The document is not JSON from here on."""


class _Value:
    """How far a value has been read; it can be read on when there are more bytes."""

    def __init__(self, first: int) -> None:
        self._plain = first != _QUOTE and first not in _OPEN
        self._quoted = first == _QUOTE
        self._depth = 0
        self.done = False

    def advance(self, data: bytes, at: int) -> int:
        """Read on from ``at``; where the value ends, or how far it could be read."""
        if self._plain:
            at = _end(_PLAIN, data, at)
            self.done = at < len(data)
            return at
        while not self.done:
            at = _end(_QUOTED if self._quoted else _NESTED, data, at)
            # A backslash whose second half is not there yet stops both.
            if at == len(data) or (self._quoted and data[at] != _QUOTE):
                break
            byte, at = data[at], at + 1
            if byte == _QUOTE:
                self._quoted = not self._quoted
            else:
                self._depth += 1 if byte in _OPEN else -1
            self.done = not self._quoted and self._depth == 0
        return at


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at


class _Document:
    def __init__(self, source: Source, spec: Framing, limits: Limits, where: str) -> None:
        self._buffer = Buffer(source)
        self._spec, self._limits, self._where = spec, limits, where
        self._keyed = spec.fields is not None and spec.key in spec.fields
        self._line = 0
        self._cut = False

    def records(self) -> Iterator[Record]:
        if self._next() == BOM[:1] and self._buffer.data.startswith(BOM):
            self._buffer.at = len(BOM)
        steps = [step for step in self._spec.records.split(".") if step]
        try:
            yield from self._inside(steps, [])
            if self._next():
                raise _BrokenError("something follows the document")  # noqa: TRY301 (every break ends in one place)
        except _BrokenError as broken:
            if self._cut and self._line:
                return  # the record in which the file ends says so itself
            reason = Reason.NOT_JSON if self._next() else Reason.TRUNCATED
            offset = self._buffer.offset
            raw, digest = self._buffer.rest(self._limits.raw_bytes)
            refusal = Refusal(reason, f"{broken}; from here on, nothing of the document could be read")
            yield Record(self._line + 1, offset, raw, raw, digest, refusal)

    def _inside(self, steps: list[str], above: list[str]) -> Iterator[Record]:
        """The records of the value that comes next, ``steps`` further down."""
        first = self._next()
        place = ".".join(above) or "the document"
        if steps and first != b"{":
            raise ConfigError(f"{place} is not an object with a key {steps[0]!r}", where=self._where, todo=_TODO)
        if first not in (b"{", b"["):
            raise ConfigError(f"{place} is neither a list nor an object of records", where=self._where, todo=_TODO)
        self._buffer.at += 1
        if not steps:
            yield from self._all(first)
            return
        found = False
        for key in self._keys():
            if _text(key) != steps[0]:
                self._value(keep=0)
                continue
            if found:
                raise _BrokenError(f"key {steps[0]!r} is given a second time")
            found = True
            yield from self._inside(steps[1:], [*above, steps[0]])
        if not found:
            raise ConfigError(f"{place} has no key {steps[0]!r}", where=self._where, todo=_TODO)

    def _all(self, opening: bytes) -> Iterator[Record]:
        if opening == b"{":
            for key in self._keys():
                yield self._record(key)
        else:
            for _ in self._items(b"]"):
                yield self._record(None)

    def _keys(self) -> Iterator[bytes]:
        """Each key of an object that was just opened, as spelled; the caller reads its value before the next."""
        for first in self._items(b"}"):
            if first != b'"':
                raise _BrokenError("a key is missing")
            raw, size, _ = self._value(keep=_LONGEST_KEY)
            if size > _LONGEST_KEY or self._next() != b":":
                raise _BrokenError("a key has no value")
            self._buffer.at += 1
            if self._next() in (b"", b",", b":", b"]", b"}"):
                raise _BrokenError("a key has no value")
            yield raw

    def _items(self, closing: bytes) -> Iterator[bytes]:
        """The first byte of each item of what was just opened; the caller reads the item before the next."""
        first = self._next()
        while first != closing:
            if first in (b"", b"]", b"}", b",", b":"):
                raise _BrokenError("a value is missing" if first else "the file ends here")
            yield first
            first = self._next()
            if first == b",":
                self._buffer.at += 1
                first = self._next()
                if first == closing:
                    raise _BrokenError("a comma is followed by nothing")
            elif first != closing:
                raise _BrokenError("a comma is missing" if first else "the file ends here")
        self._buffer.at += 1

    def _record(self, key: bytes | None) -> Record:
        self._next()
        offset = self._buffer.offset
        raw, size, digest = self._value(keep=self._limits.record_bytes)
        self._line += 1
        if digest is not None:
            detail = f"{size:,} bytes long; at most {self._limits.record_bytes:,} are taken"
            start = raw[: self._limits.raw_bytes]
            return Record(self._line, offset, start, start, digest, Refusal(Reason.TOO_LONG, detail))
        body = raw
        if key is not None and self._keyed and raw.startswith(b"{"):
            comma = b"" if raw[1:].strip() == b"}" else b","
            body = b"{%s:%s%s%s" % (json.dumps(self._spec.key).encode(), key, comma, raw[1:])
        return Record(self._line, offset, raw, body, last=self._cut)

    def _value(self, keep: int) -> tuple[bytes, int, str | None]:
        """Read the value that comes next: its first ``keep`` bytes, its size, and its hash when it is longer."""
        buffer = self._buffer
        value, start, size, digest = _Value(buffer.data[buffer.at]), b"", 0, hashlib.sha256()
        at = buffer.at + (buffer.data[buffer.at] == _QUOTE)
        while not value.done:
            at = value.advance(buffer.data, at)
            if value.done:
                break
            if at - buffer.at > keep:
                start = start or buffer.data[buffer.at : buffer.at + keep]
                digest.update(memoryview(buffer.data)[buffer.at : at])
                size, buffer.at = size + at - buffer.at, at
            read = at - buffer.at
            if not buffer.more():
                at, self._cut = len(buffer.data), True
                break
            at = buffer.at + read
        last = buffer.data[buffer.at : at]
        buffer.at = at
        if size + len(last) <= keep:
            return last, len(last), None
        digest.update(last)
        return start or last[:keep], size + len(last), digest.hexdigest()

    def _next(self) -> bytes:
        """The next byte that is not white space; empty at the end of the text."""
        buffer = self._buffer
        while True:
            buffer.at = _end(_SPACE, buffer.data, buffer.at)
            if buffer.at < len(buffer.data) or not buffer.more():
                return buffer.data[buffer.at : buffer.at + 1]


def _text(key: bytes) -> str | None:
    try:
        return str(json.loads(key))
    except ValueError:
        return None
