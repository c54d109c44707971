"""Bytes that are checked while they flow: readers that know what they should have read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from prefstrata.model import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from prefstrata.stores.types import ByteStream, FileInfo, Source

__all__ = ["CHUNK", "VerifyingReader", "open_source"]

CHUNK = 1 << 20


def open_source(source: Source) -> ByteStream:
    """Open the bytes of a file that is to be stored."""
    return source() if callable(source) else source.open("rb")


class VerifyingReader:
    """A binary reader that hashes what it hands out and complains at the end when it was not the expected file.

    The check happens when the end is reached: a caller that stops early has seen unchecked bytes, and one that has
    written them somewhere must throw that away on IntegrityError.

    Args:
        raw: the stored bytes.
        expected: path, sha256 and size they must have.
        where: what to name in the error, such as the store and the commit.
    """

    def __init__(self, raw: ByteStream, expected: FileInfo, where: str) -> None:
        """Begin at the first byte."""
        self._raw, self._expected, self._where = raw, expected, where
        self._hash, self._seen, self._done = hashlib.sha256(), 0, False

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes (all that are left when negative); empty at the end.

        Raises:
            IntegrityError: the end was reached, or passed, and the bytes are not the committed ones.
        """
        if size < 0:
            return b"".join(self)
        if size == 0:
            return b""
        data = self._raw.read(size)
        self._hash.update(data)
        self._seen += len(data)
        if self._seen > self._expected.size or not data:
            self._finish()
        return data

    def _finish(self) -> None:
        if self._done:
            return
        self._done = True
        if self._seen != self._expected.size:
            more = "more" if self._seen > self._expected.size else "fewer"
            self._refuse(f"it has {more} bytes than the {self._expected.size} that were committed")
        if self._hash.hexdigest() != self._expected.sha256:
            self._refuse("its sha256 is not the committed one")

    def _refuse(self, what: str) -> None:
        raise IntegrityError(
            f"the stored file {self._expected.path} is damaged: {what}",
            where=self._where,
            todo="do not use this version; check out another one, or restore the file from a copy",
        )

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes in large pieces, to the end, and check them."""
        while chunk := self.read(CHUNK):
            yield chunk

    def close(self) -> None:
        """Let go of the stored bytes."""
        self._raw.close()

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the reader."""
        self.close()
