"""Objects of a lakeFS repository: listing them with their sha256, sending and reading them in streams."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import urllib3.exceptions

from prefstrata.model import IntegrityError
from prefstrata.stores.lakefs.errors import Fault, Kind, fault_of_error, user_error
from prefstrata.stores.reading import CHUNK, open_source
from prefstrata.stores.types import FileInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from lakefs_sdk.models.object_stats import ObjectStats

    from prefstrata.stores.lakefs.client import Client
    from prefstrata.stores.types import Source

__all__ = ["SHA256_KEY", "Addresses", "Entry", "RemoteStream", "list_entries", "send", "stat_entry"]

SHA256_KEY = "sha256"
_STALLS = 5
_DATA = "/data/"  # what the server puts between a repository's folder and the names it draws


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: what we say it is, and where and as what the server keeps it.

    Attributes:
        file: path, sha256 and size.
        address: where its bytes are, as the server reports it; see :class:`Addresses`.
        checksum: what the server calls its ETag.
        content_type: media type.
    """

    file: FileInfo
    address: str
    checksum: str
    content_type: str


class Addresses:
    """Turns addresses as the server reports them into addresses that another path can be staged with.

    With local storage both are ``local:///srv/blocks/repo/data/…``, but for an object that was itself staged by its
    address the server reports the folder twice (``local:///srv/blocks/srv/blocks/repo/data/…``, measured on 1.86), and
    staging that names bytes that are not there. An address it hands out for a new object shows the true beginning.
    Such an object keeps the whole address: a server with local storage must stay in its folder.

    Args:
        client: the server.
        branch: any branch that exists.
    """

    def __init__(self, client: Client, branch: str) -> None:
        """Know nothing yet."""
        self._client, self._branch, self._root = client, branch, ""

    def true(self, address: str) -> str:
        """Return where the bytes at a reported address really are."""
        if not self._root:
            ask = self._client.staging.get_physical_address
            fresh = self._client.call(ask, self._client.repository, self._branch, "address-probe")
            self._root = str(fresh.physical_address).rpartition(_DATA)[0]
        return f"{self._root}{_DATA}{address.rpartition(_DATA)[2]}"


def list_entries(client: Client, ref: str, prefix: str = "") -> dict[str, Entry]:
    """Return every object of a ref by path. Paths are as stored: not checked to be safe."""
    rows = client.pages(client.objects.list_objects, ref, user_metadata=True, prefix=prefix)
    return {row.path: _entry(row) for row in rows}


def stat_entry(client: Client, ref: str, path: str) -> Entry | None:
    """Return one object; None when there is none."""
    try:
        row = client.call(client.objects.stat_object, client.repository, ref, path, user_metadata=True)
    except Fault as fault:
        if fault.kind is Kind.MISSING:
            return None
        raise user_error(fault, client.location) from None
    return _entry(row)


def send(client: Client, branch: str, file: FileInfo, source: Source, *, only_new: bool) -> Entry | None:
    """Upload a file; return None when ``only_new`` is set and the path holds something already.

    Raises:
        IntegrityError: the source does not have the file's hash and size; the server keeps nothing then.
        Fault: the server refused it.
        UnreachableError: the server did not answer.
    """
    headers = {f"x-lakefs-meta-{SHA256_KEY}": file.sha256, **({"If-None-Match": "*"} if only_new else {})}

    try:
        stats = client.repeat(lambda: client.upload(branch, file.path, _checked(source, file), file.size, headers))
    except Fault as fault:
        if fault.kind is Kind.PRECONDITION:
            return None
        raise
    return Entry(file, stats["physical_address"], stats["checksum"], stats.get("content_type", ""))


def _checked(source: Source, file: FileInfo) -> Iterator[bytes]:
    # The last piece is held back until the hash is known to be right: a body that is too short is never stored.
    hasher, seen, held = hashlib.sha256(), 0, b""
    with open_source(source) as stream:
        while chunk := stream.read(CHUNK):
            hasher.update(chunk)
            seen += len(chunk)
            if seen > file.size:
                break
            if held:
                yield held
            held = chunk
    if (hasher.hexdigest(), seen) != (file.sha256, file.size):
        raise IntegrityError(
            f"a file to be stored as {file.path} changed: {seen} bytes with sha256 {hasher.hexdigest()}, "
            f"not {file.size} bytes with {file.sha256}",
            todo="run again; if it happens again, something writes to the file or the disk is failing",
        )
    if held:
        yield held


class RemoteStream:
    """The bytes of one object of a commit. A cut connection is picked up where it broke.

    Args:
        client: the server.
        commit: id of the commit.
        path: path of the object.
    """

    def __init__(self, client: Client, commit: str, path: str) -> None:
        """Open the object."""
        self._client, self._commit, self._path = client, commit, path
        self._at = self._stalled = 0
        self._answer = self._open()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; empty at the end, and when the server has fewer bytes than it says."""
        while True:
            try:
                data: bytes = self._answer.read(None if size < 0 else size, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                self._answer.close()
                self._stalled += 1
                if self._stalled >= _STALLS:
                    return self._give_up(error)
                self._answer = self._open()
                continue
            if data:
                self._at, self._stalled = self._at + len(data), 0
            return data

    def close(self) -> None:
        """Close the connection, or give it back when all was read."""
        self._answer.release_conn() if self._answer.closed else self._answer.close()

    def __enter__(self) -> Self:
        """Return the stream itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()

    def _give_up(self, error: Exception) -> bytes:
        if any(isinstance(part, urllib3.exceptions.IncompleteRead) for part in (error, *error.args)):
            return b""  # the server answers, promptly and every time, and has no more: that is its truth
        raise user_error(Fault(Kind.TRANSIENT, str(fault_of_error(error))), self._client.location) from None

    def _open(self) -> Any:  # noqa: ANN401 - urllib3's answer type is not exported by name
        try:
            return self._client.repeat(lambda: self._client.download(self._commit, self._path, self._at))
        except Fault as fault:
            if fault.kind is Kind.MISSING:
                raise IntegrityError(f"the stored file {self._path} is missing", where=self._client.location) from None
            raise user_error(fault, self._client.location) from None


def _entry(row: ObjectStats) -> Entry:
    metadata = row.metadata or {}
    file = FileInfo(row.path, str(metadata.get(SHA256_KEY, "")), int(row.size_bytes or 0))
    return Entry(file, str(row.physical_address), row.checksum, row.content_type or "")
