"""Trees: the files of a commit as one canonical document, the same in every store."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import rfc8785

from prefstrata.model import IntegrityError
from prefstrata.stores.paths import check_path
from prefstrata.stores.types import Diff, FileInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["EMPTY_TREE", "diff_trees", "encode_tree", "parse_tree", "tree_id"]


def encode_tree(files: Iterable[FileInfo]) -> bytes:
    """Return the canonical JSON (RFC 8785) of a tree: ``{"files": [[path, sha256, size], …]}``, sorted by path."""
    rows = sorted((file.path, file.sha256, file.size) for file in files)
    return rfc8785.dumps({"files": rows})


def tree_id(files: Iterable[FileInfo]) -> str:
    """Return the sha256 of a tree's canonical JSON."""
    return hashlib.sha256(encode_tree(files)).hexdigest()


EMPTY_TREE = tree_id(())


def parse_tree(document: bytes) -> dict[str, FileInfo]:
    """Return the files of an encoded tree by path.

    Raises:
        IntegrityError: it is not a tree, or a path in it is not safe.
    """
    try:
        rows = json.loads(document)["files"]
        files = [FileInfo(str(path), str(sha256), int(size)) for path, sha256, size in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("a stored tree cannot be read") from error
    return {check_path(file.path): file for file in files}


def diff_trees(a: Mapping[str, FileInfo], b: Mapping[str, FileInfo]) -> Diff:
    """Return how tree ``b`` differs from tree ``a``."""
    return Diff(
        added=tuple(sorted(b.keys() - a.keys())),
        changed=tuple(sorted(path for path in a.keys() & b.keys() if a[path] != b[path])),
        removed=tuple(sorted(a.keys() - b.keys())),
    )
