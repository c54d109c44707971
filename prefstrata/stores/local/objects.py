"""Objects: bytes named by their sha256, written once, never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import IO, TYPE_CHECKING

from prefstrata.model import IntegrityError
from prefstrata.stores.durable import replacing, sync_folder
from prefstrata.stores.local.errors import mapped
from prefstrata.stores.reading import CHUNK, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from prefstrata.stores.types import Source

__all__ = ["COMMITS", "FILES", "TREES", "Objects"]

FILES, TREES, COMMITS = "files", "trees", "commits"


class Objects:
    """The object folders of a local store: ``files``, ``trees`` and ``commits``, and ``tmp`` for what is being written.

    Args:
        root: the store's folder.
        readable: whether it can only be read; the folders are there then.
    """

    def __init__(self, root: Path, *, readable: bool = False) -> None:
        """Make the folders when they are absent."""
        self._root, self._tmp = root, root / "tmp"
        with mapped(root):
            for name in () if readable else (FILES, TREES, COMMITS, "tmp"):
                (root / name).mkdir(parents=True, exist_ok=True)

    def path(self, kind: str, sha256: str) -> Path:
        """Return where an object is, or would be."""
        return self._root / kind / sha256[:2] / sha256[2:]

    def size(self, kind: str, sha256: str) -> int | None:
        """Return the size of an object; None when it is not there."""
        try:
            return self.path(kind, sha256).stat().st_size
        except FileNotFoundError:
            return None

    def add(self, source: Source, sha256: str, size: int) -> bool:
        """Store a file, in pieces; return whether its bytes had to be written.

        Raises:
            IntegrityError: the source does not have this hash and size; nothing is stored then.
        """
        if self.size(FILES, sha256) == size:
            return False
        with mapped(self._root), open_source(source) as stream, self._writing(FILES, sha256) as target:
            hasher, seen = hashlib.sha256(), 0
            while chunk := stream.read(CHUNK):
                hasher.update(chunk)
                seen += len(chunk)
                target.write(chunk)
            if (hasher.hexdigest(), seen) != (sha256, size):
                raise IntegrityError(
                    f"a file to be stored changed: {seen} bytes with sha256 {hasher.hexdigest()}, "
                    f"not {size} bytes with {sha256}",
                    where=str(source) if not callable(source) else "",
                    todo="run again; if it happens again, something writes to the file or the disk is failing",
                )
        return True

    def add_document(self, kind: str, document: bytes) -> str:
        """Store a small document and return its sha256."""
        sha256 = hashlib.sha256(document).hexdigest()
        if self.size(kind, sha256) != len(document):
            with mapped(self._root), self._writing(kind, sha256) as target:
                target.write(document)
        return sha256

    def document(self, kind: str, sha256: str) -> bytes | None:
        """Return a small document, checked; None when it is not there.

        Raises:
            IntegrityError: its bytes are not the ones it is named by.
        """
        try:
            with mapped(self._root):
                document = self.path(kind, sha256).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(document).hexdigest() != sha256:
            raise IntegrityError(
                f"the stored {kind[:-1]} {sha256[:12]} is damaged",
                where=str(self.path(kind, sha256)),
                todo="restore the file from a copy",
            )
        return document

    def open(self, sha256: str) -> IO[bytes] | None:
        """Open a stored file, unchecked; None when it is not there."""
        try:
            with mapped(self._root):
                return self.path(FILES, sha256).open("rb")
        except FileNotFoundError:
            return None

    def delete(self, kind: str, sha256: str) -> int | None:
        """Delete an object for good; return its size, None when it was not there."""
        size = self.size(kind, sha256)
        if size is None:
            return None
        target = self.path(kind, sha256)
        with mapped(self._root):
            target.unlink(missing_ok=True)
            sync_folder(target.parent)
        return size

    def names(self, kind: str) -> Iterator[str]:
        """Yield the sha256 of every object of a kind."""
        for folder in sorted((self._root / kind).iterdir()):
            for entry in sorted(path.name for path in folder.iterdir()):
                yield folder.name + entry

    def clear_temporary(self) -> tuple[int, int]:
        """Delete what dead writers left, and return how many files and bytes. No writer may be alive meanwhile."""
        count = total = 0
        for path in self._tmp.iterdir():
            total += path.stat().st_size
            path.unlink()
            count += 1
        return count, total

    def _writing(self, kind: str, sha256: str) -> AbstractContextManager[IO[bytes]]:
        return replacing(self.path(kind, sha256), self._tmp / f"{os.getpid()}-{secrets.token_hex(8)}")
