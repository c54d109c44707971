"""Purges on lakeFS: a branch of its own remembers what must never be read again, and why.

The server has no call that destroys the bytes of a committed object. So reading them through this library is refused
at once, and whoever has access to the storage is told which addresses to delete there.
"""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING

import rfc8785
from lakefs_sdk.models.commit_creation import CommitCreation

from prefstrata.stores.lakefs.errors import Fault, Kind, user_error
from prefstrata.stores.lakefs.objects import RemoteStream, list_entries, send
from prefstrata.stores.types import FileInfo

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from prefstrata.stores.lakefs.client import Client
    from prefstrata.stores.lakefs.refs import Refs

__all__ = ["PurgeList"]

_BRANCH, _FOLDER = "purged", "purged/"


class PurgeList:
    """What was purged from one repository.

    Args:
        client: the server.
        refs: the repository's refs.
    """

    def __init__(self, client: Client, refs: Refs) -> None:
        """Know nothing yet."""
        self._client, self._refs = client, refs
        self._purged: frozenset[str] = frozenset()
        self._head: str | None = None
        self._asked = False

    def forget(self) -> None:
        """Ask the server whether there is more when the list is next needed."""
        self._asked = False

    def reason(self, sha256: str) -> str | None:
        """Return why bytes were purged; None when they were not."""
        if not self.among([sha256]):
            return None
        with RemoteStream(self._client, _BRANCH, _FOLDER + sha256) as stream:
            return str(json.loads(stream.read())["reason"])

    def among(self, sha256s: Collection[str]) -> frozenset[str]:
        """Return those of these hashes that were purged."""
        if not self._asked:
            self._load()
        return self._purged.intersection(sha256s)

    def record(self, sha256s: Sequence[str], reason: str) -> None:
        """Remember purges; a hash that was purged before keeps its first reason."""
        self._refs.create_branch(_BRANCH, self._refs.resolve("latest"))
        for sha256 in sha256s:
            body = rfc8785.dumps({"reason": reason, "sha256": sha256})
            file = FileInfo(_FOLDER + sha256, hashlib.sha256(body).hexdigest(), len(body))
            try:
                send(self._client, _BRANCH, file, lambda body=body: io.BytesIO(body), only_new=True)  # type: ignore[misc]
            except Fault as fault:
                raise user_error(fault, self._client.location) from None
        try:
            wanted = CommitCreation(message="purge", date=None, allow_empty=False, force=False)
            self._client.call(self._client.commits.commit, self._client.repository, _BRANCH, wanted)
        except Fault as fault:
            if fault.kind is not Kind.UNCHANGED:
                raise user_error(fault, self._client.location) from None
        self.forget()

    def _load(self) -> None:
        # A purge is over when it is committed, so the head tells whether there was another.
        head = self._refs.head(_BRANCH)
        if head != self._head:
            entries = list_entries(self._client, _BRANCH, _FOLDER) if head else {}
            self._purged = frozenset(path.removeprefix(_FOLDER) for path in entries)
            self._head = head
        self._asked = True
