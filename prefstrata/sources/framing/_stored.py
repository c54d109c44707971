"""Stored bytes: opened, decompressed, and every way that can fail turned into an error a person can act on."""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import zstandard

from prefstrata.model import PrefstrataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.sources.framing._spec import Framing

__all__ = ["Seen", "Source", "opened"]


@dataclass(frozen=True)
class Seen:
    """A file as it was when its bytes were hashed: their digest, its size, and when it was last written."""

    sha256: str
    bytes: int
    modified_ns: int


class Source(Protocol):
    """What text is read from."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        ...


@contextlib.contextmanager
def opened(path: Path, spec: Framing) -> Iterator[Source]:
    """The text of ``path``; decompressed when ``spec`` or the suffix says so.

    A compressed stream that is cut short is an error and not a short file: the same file will be delivered whole later,
    and what had been read of it would then be said twice.

    Raises:
        PrefstrataError: the file cannot be opened, or, by a read, its compressed stream is broken or ends early.
    """
    try:
        stored = path.open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(path, error) from error
    with stored:
        yield _Guarded(path, _text(stored, spec.compression_of(path)))


class _Guarded:
    """A text whose failures name its file."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path, self._source = path, source

    def read(self, size: int, /) -> bytes:
        try:
            return self._source.read(size)
        except (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile) as error:
            raise PrefstrataError(
                f"its compressed stream is broken: {error}",
                where=str(self._path),
                todo="Deliver the file again; nothing of it was taken.",
            ) from error
        except OSError as error:
            raise _unreadable(self._path, error) from error


def _unreadable(path: Path, error: OSError) -> PrefstrataError:
    return PrefstrataError(
        f"it cannot be read: {error.strerror or error}",
        where=str(path),
        todo="Check the path and its permissions; nothing of it was taken.",
    )


def _text(stored: io.FileIO, compression: str) -> Source:
    match compression:
        case "gzip":
            return gzip.GzipFile(fileobj=io.BufferedReader(stored, 1 << 20))
        case "zstd":
            return _Zstd(stored)
        case _:
            return stored


class _Zstd:
    """Zstandard frames one after another; unlike the library's reader, it notices that the last one is cut short."""

    def __init__(self, stored: io.FileIO) -> None:
        self._stored = stored
        self._decoder = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._rest = b""
        self._text = io.BytesIO()

    def read(self, size: int, /) -> bytes:
        found = self._text.read(size)
        if not found:
            # One block of what is stored may hold any number of bytes.
            self._text = io.BytesIO(self._decoded())
            found = self._text.read(size)
        return found

    def _decoded(self) -> bytes:
        while True:
            if self._decoder.eof:
                self._rest = self._decoder.unused_data
                self._decoder = zstandard.ZstdDecompressor().decompressobj()
                self._begun = False
            block = self._rest or self._stored.read(1 << 17) or b""
            self._rest = b""
            if not block:
                if self._begun:
                    raise EOFError("the stream ends before its end marker")
                return b""
            self._begun = True
            if text := self._decoder.decompress(block):
                return text
