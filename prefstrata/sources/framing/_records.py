"""A record as found in a file, before it is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prefstrata.sources.framing._reasons import Refusal

__all__ = ["LINE_BITS", "Record", "placed"]

LINE_BITS = 40
"""Low bits of a record's number that are its line; those above are its file's place among several read together."""


class Record(NamedTuple):
    """A record as found.

    Attributes:
        line: its number in the file, from 1.
        offset: byte of the decompressed file at which it starts; None where the format has no such place.
        raw: its bytes; of a record that is too long, only the start.
        body: the JSON object to judge and read, mostly ``raw`` itself.
        sha256: hash of the whole record when ``raw`` is only its start, else None.
        problem: why it is refused, when that is known before it is judged.
        last: whether the file ends in it without ending it.
    """

    line: int
    offset: int | None
    raw: bytes
    body: bytes
    sha256: str | None = None
    problem: Refusal | None = None
    last: bool = False


def placed(file: int, line: int) -> int:
    """The number of a record among those of several files; of the first file, 0, it is the line.

    Examples:
        >>> placed(0, 7), placed(1, 7) - placed(1, 1)
        (7, 6)
    """
    return (file << LINE_BITS) + line
