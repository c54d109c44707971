"""The careful path: records judged one by one, the good ones written out for the bulk reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.sources.framing._reasons import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prefstrata.sources.framing._judge import Judge
    from prefstrata.sources.framing._records import Record
    from prefstrata.sources.framing._rejects import Rejects

__all__ = ["write_clean"]

_BATCH = 1 << 20
_UNFINISHED = {Reason.NOT_JSON, Reason.NOT_UTF8}


def write_clean(records: Iterable[Record], judge: Judge, path: Path, rejects: Rejects, *, line_key: str) -> int:
    """Write every record that is taken to ``path`` as one line, its number first under ``line_key``; records found."""
    read = 0
    start = b'{"%s":' % line_key.encode()
    with path.open("wb") as file:
        batch: list[bytes] = []
        size = 0
        for record in records:
            read += 1
            refusal = record.problem or judge(record.body)
            if refusal is not None:
                rejects.add(record, _unfinished(record, refusal))
                continue
            rest = record.body.strip()[1:]
            # A newline in a record that was taken is white space between tokens: text has it escaped.
            rest = rest.replace(b"\n", b" ") if b"\n" in rest else rest
            comma = b"" if rest.lstrip().startswith(b"}") else b","
            batch += (start, b"%d" % record.line, comma, rest, b"\n")
            size += len(rest)
            if size >= _BATCH:
                file.writelines(batch)
                batch, size = [], 0
        file.writelines(batch)
    return read


def _unfinished(record: Record, refusal: Refusal) -> Refusal:
    if record.last and refusal.reason in _UNFINISHED and not record.raw.rstrip().endswith(b"}"):
        return Refusal(Reason.TRUNCATED, f"the file ends in the middle of the record ({refusal.detail})")
    return refusal
