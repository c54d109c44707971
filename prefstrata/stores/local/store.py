"""The local store: content-addressed objects on one disk, and a SQLite file that says what is current."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Self

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores.errors import PURGED_AGAIN, PurgedError
from prefstrata.stores.local.collecting import collect
from prefstrata.stores.local.errors import mapped
from prefstrata.stores.local.lock import StoreLock
from prefstrata.stores.local.objects import COMMITS, FILES, Objects
from prefstrata.stores.local.refs import Refs, Run
from prefstrata.stores.local.txn import ROOT, apply_changes, read_commit, read_tree, write_commit
from prefstrata.stores.local.verifying import verify_commits, why_absent
from prefstrata.stores.paths import check_path
from prefstrata.stores.reading import VerifyingReader
from prefstrata.stores.trees import diff_trees, tree_id
from prefstrata.stores.types import (
    CommitInfo,
    Diff,
    FileInfo,
    GcReport,
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
    from pathlib import Path
    from types import TracebackType

    from prefstrata.stores.types import Source

__all__ = ["LocalStore"]

_COMMIT_ID = re.compile(r"[0-9a-f]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAIN = "main"
_TREES_KEPT = 4


class LocalStore:
    """Versions in a folder of this machine. Any number of its processes may use it; it must not be on NFS.

    Where the folder cannot be written, such as on a mount that is read-only, a store that is there shows what was
    current when it was opened, and refuses writers.

    Args:
        root: the folder; made when absent.
    """

    def __init__(self, root: Path) -> None:
        """Open the store, and make it when there is none."""
        self._root = root.absolute()
        readable = _only_readable(self._root)
        self._objects = Objects(self._root, readable=readable)
        self._lock = StoreLock(self._root, readable=readable)
        if not (self._root / "refs.sqlite").exists() and any(self._objects.names(COMMITS)):
            raise IntegrityError(
                "the store's refs are gone, but its versions are there",
                where=str(self._root / "refs.sqlite"),
                todo="restore the file from a copy",
            )
        with self._lock.opening():
            self._refs = Refs(self._root, readable=readable)
        self._trees: dict[str, dict[str, FileInfo]] = {}

    def __repr__(self) -> str:
        """Return the class and the folder."""
        return f"LocalStore({str(self._root)!r})"

    @property
    def location(self) -> str:
        """The store's folder."""
        return str(self._root)

    def resolve(self, ref: str) -> CommitInfo:
        """Return the commit a ref names now."""
        return read_commit(self._objects, self._commit_id(ref), known=not _SHA256.fullmatch(ref))

    def tags(self) -> list[TagInfo]:
        """Return the published releases, oldest first."""
        return self._refs.tags()

    def log(self, limit: int | None = None) -> Iterator[tuple[TagInfo, CommitInfo]]:
        """Yield the published releases, newest first."""
        for tag in list(reversed(self.tags()))[:limit]:
            yield tag, read_commit(self._objects, tag.commit, known=True)

    def list(self, commit: str, prefix: str = "") -> Iterator[FileInfo]:
        """Yield the files of a commit whose path begins with a prefix, sorted by path."""
        for path, file in sorted(self._tree(commit).items()):
            if path.startswith(prefix):
                yield file

    def open(self, commit: str, path: str) -> VerifyingReader:
        """Open a file for reading; reading to its end checks it."""
        file = self._tree(commit).get(path)
        if file is None:
            raise ConfigError(f"version {commit[:12]} has no file {path!r}", where=self.location)
        # What a killed purge left is as good as gone.
        stream = None if self._refs.purge_reason(file.sha256) else self._objects.open(file.sha256)
        if stream is None:
            kind, why = why_absent(self._refs, file.sha256)
            raise (PurgedError if kind is ProblemKind.PURGED else IntegrityError)(
                f"the stored file {path} is {why}", where=str(self._objects.path(FILES, file.sha256))
            )
        return VerifyingReader(stream, file, str(self._objects.path(FILES, file.sha256)))

    def diff(self, a: str, b: str) -> Diff:
        """Return how the files of ref ``b`` differ from those of ref ``a``."""
        return diff_trees(self._tree(self._commit_id(a)), self._tree(self._commit_id(b)))

    def verify(self, refs: Sequence[str], *, but: Collection[str] = ()) -> VerifyReport:
        """Read back every file of the named commits, each stored object once, and the commits before them."""
        return verify_commits(self._objects, self._refs, [self.resolve(ref) for ref in refs], but)

    def begin(self, parent: str, release_id: str, *, reuse: Sequence[str] = ()) -> Txn:
        """Start a release on top of a commit, or pick up the one an earlier attempt left."""
        base = read_commit(self._objects, parent)
        branch = run_branch(release_id)
        with self._refs.writing():
            found = next((run for run in self._refs.runs() if run.branch == branch), None)
            run = found or Run(branch, release_id, base.id, None)
            if (run.release_id, run.parent) != (release_id, base.id):
                raise IntegrityError(
                    f"the branch {branch} belongs to another release",
                    where=self.location,
                    todo="delete it by reconcile, then run again",
                )
            if found is None:
                self._refs.set_run(run)
        return Txn(release_id, base.id, branch, run.head, tuple(reuse), resumed=found is not None)

    def put(self, txn: Txn, path: str, source: Source, sha256: str, size: int) -> Put:
        """Make a path hold these bytes."""
        file = FileInfo(check_path(path), _checked_sha256(sha256), size)
        self._refs.run(txn.branch)
        before, changes = self._tree(txn.parent).get(path), self._refs.staged(txn.branch, path)
        if path in changes and changes[path] not in (None, file):
            raise IntegrityError(
                f"the branch {txn.branch} holds other bytes at {path}", where=self.location, todo="run again"
            )
        if file == changes.get(path, before):
            return Put.UNCHANGED
        with self._lock.writing():  # a purge waits for this, or is seen
            if reason := self._refs.purge_reason(sha256):
                raise IntegrityError(
                    f"{path} holds bytes that were purged: {reason}", where=self.location, todo=PURGED_AGAIN
                )
            written = self._objects.add(source, sha256, size)
            self._stage(txn.branch, path, None if file == before else file, same=file == before)
        return Put.UPLOADED if written else Put.REFERENCED

    def remove(self, txn: Txn, path: str) -> None:
        """Make the tree not have a path."""
        self._refs.run(txn.branch)
        self._stage(txn.branch, path, None, same=path not in self._tree(txn.parent))

    def staged(self, txn: Txn) -> Mapping[str, FileInfo]:
        """Return the tree a commit would make now, by path."""
        run = self._refs.run(txn.branch)
        if run.head is not None:
            return self._tree(run.head)
        return apply_changes(self._tree(txn.parent), self._refs.staged(txn.branch))

    def commit(self, txn: Txn, manifest_sha256: str, metadata: Mapping[str, str], date: int) -> str:
        """Commit the staged tree and return the commit's id."""
        files = self.staged(txn).values()
        parent = read_commit(self._objects, txn.parent)
        tree = tree_id(files)
        if tree == parent.tree:
            raise ConfigError("nothing differs from the parent version", where=self.location)
        ours = {
            "release_id": txn.release_id,
            "manifest_sha256": manifest_sha256,
            "parent": txn.parent,
            "tree": tree,
        }
        with self._lock.writing():
            made = write_commit(self._objects, files, txn.parent, {**metadata, **ours}, date)
            with self._refs.writing():
                run = self._refs.run(txn.branch)
                if run.head is None:
                    self._refs.set_run(Run(run.branch, run.release_id, run.parent, made))
        head = run.head or made
        if read_commit(self._objects, head).manifest_sha256 != manifest_sha256:
            raise IntegrityError(f"the branch {txn.branch} holds another manifest", where=self.location)
        return head

    def publish(self, commit: str, tag: str, expected_parent: str) -> Published:
        """Create the tag if no one has."""
        number = tag_number(tag)
        if not number or tag != tag_name(number):
            raise ConfigError(f"{tag!r} is not the tag of a release", where=self.location)
        with self._refs.writing():
            winner = self._refs.get(f"tag/{tag}")
            if winner is not None:
                same = winner == commit or self._is_same(winner, commit)
                return Published.ALREADY if same else Published.LOST_RACE
            if read_commit(self._objects, commit).parent != expected_parent:
                raise ConfigError(f"version {commit[:12]} was made from another parent", where=self.location)
            before = self._refs.get(f"tag/{tag_name(number - 1)}") if number > 1 else ROOT
            if before != expected_parent:
                raise ConfigError(f"{tag} does not follow the version it was made from", where=self.location)
            self._refs.set(f"tag/{tag}", commit)
        return Published.PUBLISHED

    def set_main(self) -> bool:
        """Point ``main`` at the newest release; return whether it had to move."""
        with self._refs.writing():
            newest = self._commit_id("latest")
            if (self._refs.get(f"branch/{_MAIN}") or ROOT) == newest:
                return False
            self._refs.set(f"branch/{_MAIN}", newest)
        return True

    def abandon(self, txn: Txn) -> None:
        """Delete the branch of a transaction."""
        with self._refs.writing():
            self._refs.drop_run(txn.branch)

    def purge(self, sha256s: Sequence[str], reason: str) -> PurgeReport:
        """Destroy bytes, by their hash, in every version."""
        wanted = tuple(_checked_sha256(sha256) for sha256 in sha256s)
        if not reason.strip():
            raise ConfigError("a purge needs a reason", todo="say why, and who asked for it")
        with self._lock.collecting():
            with self._refs.writing():
                for sha256 in wanted:
                    self._refs.record_purge(sha256, reason)
            gone = tuple(sha256 for sha256 in wanted if self._objects.delete(FILES, sha256) is not None)
        return PurgeReport(deleted=gone, recorded=wanted)

    def purged(self, sha256s: Collection[str]) -> frozenset[str]:
        """Return those of these hashes whose bytes were purged."""
        return frozenset(sha256s).intersection(self._refs.purged())

    def gc(self) -> GcReport:
        """Remove what no tag, branch or running transaction reaches."""
        with self._lock.collecting(), mapped(self._root):
            return collect(self._objects, self._refs)

    def reconcile(self) -> ReconcileReport:
        """Tidy what killed runs left."""
        finished: list[str] = []
        reaped: list[str] = []
        resumable: list[Txn] = []
        with self._refs.writing():
            newest = self._commit_id("latest")
            tagged = {tag.commit for tag in self.tags()}
            for run in self._refs.runs():
                if run.head in tagged or run.parent != newest:
                    self._refs.drop_run(run.branch)
                    (finished if run.head in tagged else reaped).append(run.branch)
                else:
                    resumable.append(Txn(run.release_id, run.parent, run.branch, run.head, resumed=True))
        cut_off = any(self._objects.size(FILES, sha256) is not None for sha256 in self._refs.purged())
        moved = self.set_main()
        return ReconcileReport(tuple(finished), tuple(reaped), tuple(resumable), moved, purge_cut_off=cut_off)

    def close(self) -> None:
        """Close the refs."""
        with self._lock.opening():
            self._refs.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def _commit_id(self, ref: str) -> str:
        tags = self.tags()
        if ref == "latest":
            return tags[-1].commit if tags else ROOT
        if ref == _MAIN:
            return self._refs.get(f"branch/{_MAIN}") or ROOT
        if number := tag_number(ref):
            if number <= len(tags):
                return tags[number - 1].commit
        elif _COMMIT_ID.fullmatch(ref):
            return ref if _SHA256.fullmatch(ref) else self._complete(ref)
        raise ConfigError(f"there is no version {ref!r}", where=self.location, todo="see `prefstrata log`")

    def _complete(self, beginning: str) -> str:
        known = {ROOT, *(tag.commit for tag in self.tags())}
        known |= {run.head for run in self._refs.runs() if run.head}
        found = [commit for commit in known if commit.startswith(beginning)]
        if len(found) != 1:
            what = "more than one version begins" if found else "no version begins"
            raise ConfigError(f"{what} with {beginning!r}", where=self.location, todo="see `prefstrata log`")
        return found[0]

    def _tree(self, commit: str) -> dict[str, FileInfo]:
        if commit not in self._trees:
            while len(self._trees) >= _TREES_KEPT:
                self._trees.pop(next(iter(self._trees)))
            self._trees[commit] = read_tree(self._objects, read_commit(self._objects, commit))
        return self._trees[commit]

    def _is_same(self, winner: str, commit: str) -> bool:
        try:
            made = read_commit(self._objects, commit)
        except ConfigError:  # the loser's commit may have been collected already
            return False
        return read_commit(self._objects, winner).is_same_release(made)

    def _stage(self, branch: str, path: str, file: FileInfo | None, *, same: bool) -> None:
        with self._refs.writing():
            self._refs.run(branch)
            if same:
                self._refs.unstage(branch, path)
            else:
                self._refs.stage(branch, path, file)


def _only_readable(root: Path) -> bool:
    refs = root / "refs.sqlite"
    return refs.exists() and not (os.access(root, os.W_OK) and os.access(refs, os.W_OK))


def _checked_sha256(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise ConfigError(f"{sha256!r} is not a sha256 in lower-case hexadecimal")
    return sha256
