"""Transactions of a lakeFS store: staging on a run's branch, committing it, and taking the tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakefs_sdk.models.commit_creation import CommitCreation
from lakefs_sdk.models.tag_creation import TagCreation

from prefstrata.model import ConfigError, IntegrityError, UnreachableError
from prefstrata.stores.errors import RunGoneError
from prefstrata.stores.lakefs.errors import Fault, Kind, is_transient, user_error
from prefstrata.stores.lakefs.objects import SHA256_KEY, Addresses, Entry, list_entries, send, stat_entry
from prefstrata.stores.types import Published, Put, Txn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.stores.lakefs.client import Client
    from prefstrata.stores.lakefs.refs import Refs
    from prefstrata.stores.types import FileInfo, Source

__all__ = ["Staging", "commit_staged", "take_tag"]


class Staging:
    """What is on a run's branch, as far as this process knows, and what may be referenced.

    Args:
        client: the server.
        txn: the transaction.
        parent: the parent's objects.
        reusable: objects of other commits.
    """

    def __init__(self, client: Client, txn: Txn, parent: Mapping[str, Entry], reusable: Mapping[str, Entry]) -> None:
        """Begin with the parent's objects, or with what an earlier attempt left."""
        self._client, self._branch, self._parent = client, txn.branch, parent
        self._now = list_entries(client, txn.branch) if txn.resumed else dict(parent)
        self._known = {(e.file.sha256, e.file.size): e for e in [*reusable.values(), *parent.values()] if e.file.sha256}
        self._addresses = Addresses(client, txn.branch)

    def put(self, file: FileInfo, source: Source) -> Put:
        """Make a path hold these bytes."""
        now, before = self._now.get(file.path), self._parent.get(file.path)
        if now and now.file == file:
            return Put.UNCHANGED
        if now and (before is None or now.file != before.file):
            raise self._foreign(file.path)
        known = self._known.get((file.sha256, file.size))
        try:
            if known:
                self._reference(file, known)
                entry, how = known, Put.REFERENCED
            else:
                # A path the parent has cannot be sent with If-None-Match: it is there, with the parent's bytes.
                sent = send(self._client, self._branch, file, source, only_new=now is None)
                entry, how = (sent, Put.UPLOADED) if sent else (self._stored(file), Put.UNCHANGED)
        except Fault as fault:
            raise self._error(fault) from None
        self._known[file.sha256, file.size] = entry
        self._now[file.path] = Entry(file, entry.address, entry.checksum, entry.content_type)
        return how

    def remove(self, path: str) -> None:
        """Make the branch not have a path."""
        if path in self._now:
            try:
                self._client.call(self._client.objects.delete_object, self._client.repository, self._branch, path)
            except Fault as fault:
                raise self._error(fault) from None
            del self._now[path]

    def _reference(self, file: FileInfo, known: Entry) -> None:
        document = {
            "physical_address": self._addresses.true(known.address),
            "checksum": known.checksum,
            "size_bytes": file.size,
            "content_type": known.content_type,
            "metadata": {SHA256_KEY: file.sha256},
        }
        self._client.repeat(lambda: self._client.reference(self._branch, file.path, document))

    def _stored(self, file: FileInfo) -> Entry:
        entry = stat_entry(self._client, self._branch, file.path)
        if entry is None:
            raise RunGoneError(f"the branch {self._branch} is gone", where=self._client.location, todo="run again")
        if entry.file != file:
            raise self._foreign(file.path)
        return entry

    def _foreign(self, path: str) -> IntegrityError:
        return IntegrityError(
            f"the branch {self._branch} holds other bytes at {path}", where=self._client.location, todo="run again"
        )

    def _error(self, fault: Fault) -> Exception:
        if fault.kind is Kind.MISSING:
            return RunGoneError(f"the branch {self._branch} is gone", where=self._client.location, todo="run again")
        return user_error(fault, self._client.location)


def commit_staged(client: Client, refs: Refs, txn: Txn, metadata: Mapping[str, str], date: int) -> str:
    """Commit what is staged and return the commit's id; when it is done already, return that one.

    The call cannot simply be repeated: when its answer is lost, the branch says whether it worked.
    """
    summary = metadata.get("summary") or f"release {txn.release_id[:16]}"
    wanted = CommitCreation(message=summary, metadata=dict(metadata), date=date, allow_empty=False, force=False)

    def attempt() -> str:
        try:
            return str(client.once(client.commits.commit, client.repository, txn.branch, wanted).id)
        except Fault as fault:
            head = refs.run_head(txn.branch)
            if head != txn.parent:
                return head
            if fault.kind is Kind.UNCHANGED:
                raise ConfigError("nothing differs from the parent version", where=client.location) from None
            raise

    try:
        head = client.repeat(attempt)
    except Fault as fault:
        raise user_error(fault, client.location) from None
    made = refs.commit(head)
    ours = ("release_id", "manifest_sha256", "parent")
    if made.parent != txn.parent or any(made.metadata.get(key) != metadata[key] for key in ours):
        raise IntegrityError(f"somebody else committed on the branch {txn.branch}", where=client.location)
    return head


def take_tag(client: Client, refs: Refs, commit: str, tag: str) -> Published:
    """Create the release tag; when it is there already, or the answer was lost, find out whose it is."""
    wanted = TagCreation(id=tag, ref=commit)
    asked = 0

    def attempt() -> Published:
        nonlocal asked
        asked += 1
        try:
            client.once(client.tags.create_tag, client.repository, wanted)
        except Fault as fault:
            winner = refs.tagged(tag)
            if winner is None:
                raise fault from None
            if winner == commit and (asked > 1 or is_transient(fault)):
                return Published.PUBLISHED  # by a try of ours whose answer was lost
            same = winner == commit or refs.commit(winner).is_same_release(refs.commit(commit))
            return Published.ALREADY if same else Published.LOST_RACE
        return Published.PUBLISHED

    try:
        return client.repeat(attempt)
    except UnreachableError:
        return Published.UNKNOWN
    except Fault as fault:
        raise user_error(fault, client.location) from None
