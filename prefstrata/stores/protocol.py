"""What every version store can do. The contract suite under ``tests/contract/stores`` holds each one to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from types import TracebackType

    from prefstrata.stores.reading import VerifyingReader
    from prefstrata.stores.types import (
        CommitInfo,
        Diff,
        FileInfo,
        GcReport,
        Published,
        PurgeReport,
        Put,
        ReconcileReport,
        Source,
        TagInfo,
        Txn,
        VerifyReport,
    )

__all__ = ["VersionStore"]


class VersionStore(Protocol):
    """Immutable, verifiable versions of a set of files.

    A *ref* is a commit id (or an unambiguous beginning of one, eight characters or more), a tag (``v000012`` or
    ``v12``), ``latest`` (the newest release, or the root when there is none) or ``main``.

    Every operation may raise ``UnreachableError`` (the store does not answer) and ``IntegrityError`` (what it holds is
    not what was committed); an unknown ref or path is a ``ConfigError``. Safe to use from several processes at once;
    one object is for one thread at a time, but the readers it opened may each be read in a thread of their own. A store
    is a context manager that closes what it holds open.
    """

    @property
    def location(self) -> str:
        """Where the store is, for people; never holds a secret."""
        ...

    def resolve(self, ref: str) -> CommitInfo:
        """Return the commit a ref names now."""
        ...

    def tags(self) -> Sequence[TagInfo]:
        """Return the published releases, oldest first."""
        ...

    def log(self, limit: int | None = None) -> Iterator[tuple[TagInfo, CommitInfo]]:
        """Yield the published releases, newest first."""
        ...

    def list(self, commit: str, prefix: str = "") -> Iterator[FileInfo]:
        """Yield the files of a commit whose path begins with a prefix, sorted by path.

        Raises:
            IntegrityError: a stored path would leave the folder it is written to.
        """
        ...

    def open(self, commit: str, path: str) -> VerifyingReader:
        """Open a file for reading.

        Reading to its end raises IntegrityError when the bytes are not the committed ones.
        """
        ...

    def diff(self, a: str, b: str) -> Diff:
        """Return how the files of ref ``b`` differ from those of ref ``a``."""
        ...

    def verify(self, refs: Sequence[str], *, but: Collection[str] = ()) -> VerifyReport:
        """Read back every file of the named commits, each stored object once, and compare hash and size.

        Args:
            refs: the commits.
            but: paths that are not read, because the caller opens them: what is read to the end is compared as well.
        """
        ...

    def begin(self, parent: str, release_id: str, *, reuse: Sequence[str] = ()) -> Txn:
        """Start a release on top of a commit, or pick up the one an earlier attempt left.

        The new tree starts as the parent's. Files that the parent, or a commit named in ``reuse``, already holds are
        referenced, never uploaded again.

        Raises:
            IntegrityError: the branch holds something else than this release.
        """
        ...

    def put(self, txn: Txn, path: str, source: Source, sha256: str, size: int) -> Put:
        """Make a path hold these bytes. Doing it again changes nothing.

        Raises:
            IntegrityError: the source does not have that hash and size, the path is unsafe, or an earlier attempt
                at the same release put other bytes there.
        """
        ...

    def remove(self, txn: Txn, path: str) -> None:
        """Make the tree not have a path. Doing it again, or for a path that is not there, changes nothing."""
        ...

    def staged(self, txn: Txn) -> Mapping[str, FileInfo]:
        """Return the tree a commit would make now, by path."""
        ...

    def commit(self, txn: Txn, manifest_sha256: str, metadata: Mapping[str, str], date: int) -> str:
        """Commit the staged tree and return the commit's id. Doing it again returns the same commit.

        The store adds release_id, manifest_sha256, parent and tree to the metadata.

        Raises:
            ConfigError: nothing differs from the parent.
        """
        ...

    def publish(self, commit: str, tag: str, expected_parent: str) -> Published:
        """Create the tag if no one has; the single point where a release comes into being.

        Args:
            commit: id of the commit to publish; its parent must be ``expected_parent``.
            tag: the name to take, the next number after the parent's.
            expected_parent: id of the newest release, or of the root when there is none.
        """
        ...

    def set_main(self) -> bool:
        """Point ``main`` at the newest release; return whether it had to move."""
        ...

    def abandon(self, txn: Txn) -> None:
        """Delete the branch of a transaction; nothing happens when it is gone."""
        ...

    def purge(self, sha256s: Sequence[str], reason: str) -> PurgeReport:
        """Destroy bytes, by their hash, in every version; reading them afterwards says they were purged, and why."""
        ...

    def purged(self, sha256s: Collection[str]) -> frozenset[str]:
        """Return those of these hashes whose bytes were purged, by any process so far: :meth:`put` refuses them."""
        ...

    def gc(self) -> GcReport:
        """Remove what no tag, branch or running transaction reaches."""
        ...

    def reconcile(self) -> ReconcileReport:
        """Tidy what killed runs left; safe beside runs that are alive."""
        ...

    def close(self) -> None:
        """Release connections and files; the store must not be used afterwards."""
        ...

    def __enter__(self) -> Self:
        """Return the store itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        ...
