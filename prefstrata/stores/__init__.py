"""Version stores: immutable, verifiable versions of a set of files, on a local disk or a lakeFS server."""

from typing import TYPE_CHECKING

from prefstrata.stores.errors import PurgedError, RunGoneError
from prefstrata.stores.paths import check_path, check_together
from prefstrata.stores.protocol import VersionStore
from prefstrata.stores.reading import VerifyingReader
from prefstrata.stores.trees import EMPTY_TREE, diff_trees, tree_id
from prefstrata.stores.types import (
    ByteStream,
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
    Source,
    TagInfo,
    Txn,
    VerifyReport,
    tag_name,
    tag_number,
)

if TYPE_CHECKING:
    from prefstrata.stores.opening import LakeFSConfig, LocalConfig, StoreConfig, open_store

__all__ = [
    "EMPTY_TREE",
    "ByteStream",
    "CommitInfo",
    "Diff",
    "FileInfo",
    "GcReport",
    "LakeFSConfig",
    "LocalConfig",
    "Problem",
    "ProblemKind",
    "Published",
    "PurgeReport",
    "PurgedError",
    "Put",
    "ReconcileReport",
    "RunGoneError",
    "Source",
    "StoreConfig",
    "TagInfo",
    "Txn",
    "VerifyReport",
    "VerifyingReader",
    "VersionStore",
    "check_path",
    "check_together",
    "diff_trees",
    "open_store",
    "tag_name",
    "tag_number",
    "tree_id",
]


def __getattr__(name: str) -> object:
    """What reads configuration, when it is asked for: whoever has a store at hand need not wait for pydantic."""
    if name in {"LakeFSConfig", "LocalConfig", "StoreConfig", "open_store"}:
        from prefstrata.stores import opening  # noqa: PLC0415 - see above

        return getattr(opening, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
