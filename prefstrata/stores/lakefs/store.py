"""The lakeFS store: versions in a repository of a lakeFS server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores.errors import PURGED_AGAIN, PurgedError
from prefstrata.stores.lakefs.client import Client
from prefstrata.stores.lakefs.errors import Fault, Kind, user_error
from prefstrata.stores.lakefs.objects import Addresses, Entry, RemoteStream, list_entries, stat_entry
from prefstrata.stores.lakefs.purging import PurgeList
from prefstrata.stores.lakefs.reconciling import reconcile_branches
from prefstrata.stores.lakefs.refs import Refs
from prefstrata.stores.lakefs.repository import find_repository
from prefstrata.stores.lakefs.txn import Staging, commit_staged, take_tag
from prefstrata.stores.paths import check_path
from prefstrata.stores.reading import VerifyingReader
from prefstrata.stores.trees import tree_id
from prefstrata.stores.types import (
    CommitInfo,
    Diff,
    FileInfo,
    GcReport,
    Problem,
    ProblemKind,
    Published,
    PurgeReport,
    Put,
    ReconcileReport,
    TagInfo,
    Txn,
    VerifyReport,
    run_branch,
    tag_name,
    tag_number,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from types import TracebackType

    from prefstrata.stores.lakefs.client import Credentials
    from prefstrata.stores.opening import LakeFSConfig
    from prefstrata.stores.types import Source

__all__ = ["LakeFSStore"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TREES_KEPT = 4
_POINTER_TRIES = 5


class LakeFSStore:
    """Versions in a repository that holds nothing else.

    Args:
        config: the server and the repository; the repository is made when absent.
        credentials: who we are.
    """

    def __init__(self, config: LakeFSConfig, credentials: Credentials) -> None:
        """Find the repository, or make it."""
        self._client = Client(config.endpoint or "", config.repository, credentials)
        self._refs = Refs(self._client, find_repository(self._client, config.storage_namespace))
        self._purges = PurgeList(self._client, self._refs)
        self._trees: dict[str, dict[str, Entry]] = {}
        self._staging: dict[str, Staging] = {}

    def __repr__(self) -> str:
        """Return the class and the repository; no credentials."""
        return f"LakeFSStore({self.location!r})"

    @property
    def location(self) -> str:
        """The repository, with its server."""
        return self._client.location

    def resolve(self, ref: str) -> CommitInfo:
        """Return the commit a ref names now."""
        self._purges.forget()
        return self._refs.commit(self._refs.resolve(ref))

    def tags(self) -> list[TagInfo]:
        """Return the published releases, oldest first."""
        return self._refs.tags()

    def log(self, limit: int | None = None) -> Iterator[tuple[TagInfo, CommitInfo]]:
        """Yield the published releases, newest first."""
        tags = list(reversed(self.tags()))
        if tags:
            # Each release's commit is the parent of the next one's: one listing instead of a call for each.
            history = self._refs.history(tags[0].commit)
            for tag, commit in list(zip(tags, history, strict=False))[:limit]:
                yield tag, commit if commit.id == tag.commit else self._refs.commit(tag.commit)

    def list(self, commit: str, prefix: str = "") -> Iterator[FileInfo]:
        """Yield the files of a commit whose path begins with a prefix, sorted by path."""
        self._purges.forget()
        for path, entry in sorted(self._tree(commit).items()):
            if path.startswith(prefix):
                yield entry.file

    def open(self, commit: str, path: str) -> VerifyingReader:
        """Open a file for reading; reading to its end checks it."""
        known = self._trees.get(commit)
        entry = known.get(path) if known is not None else stat_entry(self._client, commit, path)
        if entry is None:
            raise ConfigError(f"version {commit[:12]} has no file {path!r}", where=self.location)
        if problem := self._refused(entry.file):
            error = PurgedError if problem.kind is ProblemKind.PURGED else IntegrityError
            raise error(f"the stored file {path} cannot be used: {problem.detail}", where=self.location)
        return VerifyingReader(RemoteStream(self._client, commit, path), entry.file, self.location)

    def diff(self, a: str, b: str) -> Diff:
        """Return how the files of ref ``b`` differ from those of ref ``a``."""
        left, right = self._refs.resolve(a), self._refs.resolve(b)
        paths: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
        try:
            for row in self._client.pages(self._client.refs.diff_refs, left, right, type="two_dot"):
                paths[row.type].append(row.path)
        except Fault as fault:
            raise user_error(fault, self.location) from None
        return Diff(*(tuple(sorted(paths[kind])) for kind in ("added", "changed", "removed")))

    def verify(self, refs: Sequence[str], *, but: Collection[str] = ()) -> VerifyReport:
        """Read back every file of the named commits, each stored object once."""
        commits = [self.resolve(ref).id for ref in refs]
        found: dict[tuple[str, str, int], tuple[str, FileInfo]] = {}
        for commit in commits:
            for path, entry in self._tree(commit).items():
                key = (entry.address, entry.file.sha256, entry.file.size)
                if path not in but:
                    found.setdefault(key, (commit, FileInfo(path, entry.file.sha256, entry.file.size)))
        problems = [problem for commit, file in found.values() if (problem := self._check(commit, file))]
        problems.sort(key=lambda problem: problem.path)
        total = sum(file.size for _, file in found.values())
        return VerifyReport(tuple(commits), len(found), total, tuple(problems))

    def begin(self, parent: str, release_id: str, *, reuse: Sequence[str] = ()) -> Txn:
        """Start a release on top of a commit, or pick up the one an earlier attempt left."""
        base, branch = self._refs.commit(parent), run_branch(release_id)
        self._purges.forget()
        self._staging.pop(branch, None)
        resumed = not self._refs.create_branch(branch, base.id)
        head = self._refs.run_head(branch)
        if head == base.id:
            return Txn(release_id, base.id, branch, None, tuple(reuse), resumed=resumed)
        made = self._refs.commit(head)
        if (made.parent, made.release_id) != (base.id, release_id):
            raise IntegrityError(
                f"the branch {branch} belongs to another release", where=self.location, todo="reconcile, then run again"
            )
        return Txn(release_id, base.id, branch, head, tuple(reuse), resumed=resumed)

    def put(self, txn: Txn, path: str, source: Source, sha256: str, size: int) -> Put:
        """Make a path hold these bytes."""
        file = FileInfo(check_path(path), _checked_sha256(sha256), size)
        if reason := self._purges.reason(sha256):
            raise IntegrityError(
                f"{path} holds bytes that were purged: {reason}", where=self.location, todo=PURGED_AGAIN
            )
        return self._stage(txn).put(file, source)

    def remove(self, txn: Txn, path: str) -> None:
        """Make the tree not have a path."""
        self._stage(txn).remove(path)

    def staged(self, txn: Txn) -> Mapping[str, FileInfo]:
        """Return the tree a commit would make now, by path."""
        self._refs.run_head(txn.branch)
        return {path: entry.file for path, entry in sorted(list_entries(self._client, txn.branch).items())}

    def commit(self, txn: Txn, manifest_sha256: str, metadata: Mapping[str, str], date: int) -> str:
        """Commit the staged tree and return the commit's id."""
        ours = {
            "release_id": txn.release_id,
            "manifest_sha256": manifest_sha256,
            "parent": txn.parent,
            "tree": tree_id(self.staged(txn).values()),
        }
        return commit_staged(self._client, self._refs, txn, {**metadata, **ours}, date)

    def publish(self, commit: str, tag: str, expected_parent: str) -> Published:
        """Create the tag if no one has."""
        number = tag_number(tag)
        if not number or tag != tag_name(number):
            raise ConfigError(f"{tag!r} is not the tag of a release", where=self.location)
        if self._refs.commit(commit).parent != expected_parent:
            raise ConfigError(f"version {commit[:12]} was made from another parent", where=self.location)
        before = self._refs.tagged(tag_name(number - 1)) if number > 1 else self._parentless(expected_parent)
        if before != expected_parent:
            raise ConfigError(f"{tag} does not follow the version it was made from", where=self.location)
        return take_tag(self._client, self._refs, commit, tag)

    def set_main(self) -> bool:
        """Point the default branch at the newest release; return whether it had to move.

        A pointer is moved, nothing is merged: a merge could make a union of two releases.
        """
        moved = False
        for _ in range(_POINTER_TRIES):
            newest = self._refs.resolve("latest")
            if self._refs.head(self._refs.main) == newest:
                break
            self._refs.move_main(newest)
            moved = True
        return moved

    def abandon(self, txn: Txn) -> None:
        """Delete the branch of a transaction."""
        self._staging.pop(txn.branch, None)
        self._refs.delete_branch(txn.branch)

    def purge(self, sha256s: Sequence[str], reason: str) -> PurgeReport:
        """Refuse bytes, by their hash, in every version, and say where somebody must delete them."""
        wanted = tuple(_checked_sha256(sha256) for sha256 in sha256s)
        if not reason.strip():
            raise ConfigError("a purge needs a reason", todo="say why, and who asked for it")
        self._purges.record(wanted, reason)
        entries = [entry for tag in self.tags() for entry in self._tree(tag.commit).values()]
        true = Addresses(self._client, self._refs.main).true
        addresses = {true(entry.address) for entry in entries if entry.file.sha256 in wanted}
        return PurgeReport(deleted=(), recorded=wanted, leftovers=tuple(sorted(addresses)))

    def purged(self, sha256s: Collection[str]) -> frozenset[str]:
        """Return those of these hashes whose bytes were purged."""
        self._purges.forget()
        return self._purges.among(sha256s)

    def gc(self) -> GcReport:
        """Say that the server collects its own garbage, or that nobody does."""
        return GcReport(
            note="lakeFS keeps objects that no version reaches until its own garbage collection runs; "
            "for local storage it has none"
        )

    def reconcile(self) -> ReconcileReport:
        """Tidy what killed runs left."""
        return reconcile_branches(self._refs, self.set_main)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def _tree(self, commit: str) -> dict[str, Entry]:
        if commit not in self._trees:
            try:
                entries = list_entries(self._client, commit)
            except Fault as fault:
                if fault.kind is Kind.MISSING:
                    raise ConfigError(f"there is no version {commit!r}", where=self.location) from None
                raise user_error(fault, self.location) from None
            for path in entries:
                check_path(path)
            while len(self._trees) >= _TREES_KEPT:
                self._trees.pop(next(iter(self._trees)))
            self._trees[commit] = entries
        return self._trees[commit]

    def _stage(self, txn: Txn) -> Staging:
        if txn.branch not in self._staging:
            reusable = {address: entry for commit in txn.reuse for address, entry in self._tree(commit).items()}
            self._staging[txn.branch] = Staging(self._client, txn, self._tree(txn.parent), reusable)
        return self._staging[txn.branch]

    def _parentless(self, commit: str) -> str | None:
        return commit if self._refs.commit(commit).parent is None else None

    def _refused(self, file: FileInfo) -> Problem | None:
        if not file.sha256:
            return Problem(file.path, ProblemKind.UNRECORDED, "it has no recorded sha256: prefstrata did not write it")
        reason = self._purges.reason(file.sha256)
        return Problem(file.path, ProblemKind.PURGED, f"purged: {reason}") if reason else None

    def _check(self, commit: str, file: FileInfo) -> Problem | None:
        if problem := self._refused(file):
            return problem
        try:
            stream = RemoteStream(self._client, commit, file.path)
        except IntegrityError as error:
            return Problem(file.path, ProblemKind.MISSING, error.what)
        with VerifyingReader(stream, file, self.location) as reader:
            try:
                for _ in reader:
                    pass
            except IntegrityError as error:
                return Problem(file.path, ProblemKind.CORRUPT, error.what)
        return None


def _checked_sha256(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise ConfigError(f"{sha256!r} is not a sha256 in lower-case hexadecimal")
    return sha256
