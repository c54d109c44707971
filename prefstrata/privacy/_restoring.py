"""Answers to texts that were shown with placeholders, put back on the texts themselves.

Whoever answered saw ``<EMAIL_ADDRESS>``; the answer is about the text that has an address there. The item names the
pair, and the check that came with the task tells which side stood left, so a text that was changed on the way stays
changed, and is refused when it is read.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import zstandard

from prefstrata.engine import read_warehouse, sql_text
from prefstrata.model import ConfigError
from prefstrata.model.arrow import ArrowStream
from prefstrata.noise.queues import inert
from prefstrata.policy import PERSONAL_DATA
from prefstrata.privacy._finding import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    Record = dict[str, Any]
    PutBack = Callable[[list[Record]], list[bool]]

__all__ = ["restored"]

_PLACEHOLDERS = tuple(placeholder(kind).encode() for kind in PERSONAL_DATA)
_MARK = b"\xef\xbb\xbf"
_REST = "\0"
"""The cells of a row beyond the header's."""


def restored(warehouse: Path, data: bytes, suffix: str, where: str = "the file of answers") -> bytes:
    """The bytes of a file of answers with the texts of the ledger in it; as they are when nothing was hidden in them.

    Args:
        warehouse: where the pairs are.
        data: the file.
        suffix: tells its format and compression, as ``.csv.gz``.
        where: the file, for people.

    Raises:
        ConfigError: it cannot be unpacked.
        UnreachableError: it has placeholders, and a run has the warehouse open.
    """
    kind, _, packed = suffix.removeprefix(".").partition(".")
    plain = _unpacked(data, packed, where)
    if not any(each in plain for each in _PLACEHOLDERS):
        return data
    put_back = partial(_all_put_back, warehouse, is_table=kind in {"csv", "tsv"})
    try:
        done = _FORMATS[{"ndjson": "jsonl"}.get(kind, kind)](plain, put_back)
    except (ValueError, csv.Error):
        return data  # reading it says what is wrong with it
    return data if done is plain else _packed(done, packed)


def _all_put_back(warehouse: Path, records: list[Record], *, is_table: bool) -> list[bool]:
    """Put back what was hidden in records; says of each whether anything was."""
    items = {_id(_fields(record), "item") for record in records} - {""}
    hidden = _hidden(warehouse, items)
    return [_put_back(_fields(record), hidden, is_table=is_table) for record in records]


def _fields(record: Record) -> Record:
    """Where the texts stand: in the record, or in the data of a Label Studio task."""
    data = record.get("data")
    return data if isinstance(data, dict) else record


def _id(fields: Record, name: str) -> str:
    """A hash, without the apostrophe before what a spreadsheet would take for a number; empty where it is not there."""
    return str(fields.get(name) or "").lstrip("'")


def _hidden(warehouse: Path, items: Iterable[str]) -> dict[str, Record]:
    """The pairs with placeholders among some, by id."""
    if not warehouse.exists() or not items:
        return {}
    with read_warehouse(warehouse) as connection:
        rows = pl.DataFrame(
            ArrowStream(connection.sql(sql_text("reports/queue_originals"), params={"pairs": ",".join(sorted(items))}))
        )
    return {row["item"]: row for row in rows.to_dicts()}


def _put_back(fields: Record, hidden: dict[str, Record], *, is_table: bool) -> bool:
    """Replace what was shown by the texts themselves, where it is what was shown; says whether it was."""
    pair = hidden.get(_id(fields, "item"))
    if pair is None:
        return False
    texts = _id(fields, "check").partition("-")[0]
    sides = {pair["check_ab"]: ("a", "b"), pair["check_ba"]: ("b", "a")}.get(texts)
    if sides is None:
        return False
    left, right = sides
    told = {"messages": pair["shown_messages"], "left": pair[f"shown_{left}"], "right": pair[f"shown_{right}"]}
    if any(not _same(str(fields.get(name)), shown) for name, shown in told.items()):
        return False
    own = {"messages": pair["messages"], "left": pair[left], "right": pair[right]}
    fields |= {name: inert(text) if is_table and name != "messages" else text for name, text in own.items()}
    return True


def _same(text: str, shown: str) -> bool:
    """But for ends of lines, and the apostrophe before what a spreadsheet would run or rewrite."""
    plain = text.replace("\r\n", "\n")
    return plain in {shown, f"'{shown}"}


def _unpacked(data: bytes, packed: str, where: str) -> bytes:
    try:
        if packed == "gz":
            return gzip.decompress(data)
        return zstandard.ZstdDecompressor().decompressobj().decompress(data) if packed == "zst" else data
    except (OSError, EOFError, zstandard.ZstdError) as error:
        todo = "pack it again, or leave it unpacked; nothing was imported"
        raise ConfigError(f"it cannot be unpacked: {error}", where=where, todo=todo) from error


def _packed(data: bytes, packed: str) -> bytes:
    if packed == "gz":
        return gzip.compress(data, mtime=0)
    return zstandard.ZstdCompressor().compress(data) if packed == "zst" else data


def _lines(data: bytes, put_back: PutBack) -> bytes:
    """Line by line: one that is no record stays as it is, and the reader says so."""
    lines = data.split(b"\n")
    records = [_record(line) for line in lines]
    changed = put_back(records)
    if not any(changed):
        return data
    told = zip(lines, records, changed, strict=True)
    return b"\n".join(json.dumps(record).encode() if is_changed else line for line, record, is_changed in told)


def _record(line: bytes) -> Record:
    try:
        found = json.loads(line.removeprefix(_MARK))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _tasks(data: bytes, put_back: PutBack) -> bytes:
    found = json.loads(data)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("not tasks")
    return json.dumps(found).encode() if any(put_back(found)) else data


def _table(delimiter: str, data: bytes, put_back: PutBack) -> bytes:
    csv.field_size_limit(max(csv.field_size_limit(), len(data)))  # of all readers; no cell is longer than its file
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    reader = csv.DictReader(text, delimiter=delimiter, strict=True, restkey=_REST)
    names = list(reader.fieldnames or ())
    records: list[Record] = [{_REST: [], **row} for row in reader]
    if not any(put_back(records)):
        return data
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    rows.writerow(names)
    # Cells too many or too few stay so: the reader says it of that row.
    rows.writerows(
        [*(record[name] for name in names if record[name] is not None), *record[_REST]] for record in records
    )
    return _MARK + out.getvalue().encode()


_FORMATS: Mapping[str, Callable[[bytes, PutBack], bytes]] = {
    "jsonl": _lines,
    "json": _tasks,
    "csv": partial(_table, ","),
    "tsv": partial(_table, "\t"),
}
"""What puts a file of each kind together anew; the very bytes where nothing was put back."""
