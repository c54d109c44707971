"""Lines of a text, without ever holding one that is too long."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.sources.framing._reasons import Reason, Refusal
from prefstrata.sources.framing._records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.sources.framing._spec import Limits
    from prefstrata.sources.framing._stored import Source

__all__ = ["BOM", "Line", "lines", "records_of_lines"]

BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
_BLANK = b" \t\r"


class Line(NamedTuple):
    """A line without its newline: its bytes (only the start when ``sha256`` is set), size, and whether it was ended."""

    raw: bytes
    size: int
    ended: bool
    sha256: str | None = None


def records_of_lines(source: Source, limits: Limits, *, after: int = 0, offset: int = 0) -> Iterator[Record]:
    """Every line that is not blank, numbered by its place among all lines; ``after`` and ``offset`` are before them."""
    for number, line in enumerate(lines(source, limits), start=after + 1):
        raw, start = line.raw, offset
        offset += line.size + line.ended
        if number == 1 and raw.startswith(BOM):
            raw, start = raw[len(BOM) :], start + len(BOM)
        if line.sha256 is not None:
            detail = f"{line.size:,} bytes long; at most {limits.record_bytes:,} are taken"
            yield Record(number, start, raw, raw, line.sha256, Refusal(Reason.TOO_LONG, detail))
        elif raw.strip(_BLANK):
            yield Record(number, start, raw, raw, last=not line.ended)


def lines(source: Source, limits: Limits) -> Iterator[Line]:
    """Every line of ``source``; of a line that is too long only the start is kept, and the hash of all of it."""
    pending, block = b"", b"\n"
    while block:
        block = source.read(_BLOCK)
        *whole, pending = (pending + block).split(b"\n")
        for raw in whole:
            yield Line(raw, len(raw), ended=True) if len(raw) <= limits.record_bytes else _cut(raw, limits, ended=True)
        if len(pending) > limits.record_bytes:
            line, pending = _skip(source, pending, limits)
            yield line
    if pending:
        yield Line(pending, len(pending), ended=False)


def _cut(raw: bytes, limits: Limits, *, ended: bool) -> Line:
    return Line(raw[: limits.raw_bytes], len(raw), ended, hashlib.sha256(raw).hexdigest())


def _skip(source: Source, begun: bytes, limits: Limits) -> tuple[Line, bytes]:
    """Read to the end of a line that is already too long; the line, and what was read after it."""
    digest, size, newline, rest = hashlib.sha256(begun), len(begun), b"", b""
    while not newline and (block := source.read(_BLOCK)):
        part, newline, rest = block.partition(b"\n")
        digest.update(part)
        size += len(part)
    return Line(begun[: limits.raw_bytes], size, bool(newline), digest.hexdigest()), rest
