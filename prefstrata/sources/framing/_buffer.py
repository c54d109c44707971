"""A window on a text that is read forward only: as much of it as is still needed, and where that is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefstrata.sources.framing._stored import Source

__all__ = ["Buffer"]

_BLOCK = 1 << 20


class Buffer:
    """The part of a text that has been read and is still needed.

    Attributes:
        data: bytes of the text.
        at: place in ``data`` of the next byte to look at; what is before it is forgotten by the next `more`.
    """

    def __init__(self, source: Source) -> None:
        """Start before the first byte."""
        self._source = source
        self._base = 0
        self.data = b""
        self.at = 0

    @property
    def offset(self) -> int:
        """Place in the text of the next byte to look at."""
        return self._base + self.at

    def more(self) -> bool:
        """Read another block; false, with nothing changed, when the text has no more."""
        block = self._source.read(_BLOCK)
        if block:
            self.data = self.data[self.at :] + block
            self._base += self.at
            self.at = 0
        return bool(block)

    def rest(self, keep: int) -> tuple[bytes, str]:
        """Read to the end of the text; the first ``keep`` bytes of what was left, and the hash of all of it."""
        while len(self.data) - self.at < keep and self.more():
            pass
        start, digest = self.data[self.at : self.at + keep], hashlib.sha256()
        digest.update(self.data[self.at :])
        self.at = len(self.data)
        while self.more():
            digest.update(self.data)
            self.at = len(self.data)
        return start, digest.hexdigest()
