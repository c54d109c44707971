"""Old releases, destroyed: what they alone hold can never be read again, and the store says so and why."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.releases._whole import newest_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.stores import FileInfo, GcReport, PurgeReport, VersionStore

__all__ = ["Purged", "check_purgeable", "purge_releases"]

_NO_ONES = ("policies/", "weights.json")
"""Paths of files that are written by the project's owners or count cells, and hold nothing of a user."""
_MOST_EMPTY = 1 << 16
"""Bytes; a Parquet file without rows is its schema, and never larger."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did: the releases by tag, what the store says, and how many files stayed.

    These are the files that other releases hold, too, or that hold nobody's data. ``collected`` is what no release
    held: files of runs that were killed, or lost a race.
    """

    releases: tuple[str, ...]
    report: PurgeReport
    kept: int
    collected: GcReport


def check_purgeable(store: VersionStore, refs: Sequence[str]) -> set[str]:
    """The commits of releases that may be purged.

    Raises:
        ConfigError: a ref is no release, or the newest one, or the one that is compared with in its place, or nothing
            was named.
    """
    tags = {tag.commit: tag.name for tag in store.tags()}
    commits = [store.resolve(ref) for ref in refs]
    if strange := [ref for ref, commit in zip(refs, commits, strict=True) if commit.id not in tags]:
        raise ConfigError(f"{strange[0]} is not a release", where=store.location, todo="see `prefstrata log`")
    if not commits:
        raise ConfigError("no release is named", todo="name those to destroy: v000001 v000002")
    named = {commit.id for commit in commits}
    newest = store.resolve("latest")
    if newest.id in named:
        raise ConfigError(
            "the newest release cannot be purged: what comes next is compared with it",
            where=store.location,
            todo="make a release without what must go, with `prefstrata run`, then purge the older ones",
        )
    if (whole := newest_whole(store, newest).id) in named:
        raise ConfigError(
            f"{tags[whole]} cannot be purged yet: what comes next is compared with it, for some of {tags[newest.id]},"
            " the newest release, was purged",
            where=store.location,
            todo="make another release, with `prefstrata run`, or where the newest is a rollback, roll back once more;"
            " then purge",
        )
    return named


def purge_releases(store: VersionStore, refs: Sequence[str], reason: str) -> Purged:
    """Destroy every file that the named releases hold and no other release does, manifests and reports too.

    The tags and commits stay: that a purged release was made, and when, is known for ever.
    Bytes that a release which stays holds too are in that release for good reason, and stay. So do policies,
    ``weights.json`` and tables without rows: purged bytes can never be stored again, and a later release may need them.

    Args:
        store: holds them.
        refs: the releases.
        reason: why, and who asked for it; kept with every file's hash.

    Raises:
        ConfigError: as :func:`check_purgeable` says, or there is no reason.
        IntegrityError: a release that was published meanwhile held some of the bytes too; they are destroyed.
    """
    named = check_purgeable(store, refs)
    tags = {tag.commit: tag.name for tag in store.tags()}
    staying = {file.sha256 for commit in tags if commit not in named for file in store.list(commit)}
    held = {file.sha256 for commit in named for file in store.list(commit)}
    staying |= {
        file.sha256
        for commit in named
        for file in store.list(commit)
        if file.sha256 not in staying and _is_no_ones(store, commit, file)
    }
    going = held - staying
    for unfinished in store.reconcile().resumable:  # what a killed run had uploaded goes as well, and is made again
        store.abandon(unfinished)
    report = store.purge(sorted(going), reason)
    collected = store.gc()
    late = [tag.name for tag in store.tags() if tag.commit not in tags and _holds(store, tag.commit, going)]
    if late:
        raise IntegrityError(
            f"{', '.join(late)}, published meanwhile, held some of what was destroyed, and cannot be read any more",
            where=store.location,
            todo="make another release, with `prefstrata run`, or where it is a rollback, roll back once more, to one"
            " that stays; and purge while no run is under way",
        )
    return Purged(tuple(sorted(tags[commit] for commit in named)), report, len(held & staying), collected)


def _holds(store: VersionStore, commit: str, sha256s: set[str]) -> bool:
    return any(file.sha256 in sha256s for file in store.list(commit))


def _is_no_ones(store: VersionStore, commit: str, file: FileInfo) -> bool:
    if file.path.startswith(_NO_ONES):
        return True
    if not file.path.endswith(".parquet") or file.size > _MOST_EMPTY:
        return False
    try:
        with store.open(commit, file.path) as reader:
            return pl.read_parquet(io.BytesIO(reader.read())).is_empty()
    except (IntegrityError, pl.exceptions.PolarsError):
        # Purged before, or damaged: nothing says that it is empty.
        return False
