"""The release protocol: ten numbered steps that end in exactly one tag or in nothing, wherever they are cut off.

A release is prepared on a branch of its own, committed, read back by commit id, and comes into being at one point: the
creation of its tag, which only one of several racing releases can win. Until then nothing is visible; after that only
tidying is left. Every step can be repeated, so a killed run is finished by running it again.
"""

from __future__ import annotations

import io
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from prefstrata.model import ConfigError, GateBlockedError, IntegrityError, UnreachableError
from prefstrata.releases._whole import is_whole
from prefstrata.releases.drafts import MANIFEST, Draft, Outcome, Status
from prefstrata.releases.stored import verify_release
from prefstrata.stores import CommitInfo, Published, Put, RunGoneError, Txn, diff_trees, tag_name, tree_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefstrata.stores import VersionStore

__all__ = ["Step", "When", "publish_rebasing", "publish_release", "reconcile_releases"]

When = Literal["before", "during", "after"]


class Step(IntEnum):
    """The numbered steps of a release."""

    IDENTIFY = 0
    BRANCH = 1
    UPLOAD = 2
    MANIFEST = 3
    CHECK = 4
    COMMIT = 5
    AUDIT = 6
    PUBLISH = 7
    MAIN = 8
    CLEANUP = 9


if TYPE_CHECKING:
    Audit = Callable[[CommitInfo], object]
    Hook = Callable[[Step, When], object]

_ATTEMPTS = 10


def _nothing(*_: object) -> None:
    """Do nothing: the default audit and the default hook."""


def publish_release(
    store: VersionStore, draft: Draft, *, parent: str, audit: Audit = _nothing, step: Hook = _nothing
) -> Outcome:
    """Publish a release on top of a parent, or finish the publication an earlier attempt began.

    Args:
        store: where to publish.
        draft: what to publish, computed on top of ``parent``.
        parent: id of the newest release's commit, or of the root.
        audit: called with the commit after its bytes were read back and found right; to keep the release from being
            published it raises GateBlockedError.
        step: called with each numbered step and ``before`` or ``after``, and ``during`` after each file of UPLOAD.

    Returns:
        What came of it. On ``LOST_RACE`` the draft is void: compute another one on top of the winner
        (:func:`publish_rebasing` does).

    Raises:
        GateBlockedError: the audit said no; nothing is published and the branch is deleted.
        IntegrityError: the store does not hold what was put into it, and nothing is published; or it is published, and
            some of it was purged meanwhile.
        UnreachableError: the store does not answer; run again to go on from there.
    """
    run = _Run(store, draft, _Calls(audit, step))
    for _ in range(_ATTEMPTS):
        try:
            return run.publish(parent)
        except RunGoneError:
            continue  # a finished twin or a reaper took the branch: the tags say which, at IDENTIFY
    raise UnreachableError(
        "other processes keep deleting the branch of this release", where=store.location, todo="run again later"
    )


def publish_rebasing(
    store: VersionStore,
    build: Callable[[CommitInfo], Draft | None],
    *,
    audit: Audit = _nothing,
    step: Hook = _nothing,
    attempts: int = _ATTEMPTS,
) -> Outcome:
    """Publish on top of the newest release, computing the draft again for each winner a race was lost to.

    Args:
        store: where to publish.
        build: returns the draft on top of a parent; None when there is nothing new to say.
        audit: see :func:`publish_release`.
        step: see :func:`publish_release`.
        attempts: how many lost races to bear.

    Returns:
        What came of it; ``LOST_RACE`` only when every attempt lost.
    """
    outcome = Outcome(Status.LOST_RACE)
    for _ in range(attempts):
        parent = store.resolve("latest")
        draft = build(parent)
        if draft is None:
            return Outcome(Status.NOTHING_NEW, _tag_of(store, parent), parent)
        outcome = publish_release(store, draft, parent=parent.id, audit=audit, step=step)
        if outcome.status is not Status.LOST_RACE:
            break
    return outcome


def reconcile_releases(
    store: VersionStore, *, audit: Audit, step: Hook = _nothing, warn: Callable[[str], object] = _nothing
) -> tuple[Outcome, ...]:
    """Finish or reap what killed runs left; call it at the start of every run.

    A release that was committed, and whose parent is still the newest release, is audited and published. One that was
    not committed stays for the run that begins it again. What can no longer be published is deleted, what only that
    held is collected, and what a killed purge left is destroyed.

    Args:
        store: where to look.
        audit: the same checks the killed run would have made, see :func:`publish_release`; a release they refuse is
            deleted.
        step: see :func:`publish_release`.
        warn: told, in a sentence each, what could not be put right, such as that ``main`` is not the newest release.

    Returns:
        What came of each release that was finished here.

    Raises:
        UnreachableError: the store does not answer.
    """
    outcomes = []
    left = store.reconcile()
    for warning in left.warnings:
        warn(warning)
    gone = bool(left.reaped) or left.purge_cut_off
    for txn in left.resumable:
        if txn.commit is None:
            continue
        try:
            parent, commit = store.resolve(txn.parent), store.resolve(txn.commit)
            outcomes.append(_finish(store, txn, commit, _tag_after(store, parent), _Calls(audit, step)))
        except (GateBlockedError, IntegrityError):
            store.abandon(txn)  # the run that makes this release again meets the same gate and reports it
            gone = True
        except RunGoneError:
            continue
    if gone:
        store.gc()
    return tuple(outcomes)


@dataclass(frozen=True, slots=True)
class _Calls:
    audit: Audit
    step: Hook


