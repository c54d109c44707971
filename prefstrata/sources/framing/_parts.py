"""A text in parts that end at line ends, so that one of any size is read in bounded room."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefstrata.sources.framing._stored import Source

__all__ = ["Parts"]


class Parts:
    """A text that is read part by part: the end of a part reads like the end of a text, and then the next one begins.

    Attributes:
        more: whether anything follows the part whose end was read last.
    """

    def __init__(self, source: Source, size: int | None) -> None:
        """Cut ``source`` at the first line end after every ``size`` bytes; nowhere when None."""
        self._source, self._size = source, size
        self._rest = b""
        self._read = 0
        self._cut = False
        self.more = False

    def read(self, size: int, /) -> bytes:
        """Some bytes of this part; empty at its end."""
        if self._cut:
            self._cut, self._read = False, 0
            return b""
        block = self._rest or self._source.read(size)
        self._rest, self.more = b"", False
        if self._size is not None and (end := block.find(b"\n", max(0, self._size - self._read - 1)) + 1):
            self._rest = block[end:] or self._source.read(size)
            self._cut, self.more = True, bool(self._rest)
            block = block[:end]
        self._read += len(block)
        return block
