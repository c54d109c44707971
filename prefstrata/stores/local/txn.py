"""Transactions of a local store: what a run has staged on top of its parent, and turning that into a commit."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import rfc8785

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores.local.objects import COMMITS, TREES
from prefstrata.stores.trees import EMPTY_TREE, encode_tree, parse_tree
from prefstrata.stores.types import CommitInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.stores.local.objects import Objects
    from prefstrata.stores.types import FileInfo

__all__ = ["ROOT", "apply_changes", "read_commit", "read_tree", "write_commit"]


def _encode_commit(tree: str, parent: str | None, metadata: Mapping[str, str], date: int) -> bytes:
    document: dict[str, Any] = {"date": date, "format": 1, "metadata": dict(metadata), "parent": parent, "tree": tree}
    return rfc8785.dumps(document)


# Every store begins with this commit. It is not stored: nothing that says nothing can be lost or damaged.
_ROOT_DOCUMENT = _encode_commit(EMPTY_TREE, None, {}, 0)
ROOT = hashlib.sha256(_ROOT_DOCUMENT).hexdigest()


def write_commit(
    objects: Objects, files: Iterable[FileInfo], parent: str, metadata: Mapping[str, str], date: int
) -> str:
    """Store a tree and the commit that names it; return the commit's id, the sha256 of its canonical JSON."""
    tree = objects.add_document(TREES, encode_tree(files))
    return objects.add_document(COMMITS, _encode_commit(tree, parent, metadata, date))


def read_commit(objects: Objects, commit: str, *, known: bool = False) -> CommitInfo:
    """Return a stored commit.

    Args:
        objects: where commits are kept.
        commit: its id.
        known: whether a ref or another commit names it, so that it must be there.

    Raises:
        ConfigError: there is none with this id.
        IntegrityError: it is damaged, or known and missing.
    """
    document = _ROOT_DOCUMENT if commit == ROOT else objects.document(COMMITS, commit)
    if document is None and known:
        raise IntegrityError(
            f"version {commit[:12]} is missing",
            where=str(objects.path(COMMITS, commit)),
            todo="restore the file from a copy",
        )
    if document is None:
        raise ConfigError(f"there is no version {commit!r}", todo="see `prefstrata log` for those there are")
    row: dict[str, Any] = json.loads(document)
    return CommitInfo(commit, row["parent"], row["tree"], row["metadata"], row["date"])


def read_tree(objects: Objects, commit: CommitInfo) -> dict[str, FileInfo]:
    """Return the files of a commit by path.

    Raises:
        IntegrityError: the tree is missing or damaged.
    """
    if commit.tree == EMPTY_TREE:
        return {}
    document = objects.document(TREES, commit.tree)
    if document is None:
        raise IntegrityError(
            f"the tree of version {commit.id[:12]} is missing",
            where=str(objects.path(TREES, commit.tree)),
            todo="restore the file from a copy",
        )
    return parse_tree(document)


def apply_changes(tree: Mapping[str, FileInfo], changes: Mapping[str, FileInfo | None]) -> dict[str, FileInfo]:
    """Return a tree with changes made to it; None removes a path."""
    return {path: file for path, file in sorted({**tree, **changes}.items()) if file is not None}