class _Run:
    def __init__(self, store: VersionStore, draft: Draft, calls: _Calls) -> None:
        self._store, self._draft, self._calls, self._step = store, draft, calls, calls.step
        self._puts: Counter[Put] = Counter()
        self._bytes = 0

    def publish(self, parent: str) -> Outcome:
        with _step(self._step, Step.IDENTIFY):
            base = self._store.resolve(parent)
            if tree_id(self._draft.tree.values()) == base.tree:
                return Outcome(Status.NOTHING_NEW, _tag_of(self._store, base), base)
            tag = _tag_after(self._store, base)
            if decided := self._decided(tag, base):
                return decided
        with _step(self._step, Step.BRANCH):
            txn = self._store.begin(base.id, self._draft.release_id, reuse=self._draft.reuse)
        try:
            commit = self._commit(txn) if txn.commit is None else txn.commit
            outcome = _finish(self._store, txn, self._expected(txn, commit), tag, self._calls)
        except (GateBlockedError, IntegrityError):
            with suppress(UnreachableError):
                self._store.abandon(txn)
            raise
        reused = self._puts[Put.REFERENCED] + self._puts[Put.UNCHANGED]
        return Outcome(
            outcome.status, outcome.tag, outcome.commit, self._puts[Put.UPLOADED], reused, self._bytes, outcome.warnings
        )

    def _expected(self, txn: Txn, commit: str) -> CommitInfo:
        made = self._store.resolve(commit)
        if made.tree != tree_id(self._draft.tree.values()):
            raise IntegrityError(f"the branch {txn.branch} holds another release", where=self._store.location)
        return made

    def _decided(self, tag: str, base: CommitInfo) -> Outcome | None:
        taken = next((known for known in self._store.tags() if known.name == tag), None)
        if taken is None:
            return None
        winner, draft = self._store.resolve(taken.commit), self._draft
        ours = (winner.release_id, winner.manifest_sha256, winner.parent) == (
            draft.release_id,
            draft.manifest_sha256,
            base.id,
        )
        return Outcome(Status.ALREADY if ours else Status.LOST_RACE, tag, winner)

    def _commit(self, txn: Txn) -> str:
        store, draft = self._store, self._draft
        with _step(self._step, Step.UPLOAD):
            for path in sorted(store.staged(txn).keys() - draft.tree.keys()):
                store.remove(txn, path)
            for file in draft.files:
                put = store.put(txn, file.path, file.source, file.sha256, file.size)
                self._puts[put] += 1
                self._bytes += file.size if put is Put.UPLOADED else 0
                self._step(Step.UPLOAD, "during")
        with _step(self._step, Step.MANIFEST):
            size = len(draft.manifest)
            store.put(txn, MANIFEST, lambda: io.BytesIO(draft.manifest), draft.manifest_sha256, size)
        with _step(self._step, Step.CHECK):
            if foreign := diff_trees(draft.tree, store.staged(txn)):
                paths = [*foreign.added, *foreign.changed, *foreign.removed]
                raise IntegrityError(
                    f"the branch {txn.branch} does not hold what was put there: {', '.join(paths[:20])}",
                    where=store.location,
                    todo="find out who else writes to this branch, then run again",
                )
        with _step(self._step, Step.COMMIT):
            return store.commit(txn, draft.manifest_sha256, draft.metadata, draft.date)


def _finish(store: VersionStore, txn: Txn, commit: CommitInfo, tag: str, calls: _Calls) -> Outcome:
    step = calls.step
    with _step(step, Step.AUDIT):
        verify_release(store, commit.id)
        calls.audit(commit)
    with _step(step, Step.PUBLISH):
        published = _published(store, txn, commit, tag)
    if published is Published.UNKNOWN:
        return Outcome(Status.UNKNOWN, tag, commit)
    warnings = []
    if published is not Published.LOST_RACE:
        with _step(step, Step.MAIN):
            try:
                store.set_main()
            except (ConfigError, UnreachableError) as error:
                warnings.append(f"{tag} is published, but main does not point at it yet: {error}")
    with _step(step, Step.CLEANUP):
        try:
            store.abandon(txn)
        except UnreachableError as error:
            warnings.append(f"the branch {txn.branch} is not deleted yet: {error}")
    # A purge looks at all tags after it, and this at all purges after the tag: whatever their order, one sees another.
    if published is Published.PUBLISHED:
        _demand_whole(store, commit, tag)
    return Outcome(Status(published.value), tag, store.resolve(tag), warnings=tuple(warnings))


def _published(store: VersionStore, txn: Txn, commit: CommitInfo, tag: str) -> Published:
    try:
        return store.publish(commit.id, tag, txn.parent)
    except ConfigError:
        try:
            store.resolve(commit.id)
        except ConfigError as gone:  # a purge abandons what is under way, and collects it
            raise RunGoneError(f"the branch {txn.branch} is gone", where=store.location, todo="run again") from gone
        raise


def _demand_whole(store: VersionStore, commit: CommitInfo, tag: str) -> None:
    with suppress(UnreachableError):  # the next run asks again
        if not is_whole(store, commit):
            raise IntegrityError(
                f"{tag} is published, and some of it was purged meanwhile",
                where=store.location,
                todo="run again, which makes another release; where this is a rollback, roll back once more",
            )


def _tag_of(store: VersionStore, commit: CommitInfo) -> str | None:
    return next((tag.name for tag in store.tags() if tag.commit == commit.id), None)


def _tag_after(store: VersionStore, parent: CommitInfo) -> str:
    if parent.parent is None:
        return tag_name(1)
    for tag in store.tags():
        if tag.commit == parent.id:
            return tag_name(tag.number + 1)
    raise ConfigError(
        f"version {parent.id[:12]} is not a release, so no release can follow it",
        where=store.location,
        todo="use the newest release as the parent",
    )


@contextmanager
def _step(hook: Hook, step: Step) -> Iterator[None]:
    hook(step, "before")
    yield
    hook(step, "after")
