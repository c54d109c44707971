"""Garbage collection of a local store: mark everything a ref reaches and nobody purged, then sweep the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.stores.local.objects import COMMITS, FILES, TREES
from prefstrata.stores.local.txn import read_commit, read_tree
from prefstrata.stores.types import GcReport

if TYPE_CHECKING:
    from prefstrata.stores.local.objects import Objects
    from prefstrata.stores.local.refs import Refs

__all__ = ["collect"]


def collect(objects: Objects, refs: Refs) -> GcReport:
    """Delete unreachable and purged objects and stale temporary files; the caller keeps writers away meanwhile.

    Raises:
        IntegrityError: a reachable commit or tree is damaged; nothing is deleted then, because what it reaches is
            not known.
    """
    reached = _mark(objects, refs) - {(FILES, sha256) for sha256 in refs.purged()}
    count = size = 0
    for kind in (COMMITS, TREES, FILES):
        for sha256 in objects.names(kind):
            if (kind, sha256) not in reached:
                size += objects.delete(kind, sha256) or 0
                count += 1
    temporary, more = objects.clear_temporary()
    return GcReport(objects=count, temporary=temporary, bytes=size + more)


def _mark(objects: Objects, refs: Refs) -> set[tuple[str, str]]:
    reached: set[tuple[str, str]] = set()
    waiting = {refs.get("branch/main"), *(tag.commit for tag in refs.tags())}
    for run in refs.runs():
        waiting |= {run.parent, run.head}
        reached |= {(FILES, file.sha256) for file in refs.staged(run.branch).values() if file}
    while waiting:
        commit = waiting.pop()
        if commit is None or (COMMITS, commit) in reached:
            continue
        info = read_commit(objects, commit, known=True)
        reached |= {(COMMITS, commit), (TREES, info.tree)}
        reached |= {(FILES, file.sha256) for file in read_tree(objects, info).values()}
        waiting.add(info.parent)
    return reached
