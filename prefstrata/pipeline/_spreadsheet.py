"""What spreadsheets make of a table they open and save: other cells between the marks, another encoding, rows."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from io import StringIO

import polars as pl

from prefstrata.model import ConfigError

__all__ = ["RESAVE", "as_exported", "rows_of"]

RESAVE = "save it as CSV UTF-8, with the header that was exported"
"""What to do with a table that cannot be read."""
_MARK = re.compile(r"sep=[^\r\n](?:\r\n|\r|\n)")
"""The first line by which Excel says what parts the cells; it is no row, and no header."""
_PARTS = {".csv": ",", ".tsv": "\t"}
_SAVED = (",", ";", "\t")
_OURS = {"item", "choice"}


def as_exported(data: bytes, suffix: str, where: str) -> bytes:
    """A table of answers with what parts cells where it was exported, told by the header that was written then.

    A spreadsheet parts cells by what its country uses, which is a semicolon in much of Europe, and may say so in a line
    before the header (``sep=;``), which is taken out. A row of empty cells becomes a blank line. Bytes that are no
    such table, or that nothing tells apart, stay as they are.

    Args:
        data: the file.
        suffix: its suffix, with that of its compression; packed files and other formats stay as they are.
        where: the file, for people.

    Raises:
        ConfigError: it is a table, and not in UTF-8.
    """
    usual = _PARTS.get(suffix)
    if usual is None:
        return data
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            "it is not in UTF-8, and guessing at names and reasons would be wrong",
            where=where,
            todo=f"{RESAVE}; nothing was imported",
        ) from error
    said = _MARK.match(text)
    body = text[said.end() :] if said else text
    header = body.partition("\n")[0].rstrip("\r")
    parts = next((part for part in (usual, *_SAVED) if set(_cells(header, part)) >= _OURS), None)
    if parts is None:
        return data
    table = body.encode() if said else data
    return table if parts == usual and not _has_empty_rows(body, usual) else _parted(table, parts, usual)


def rows_of(data: bytes, suffix: str) -> tuple[int, ...]:
    """The rows of a table that are not empty, as a spreadsheet numbers them: the header's first, then each record's.

    Args:
        data: the table, as :func:`as_exported` gives it.
        suffix: its suffix; of packed files and other formats, and of a table that is broken, no row is told.
    """
    usual = _PARTS.get(suffix)
    if usual is None:
        return ()
    table = csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=usual, strict=True)
    try:
        return tuple(row for row, cells in enumerate(table, start=1) if usual.join(cells).strip())
    except csv.Error:
        return ()


def _cells(line: str, parts: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=parts), [])
    except csv.Error:
        return []


def _has_empty_rows(text: str, parts: str) -> bool:
    """Whether a row has cells, and nothing in them."""
    table = csv.reader(StringIO(text, newline=""), delimiter=parts, strict=True)
    try:
        return any(len(cells) > 1 and not "".join(cells).strip() for cells in table)
    except csv.Error:
        return False


def _parted(data: bytes, before: str, after: str) -> bytes:
    """The same cells, parted by something else. A row that says nothing is a blank line: no answer, still a row."""
    try:
        cells = pl.read_csv(data, separator=before, infer_schema=False, has_header=False).fill_null("")
    except pl.exceptions.PolarsError:
        return data  # reading it says where it is broken
    says = pl.any_horizontal(pl.all().str.strip_chars() != "")
    quoted = pl.concat_str('"' + pl.all().str.replace_all('"', '""', literal=True) + '"', separator=after)
    rows = cells.select(pl.when(says).then(quoted).otherwise(pl.lit(""))).to_series()
    return BOM_UTF8 + "".join(f"{row}\n" for row in rows).encode()
