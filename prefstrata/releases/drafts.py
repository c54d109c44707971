"""What a release is made of before it is published, and what came of publishing it."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prefstrata.stores import FileInfo, check_path, check_together
from prefstrata.stores.reading import CHUNK, open_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.stores import CommitInfo, Source

__all__ = ["MANIFEST", "Draft", "Outcome", "ReleaseFile", "Status", "bring", "manifest_files"]

MANIFEST = "manifest.json"
_METADATA_BYTES = 4096
_OWN_METADATA_BYTES = 512  # what the store adds: four keys with a digest each


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file to release: where it goes, where its bytes are, and what they must be."""

    path: str
    source: Source
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a release is made of. Equal content has equal drafts, on any machine, where none of it was purged.

    Attributes:
        release_id: hex sha256 that stands for the parent and everything the release was computed from.
        files: every file but the manifest.
        manifest: the bytes of ``manifest.json``; its ``files`` list names every file with path, sha256 and bytes.
        date: seconds since the epoch to record in the commit.
        metadata: short texts for the commit, such as a summary and the URL of the run.
        reuse: ids of commits that hold some of the bytes already, beside the parent.
    """

    release_id: str
    files: tuple[ReleaseFile, ...]
    manifest: bytes
    date: int
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reuse: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a draft that contradicts itself: that is a bug in what made it.

        Raises:
            ValueError: the manifest names other files, two files share a path, or the metadata is too long.
        """
        listed = {path: (sha256, size) for path, sha256, size in manifest_files(self.manifest)}
        given = {file.path: (file.sha256, file.size) for file in self.files}
        if listed != given or len(given) != len(self.files) or MANIFEST in given:
            wrong = sorted(path for path in listed.keys() | given.keys() if listed.get(path) != given.get(path))
            raise ValueError(f"the manifest and the files of a release differ: {wrong[:5]}")
        for path in given:
            check_path(path)
        check_together([*given, MANIFEST])
        used = sum(len(key.encode()) + len(value.encode()) for key, value in self.metadata.items())
        if used > _METADATA_BYTES - _OWN_METADATA_BYTES:
            raise ValueError(
                f"the metadata of a release takes {used} bytes; {_METADATA_BYTES} are too many for a store"
            )

    @property
    def manifest_sha256(self) -> str:
        """The hex digest of the manifest."""
        return hashlib.sha256(self.manifest).hexdigest()

    @property
    def tree(self) -> dict[str, FileInfo]:
        """Every file of the release, the manifest included, by path."""
        files = {file.path: FileInfo(file.path, file.sha256, file.size) for file in self.files}
        return {**files, MANIFEST: FileInfo(MANIFEST, self.manifest_sha256, len(self.manifest))}


class Status(StrEnum):
    """How publishing a release ended."""

    PUBLISHED = "published"
    ALREADY = "already"
    """The same release was published before, by an earlier attempt or another process."""
    NOTHING_NEW = "nothing_new"
    """The release would hold exactly what its parent holds."""
    LOST_RACE = "lost_race"
    """Another release was published on the same parent: compute again on top of it."""
    UNKNOWN = "unknown"
    """The store stopped answering while the tag was created: run again, which finds out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of publishing a release.

    Attributes:
        status: how it ended.
        tag: the release's tag, such as ``v000012``; the winner's on a lost race; the parent's when nothing is new.
        commit: the commit behind the tag; None when it is not known.
        uploaded: files whose bytes were written.
        reused: files whose bytes the store already had.
        uploaded_bytes: bytes that were written.
        warnings: what did not work but does no harm; the next run puts it right.
    """

    status: Status
    tag: str | None = None
    commit: CommitInfo | None = None
    uploaded: int = 0
    reused: int = 0
    uploaded_bytes: int = 0
    warnings: tuple[str, ...] = ()


def bring(source: Source, local: Path) -> Path:
    """Copy the bytes of a file to ``local``, and make its folder; what a store hands out is verified on the way."""
    local.parent.mkdir(parents=True, exist_ok=True)
    with open_source(source) as reader, local.open("wb") as file:
        shutil.copyfileobj(reader, file, CHUNK)
    return local


def manifest_files(manifest: bytes) -> list[tuple[str, str, int]]:
    """Return (path, sha256, bytes) of each file a manifest lists.

    Raises:
        ValueError: it is not a manifest.
    """
    try:
        document: dict[str, Any] = json.loads(manifest)
        return [(str(row["path"]), str(row["sha256"]), int(row["bytes"])) for row in document["files"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a release manifest: it needs files, each with path, sha256 and bytes") from error
