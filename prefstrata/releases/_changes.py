"""What a release adds to its parent and takes away, read from the files the two do not share."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table
from prefstrata.model.weights import squares_trust
from prefstrata.releases.drafts import bring
from prefstrata.stores import PurgedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import duckdb

    from prefstrata.engine import Warehouse
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["CHANGES", "Changes", "changes_between", "changes_in_store", "fetched", "load_cells"]

CHANGES = "changes/records.parquet"
"""The file of a release that lists what it changed against its parent."""

WEIGHTS = "weights.json"
"""The file of a release that says what the cells of its records weigh."""

_CELLS: dict[str, Any] = {"cell": pl.String, "factor": pl.Float64, "squared": pl.Boolean}

_LABELS = {"pairs": "chosen_id", "unpaired": "cast(label as varchar)"}


class Changes(NamedTuple):
    """What changed from a release to the next.

    Attributes:
        records: rows of kind, change, from_layer, to_layer, records (how many); ``manifest.changed`` lists them.
        arbitrated: pairs settled since against what somebody says: their number, and the first hundred of them by id;
            and the number of those that were settled and nobody disputed.
    """

    records: list[dict[str, Any]]
    arbitrated: dict[str, Any]


def changes_between(
    engine: Warehouse, store: VersionStore, parent: CommitInfo, local: Mapping[str, Path], hashes: Mapping[str, str]
) -> Changes:
    """Count what changed from ``parent`` to the files in ``local``.

    Args:
        engine: where to count.
        store: holds the parent.
        parent: commit of the parent release, or the root.
        local: the new release's layer files, by path; those that the parent has may be missing.
        hashes: sha256 of all of them, by path.
    """
    earlier = _stored(store, parent)
    before = [path for path, sha256 in earlier.items() if hashes.get(path) != sha256]
    after = [path for path in local if earlier.get(path) != hashes[path]]
    with fetched(store, parent, before) as copies:
        _load_keys(engine, "manifest.before", copies)
        _load_keys(engine, "manifest.after", {path: local[path] for path in after})
    engine.build("manifest.withdrawn")
    engine.build("manifest.changed")
    [arbitrated] = engine.query("manifest/arbitrated").to_dicts()
    return Changes(engine.query("manifest/changes").to_dicts(), arbitrated)


def changes_in_store(engine: Warehouse, store: VersionStore, a: CommitInfo, b: CommitInfo) -> list[dict[str, Any]]:
    """Fill ``manifest.changed`` with what changed from release ``a`` to release ``b``, both stored, and count it.

    What withdrawals took away is known from the releases in between.

    Returns:
        Rows as in :attr:`Changes.records`.
    """
    earlier, later = _stored(store, a), _stored(store, b)
    before = [path for path, sha256 in earlier.items() if later.get(path) != sha256]
    after = [path for path, sha256 in later.items() if earlier.get(path) != sha256]
    with fetched(store, a, before) as copies:
        _load_keys(engine, "manifest.before", copies)
    with fetched(store, b, after) as copies:
        _load_keys(engine, "manifest.after", copies)
    _load_withdrawn(engine, store, a, b)
    engine.build("manifest.changed")
    return engine.query("manifest/changes").to_dicts()


def load_cells(engine: Warehouse, store: VersionStore, parent: CommitInfo) -> None:
    """Fill ``gates.parent_cells`` from the parent's ``weights.json``; the first releases have no cells."""
    with fetched(store, parent, [WEIGHTS]) as copies:
        weights = json.loads(copies[WEIGHTS].read_bytes())
    squared = squares_trust(weights)
    rows = [(row["cell"], row["factor"], squared) for row in weights.get("cells", [])]
    engine.load("gates.parent_cells", pl.DataFrame(rows, schema=_CELLS, orient="row"))


def _load_withdrawn(engine: Warehouse, store: VersionStore, a: CommitInfo, b: CommitInfo) -> None:
    """The records that releases after ``a``, up to ``b``, say were withdrawn; none when ``b`` does not follow ``a``.

    One that was purged says nothing any more: what was withdrawn in it is as good as removed.
    """
    engine.clear("manifest.withdrawn")
    for commit in _between(store, a, b):
        if any(file.path == CHANGES for file in store.list(commit.id, CHANGES)):
            with suppress(PurgedError), fetched(store, commit, [CHANGES]) as copies:
                engine.insert(
                    "manifest.withdrawn",
                    "select kind, record_id from read_parquet($file) where change = 'withdrawn'",
                    {"file": str(copies[CHANGES])},
                )


def _between(store: VersionStore, a: CommitInfo, b: CommitInfo) -> list[CommitInfo]:
    """The commits after ``a``, up to ``b``, when the one follows the other; else none."""
    found = []
    commit = b
    while commit.id != a.id:
        if commit.parent is None:
            return []
        found.append(commit)
        commit = store.resolve(commit.parent)
    return found


def _stored(store: VersionStore, commit: CommitInfo) -> dict[str, str]:
    """sha256 by path, of the files that hold records."""
    return {file.path: file.sha256 for file in store.list(commit.id) if _kind(file.path)}


def _kind(path: str) -> str | None:
    """The kind of record a release file holds; None for a file that holds no records."""
    parts = path.split("/")
    return parts[1] if len(parts) == 3 and parts[1] in KINDS else None  # noqa: PLR2004 - layer/kind/file


@contextmanager
def fetched(store: VersionStore, commit: CommitInfo, paths: Iterable[str]) -> Iterator[dict[str, Path]]:
    """Copies of stored files, each verified while it is copied."""
    with TemporaryDirectory(prefix="prefstrata-") as folder:
        copies = {path: Path(folder) / f"{number}.parquet" for number, path in enumerate(paths)}
        for path, copy in copies.items():
            bring(partial(store.open, commit.id, path), copy)
        yield copies


def _load_keys(engine: Warehouse, target: str, files: Mapping[str, Path]) -> None:
    """Replace a table of keys by those of the files."""
    engine.clear(target)
    names = [column.name for column in table(target).columns]
    for kind, key in KINDS.items():
        chosen = [str(local) for path, local in files.items() if _kind(path) == kind]
        if chosen:
            with engine.connection() as connection:
                there = _columns(connection, chosen)
            settled, p, p_tie, cell = (name if name in there else "null" for name in ("settled", "p", "p_tie", "cell"))
            label = _LABELS.get(kind, "null")
            read = (f"'{kind}'", key, "layer", label, settled, "trust", p, p_tie, cell, "rule", "reason")
            columns = ", ".join(f"{sql} as {name}" for sql, name in zip(read, names, strict=True))
            engine.insert(target, f"select {columns} from read_parquet($files)", {"files": chosen})  # noqa: S608 - own names


def _columns(connection: duckdb.DuckDBPyConnection, files: list[str]) -> set[str]:
    """Columns that all of the files have: those of the first releases know less."""
    return {
        name
        for [name] in connection.execute(
            "select name from (select distinct file_name, name from parquet_schema($files)) "
            "group by name having count(*) = $n",
            {"files": files, "n": len(files)},
        ).fetchall()
    }
