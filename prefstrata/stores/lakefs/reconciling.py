"""Tidying the run branches of a lakeFS repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.stores.types import ReconcileReport, Txn, run_branch

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefstrata.stores.lakefs.refs import Refs

__all__ = ["reconcile_branches"]

_PREFIX = "run-"


def reconcile_branches(refs: Refs, set_main: Callable[[], bool]) -> ReconcileReport:
    """Delete run branches that are finished or hopeless, and return those that can still be published."""
    finished: list[str] = []
    reaped: list[str] = []
    resumable: list[Txn] = []
    warnings: list[str] = []
    # Branches first: one that appears after the tags were read has a parent we do not know to be the newest.
    branches = refs.branches(_PREFIX)
    newest = refs.resolve("latest")
    tagged = {tag.commit for tag in refs.tags()}
    for branch, head in branches.items():
        made = refs.commit(head)
        committed = bool(made.release_id) and run_branch(made.release_id) == branch
        if committed and head in tagged:
            finished.append(branch)
        elif (made.parent if committed else head) != newest:
            reaped.append(branch)
        else:
            release_id = made.release_id if committed else branch.removeprefix(_PREFIX)
            resumable.append(Txn(release_id, newest, branch, head if committed else None, resumed=True))
    for branch in [*finished, *reaped]:
        refs.delete_branch(branch)
    moved = False
    try:
        moved = set_main()
    except ConfigError as error:
        warnings.append(f"main does not point at the newest release: {error}")
    return ReconcileReport(tuple(finished), tuple(reaped), tuple(resumable), moved, tuple(warnings))
