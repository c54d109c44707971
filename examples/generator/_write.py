"""Files as the example's teams would hand them over, byte for byte the same for the same seed."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from examples.generator._content import load_broken
from examples.generator._draw import Draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from examples.generator._model import Item

__all__ = ["Batch", "File", "document", "jsonl", "table"]

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the inbox: its path under ``inbox/``, its bytes, its records, and how many of them are broken."""

    path: str
    data: bytes
    records: int
    broken: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What is judged together: the items, the days on which it happens, and a name that keeps chance apart."""

    seed: int
    name: str
    items: Sequence[Item]
    days: Sequence[str]
    dirty: bool
    """Whether broken records come with it."""

    def broken(self, source: str) -> tuple[str, ...]:
        """The broken lines that come with this batch's records of ``source``."""
        return load_broken(source) if self.dirty else ()

    def draw(self, *key: object) -> Draw:
        """The stream of draws for ``key`` within this batch."""
        return Draw(self.seed, self.name, *key)

    def moment(self, draw: Draw) -> str:
        """A time of a working day of this batch, ISO 8601 in UTC."""
        return self.at(draw.pick(self.days), draw)

    @staticmethod
    def at(day: str, draw: Draw) -> str:
        """A time between 07:00 and 19:00 of ``day``."""
        return f"{day}T{7 + draw.below(12):02}:{draw.below(60):02}:{draw.below(60):02}Z"

    def file(self, source: str, suffix: str) -> str:
        """The path of this batch's file of ``source``."""
        return f"{source}/{self.days[-1]}.{suffix}"


def jsonl(path: str, records: Sequence[Record], broken: Sequence[str] = ()) -> File:
    """One JSON object a line, gzipped when the name says so, with the ``broken`` lines spread among them."""
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    stride = len(lines) // (len(broken) + 1)
    for number, line in enumerate(broken, start=1):
        lines.insert(number * (stride + 1) - 1, line)
    return _file(path, "".join(f"{line}\n" for line in lines), len(lines), len(broken))


def document(path: str, key: str, records: Sequence[Record], **head: str) -> File:
    """One JSON document whose records stand in a list under ``key``."""
    return _file(path, json.dumps({**head, key: records}, ensure_ascii=False, indent=1), len(records), 0)


def table(path: str, rows: Sequence[Mapping[str, str]], broken: int = 0) -> File:
    """CSV with a header; the caller says how many of the ``rows`` are broken."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return _file(path, out.getvalue(), len(rows), broken)


def _file(path: str, text: str, records: int, broken: int) -> File:
    data = text.encode()
    # mtime 0: the header of a gzip file holds the time it was written.
    return File(path, gzip.compress(data, mtime=0) if path.endswith(".gz") else data, records, broken)
