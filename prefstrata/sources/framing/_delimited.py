"""Records of CSV and TSV (RFC 4180): rows that may go over several lines, cells that become JSON."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.sources.framing._fields import Scalar, fields
from prefstrata.sources.framing._json import SHOWN, RefusedError, depth, parse
from prefstrata.sources.framing._lines import BOM, Line, lines
from prefstrata.sources.framing._reasons import Reason, Refusal
from prefstrata.sources.framing._records import Record
from prefstrata.sources.framing._spec import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prefstrata.sources.framing._fields import FieldType
    from prefstrata.sources.framing._spec import Framing, Limits
    from prefstrata.sources.framing._stored import Source

__all__ = ["records_of_rows", "with_columns"]

# A quote that is never closed would make one row of all that follows; beyond this it is the quote that is wrong.
_MOST_LINES = 1 << 16
_CLOSE = re.compile(rb'(?:[^"]++|"")*+"')
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]+)?")
_BOOLEANS = {word: word.lower() for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_NOT_FINITE = {"nan", "inf", "infinity"}
_SHOWN = 300
"""Characters of a header that are shown."""
_UNCLOSED = Refusal(Reason.NOT_CSV, "a quote opens here that is not closed; the row was taken to end with its line")


def with_columns(source: Source, spec: Framing, limits: Limits, path: Path) -> Framing:
    """``spec`` with fields: every column as text when none are declared.

    Raises:
        ConfigError: the header cannot be read, names a column twice, or lacks a field.
    """
    header = _Rows(source, spec.delimiter_of(path), limits).header(path)
    if spec.fields is None:
        return replace(spec, fields=fields(dict.fromkeys(header, "text"), where=str(path)))
    missing = [name for name in spec.fields if name not in header]
    if missing:
        raise ConfigError(
            f"there is no column {missing[0]!r}",
            where=str(path),
            todo=_columns(header),
        )
    return spec


def _columns(header: list[str]) -> str:
    """What the columns are, and what may part them where there seems to be one: a file of any kind may end in .csv."""
    named = ", ".join(header)
    told = f"The columns are: {named if len(named) <= _SHOWN else f'{named[:_SHOWN]}…'}."
    other = next((each for each in ";\t|," if each in named), "") if len(header) == 1 else ""
    if not other:
        return told
    spelled = "\\t" if other == "\t" else other
    return f'{told} If {spelled} parts them, write `read: {{delimiter: "{spelled}"}}` into the source\'s `map`.'


def records_of_rows(source: Source, spec: Framing, limits: Limits, path: Path) -> Iterator[Record]:
    """Every row after the header that is not blank, numbered from 1."""
    rows = _Rows(source, spec.delimiter_of(path), limits)
    header = rows.header(path)
    columns = [
        (header.index(name), f"{json.dumps(name)}:", name, _cell(type_, empty_is_null=spec.empty_is_null))
        for name, type_ in (spec.fields or {}).items()
    ]
    for number, (offset, row, problem) in enumerate(rows, start=1):
        if problem is not None:
            yield Record(number, offset, row.raw, row.raw, row.sha256, problem)
            continue
        try:
            cells = rows.cells(row.raw)
            if len(cells) != len(header):
                found = f"has {len(cells)} cells where the header has {len(header)}"
                raise RefusedError(Reason.WRONG_CELLS, found)  # noqa: TRY301 (refused like what the cells hold)
            body = f"{{{','.join([key + _placed(name, convert, cells[at]) for at, key, name, convert in columns])}}}"
        except RefusedError as refused:
            yield Record(number, offset, row.raw, row.raw, problem=refused.refusal)
        else:
            yield Record(number, offset, row.raw, body.encode())


class _Rows:
    """The rows of a text: lines put together where a quote goes over their end."""

    def __init__(self, source: Source, delimiter: str, limits: Limits) -> None:
        self._delimiter = delimiter.encode()
        self._limits = limits
        self._lines = lines(source, limits)
        self._again: deque[Line] = deque()
        self._offset = 0
        other = f"[^{re.escape(delimiter)}]"
        self._one_cell = re.compile(rf'(?:"((?:[^"]++|"")*+)"|((?!"){other}*+))({re.escape(delimiter)}|\Z)')

    def header(self, path: Path) -> list[str]:
        """The names of the columns: the first row."""
        first = next(iter(self), None)
        try:
            if first is None or first[2] is not None:
                raise RefusedError(Reason.NOT_CSV, "it is missing")  # noqa: TRY301 (refused like what it holds)
            names = self.cells(first[1].raw)
        except RefusedError as refused:
            raise ConfigError(
                f"the header cannot be read: {refused}",
                where=str(path),
                todo="Save it as CSV UTF-8 with the names of the columns in its first row, or move it away.",
            ) from None
        names = [name or f"column{place}" for place, name in enumerate(names, start=1)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigError(
                f"the header names column {twice[0]!r} twice", where=str(path), todo="Rename one of them."
            )
        return names

    def cells(self, raw: bytes) -> list[str]:
        """The cells of a row."""
        if b"\0" in raw:
            raise RefusedError(Reason.NUL, f"has a NUL byte at byte {raw.index(0)}")
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            found = raw[error.start : error.start + 4].hex(" ")
            raise RefusedError(Reason.NOT_UTF8, f"has bytes {found} at byte {error.start}") from None
        if '"' not in text:
            return text.split(self._delimiter.decode())
        cells, at = [], 0
        while True:
            cell = self._one_cell.match(text, at)
            if cell is None:
                found = json.dumps(text[at : at + SHOWN])
                raise RefusedError(
                    Reason.NOT_CSV, f"has something after a closing quote, in the cell at character {at}: {found}"
                )
            cells.append(cell[2] if cell[1] is None else cell[1].replace('""', '"'))
            at = cell.end()
            if not cell[3]:
                return cells

    def __iter__(self) -> Iterator[tuple[int, Line, Refusal | None]]:
        """Each row that is not blank: its offset, its bytes without the line end, and why it cannot be read."""
        while (line := self._line()) is not None:
            offset = self._offset
            if offset == 0 and line.raw.startswith(BOM):
                line, offset = line._replace(raw=line.raw[len(BOM) :]), len(BOM)
            self._offset += line.size + line.ended
            if line.sha256 is not None:
                detail = f"{line.size:,} bytes long; at most {self._limits.record_bytes:,} are taken"
                yield offset, line, Refusal(Reason.TOO_LONG, detail)
            elif line.raw.strip():
                row = self._joined(line) if b'"' in line.raw else line
                problem = _UNCLOSED if row is None else None
                row = row or line
                yield offset, row._replace(raw=row.raw.removesuffix(b"\r")), problem

    def _line(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _joined(self, first: Line) -> Line | None:
        """``first`` and the lines that a quote in it takes in; None, with nothing taken, when it is never closed."""
        taken, size = [first], len(first.raw)
        quoted = self._open_after(first.raw, quoted=False)
        while quoted:
            line = self._line()
            if line is not None:
                taken.append(line)
                size += len(line.raw) + 1
            if line is None or line.sha256 or size > self._limits.record_bytes or len(taken) > _MOST_LINES:
                self._again.extendleft(reversed(taken[1:]))
                return None
            quoted = self._open_after(line.raw, quoted=True)
        self._offset += sum(line.size + line.ended for line in taken[1:])
        return Line(b"\n".join([line.raw for line in taken]), size, taken[-1].ended)

    def _open_after(self, raw: bytes, *, quoted: bool) -> bool:
        """Whether a quote is open at the end of a line, and was (``quoted``) at its start."""
        at = 0
        while True:
            if not quoted and raw.startswith(b'"', at):
                at, quoted = at + 1, True
            if quoted:
                closed = _CLOSE.match(raw, at)
                if closed is None:
                    return True
                at, quoted = closed.end(), False
            at = raw.find(self._delimiter, at) + len(self._delimiter)
            if at < len(self._delimiter):
                return False


def _placed(name: str, convert: Callable[[str], str], cell: str) -> str:
    try:
        return convert(cell)
    except RefusedError as refused:
        refused.inside(name)
        raise


def _cell(type_: FieldType, *, empty_is_null: bool) -> Callable[[str], str]:
    """A function from a cell to the JSON of a value of ``type_``."""
    if type_ == Scalar("text"):
        if empty_is_null:
            return lambda cell: _quote(cell) if cell else "null"
        return _quote
    match type_:
        case Scalar("integer" | "number"):
            convert = _number
        case Scalar("boolean"):
            convert = _boolean
        case _:
            convert = _json
    return lambda cell: convert(cell.strip()) if cell else "null"


_quote = json.JSONEncoder(ensure_ascii=False).encode


def _number(cell: str) -> str:
    match = _NUMBER.fullmatch(cell)
    if match is None:
        reason = Reason.NOT_FINITE if cell.lstrip("+-").lower() in _NOT_FINITE else Reason.WRONG_TYPE
        raise RefusedError(reason, f"holds {json.dumps(cell[:SHOWN])}; expected a number")
    number = float(cell)
    if math.isinf(number):
        raise RefusedError(Reason.NOT_FINITE, f"holds {cell[:SHOWN]}, too large for a 64-bit float")
    return repr(number) if any(match.groups()) else str(int(cell))


def _boolean(cell: str) -> str:
    if cell not in _BOOLEANS:
        raise RefusedError(Reason.WRONG_TYPE, f"holds {json.dumps(cell[:SHOWN])}; expected true or false")
    return _BOOLEANS[cell]


def _json(cell: str) -> str:
    # On its own first: what is not one whole value could put other keys into the record.
    raw = cell.encode()
    if depth(raw) > DEEPEST:
        raise RefusedError(Reason.TOO_DEEP, f"is nested deeper than {DEEPEST}")
    parse(raw)
    return cell
