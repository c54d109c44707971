"""The nouns of a version store: files, commits, tags, run branches and what operations report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "ByteStream",
    "CommitInfo",
    "Diff",
    "FileInfo",
    "GcReport",
    "Problem",
    "ProblemKind",
    "Published",
    "PurgeReport",
    "Put",
    "ReconcileReport",
    "Source",
    "TagInfo",
    "Txn",
    "VerifyReport",
    "run_branch",
    "tag_name",
    "tag_number",
]


class ByteStream(Protocol):
    """Bytes to read once, from the beginning to the end, and to close."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, all that are left when negative; empty at the end."""
        ...

    def close(self) -> None:
        """Let go of what is behind it."""
        ...

    def __enter__(self) -> Self:
        """Return the stream itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        ...


Source = Path | Callable[[], ByteStream]
"""Where the bytes of a file come from: a local file, or a call that opens them again for every attempt."""

_TAG = re.compile(r"v([0-9]{1,6})")


def tag_name(number: int) -> str:
    """Return the tag of the n-th release: ``v000001`` for 1."""
    return f"v{number:06d}"


def tag_number(tag: str) -> int | None:
    """Return the number of a release tag, in its full or its short form (``v12``); None for any other text."""
    match = _TAG.fullmatch(tag)
    return int(match[1]) if match else None


def run_branch(release_id: str) -> str:
    """Return the name of the branch a release is prepared on."""
    return f"run-{release_id[:16]}"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file of a commit.

    Attributes:
        path: relative, with forward slashes, safe to write below a folder.
        sha256: hex digest of its bytes; empty when the store never recorded one (a foreign file).
        size: bytes.
    """

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One immutable commit.

    Attributes:
        id: the store's own id of it.
        parent: the commit before it; None for the root.
        tree: sha256 over the sorted (path, sha256, size) of its files: equal in every store for equal files.
        metadata: short texts recorded with it.
        date: seconds since the epoch, as its maker gave it.
    """

    id: str
    parent: str | None
    tree: str
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    date: int = 0

    @property
    def release_id(self) -> str:
        """The release this commit holds; empty when it is not one."""
        return self.metadata.get("release_id", "")

    @property
    def manifest_sha256(self) -> str:
        """The hex digest of its ``manifest.json``; empty when it is not a release."""
        return self.metadata.get("manifest_sha256", "")

    def is_same_release(self, other: CommitInfo) -> bool:
        """Say whether two commits are the same release made from the same parent.

        A store may give the same release another commit id when it is made again, so ids do not decide.
        """
        return self.id == other.id or (
            bool(self.release_id)
            and (self.release_id, self.manifest_sha256, self.parent, self.tree)
            == (other.release_id, other.manifest_sha256, other.parent, other.tree)
        )


@dataclass(frozen=True, slots=True)
class TagInfo:
    """One published release: its tag and the commit the tag names for ever."""

    name: str
    commit: str

    @property
    def number(self) -> int:
        """The number of the release, counted from 1."""
        return tag_number(self.name) or 0


@dataclass(frozen=True, slots=True)
class Diff:
    """The paths two trees differ in, each tuple sorted; false when there are none."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything differs."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Txn:
    """A release in the making, on a branch of its own. It lives in the store: any process may pick it up again.

    Attributes:
        release_id: what is being released.
        parent: id of the commit it starts from.
        branch: where it is made.
        commit: id of its commit, when an earlier attempt got as far as that.
        reuse: ids of commits whose bytes may be referenced beside the parent's.
        resumed: whether an earlier attempt left it.
    """

    release_id: str
    parent: str
    branch: str
    commit: str | None = None
    reuse: tuple[str, ...] = ()
    resumed: bool = False


class Put(StrEnum):
    """How a file got into a transaction."""

    UPLOADED = "uploaded"
    """Its bytes were written."""
    REFERENCED = "referenced"
    """The store already held its bytes under another path or commit."""
    UNCHANGED = "unchanged"
    """It was there already, from the parent or from an earlier attempt."""


class Published(StrEnum):
    """How an attempt to publish ended."""

    PUBLISHED = "published"
    ALREADY = "already"
    """The tag was there before and names this release."""
    LOST_RACE = "lost_race"
    """Another release has the tag: start again from it."""
    UNKNOWN = "unknown"
    """The store stopped answering and could not be asked afterwards either: ask again later."""


class ProblemKind(StrEnum):
    """What can be wrong with a stored file."""

    CORRUPT = "corrupt"
    MISSING = "missing"
    PURGED = "purged"
    UNRECORDED = "unrecorded"
    """It has no recorded sha256: it was not written by this library."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One file that is not what was committed."""

    path: str
    kind: ProblemKind
    detail: str

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{self.path}: {self.detail}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What reading everything back showed; true when all of it is as committed.

    Attributes:
        commits: ids of the commits that were checked.
        files: how many distinct stored files were read.
        bytes: how many bytes that was.
        problems: what was wrong, sorted by path.
    """

    commits: tuple[str, ...]
    files: int
    bytes: int
    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        """Say whether all is well."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge did.

    Attributes:
        deleted: sha256s whose bytes are gone.
        recorded: sha256s that are refused from now on, deleted here or not.
        leftovers: physical addresses the store cannot delete itself; somebody with access to the storage must.
    """

    deleted: tuple[str, ...]
    recorded: tuple[str, ...]
    leftovers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GcReport:
    """What a garbage collection removed.

    Attributes:
        objects: stored objects that no ref reached.
        temporary: unfinished files of dead processes.
        bytes: bytes given back.
        note: what this store cannot collect; empty when there is nothing to say.
    """

    objects: int = 0
    temporary: int = 0
    bytes: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What was tidied of runs that did not end, and what can still be finished.

    Attributes:
        finished: branches deleted because their release is tagged.
        reaped: branches deleted because another release was published on their parent.
        resumable: transactions whose parent is still the newest release: committed ones can be audited and published,
            unfinished ones are resumed by a run that begins the same release.
        pointer_moved: whether ``main`` had to be moved to the newest release.
        purge_cut_off: whether bytes are there still that a killed purge was to destroy; a collection destroys them.
        warnings: what could not be put right.
    """

    finished: tuple[str, ...] = ()
    reaped: tuple[str, ...] = ()
    resumable: tuple[Txn, ...] = ()
    pointer_moved: bool = False
    warnings: tuple[str, ...] = ()
    purge_cut_off: bool = False
