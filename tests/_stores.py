"""Both version stores as tests use them: open them again, find their files on disk, publish small releases."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.releases import Draft, Outcome, ReleaseFile, publish_rebasing
from prefstrata.stores import VersionStore, open_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.stores import CommitInfo, Txn

__all__ = ["DATE", "StoreKit", "commit_files", "draft_on", "put_all", "read_back", "release", "release_id", "sha"]

DATE = 1_790_000_000


@dataclass
class StoreKit:
    """One store, which any number of handles and processes may open."""

    kind: str
    config: dict[str, object]
    blocks: Path
    opened: list[VersionStore] = field(default_factory=list)

    def open(self) -> VersionStore:
        """Open one more handle; the fixture closes it."""
        store = open_store(self.config)
        self.opened.append(store)
        return store

    def object_of(self, content: bytes) -> Path:
        """Return the one file on disk that holds a released file's bytes."""
        found = [path for path in self.blocks.rglob("*") if path.is_file() and path.read_bytes() == content]
        assert len(found) == 1, f"{len(found)} stored files hold these bytes"
        found[0].chmod(0o644)
        return found[0]


def sha(content: bytes) -> str:
    """Return the hex sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def release_id(text: str) -> str:
    """Return a release id made of a word."""
    return sha(text.encode())


def put_all(store: VersionStore, txn: Txn, contents: Mapping[str, bytes]) -> None:
    """Put files given as bytes."""
    for path, content in contents.items():
        store.put(txn, path, lambda content=content: io.BytesIO(content), sha(content), len(content))  # type: ignore[misc]


def read_back(store: VersionStore, commit: str, path: str) -> bytes:
    """Return the bytes of a file of a commit."""
    with store.open(commit, path) as reader:
        return reader.read()


def commit_files(store: VersionStore, contents: Mapping[str, bytes], name: str, parent: str = "latest") -> str:
    """Commit files on top of a ref, without publishing; return the commit's id."""
    txn = store.begin(store.resolve(parent).id, release_id(name))
    put_all(store, txn, contents)
    return store.commit(txn, sha(b"manifest"), {}, DATE)


def draft_on(parent: CommitInfo, contents: Mapping[str, bytes], salt: str = "") -> Draft:
    """Return the release that holds exactly these files."""
    rows = [{"path": path, "sha256": sha(data), "bytes": len(data), "rows": 1} for path, data in contents.items()]
    manifest = json.dumps({"files": sorted(rows, key=lambda row: str(row["path"]))}).encode()
    files = tuple(
        ReleaseFile(path, lambda data=data: io.BytesIO(data), sha(data), len(data))  # type: ignore[misc]
        for path, data in contents.items()
    )
    return Draft(sha(parent.tree.encode() + manifest + salt.encode()), files, manifest, DATE, {"summary": "test"})


def release(store: VersionStore, contents: Mapping[str, bytes]) -> Outcome:
    """Publish exactly these files as the next release."""
    return publish_rebasing(store, lambda parent: draft_on(parent, contents))
