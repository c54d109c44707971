"""Publishing: what killed runs left is finished or deleted, and what is new is released after the newest release."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from prefstrata.judging import spent_by_rater
from prefstrata.model import GateBlockedError, PrefstrataError
from prefstrata.pipeline._withdrawals import known_withdrawals
from prefstrata.releases import (
    MANIFEST,
    Outcome,
    Status,
    Step,
    is_whole,
    publish_rebasing,
    read_manifest,
    reconcile_releases,
)
from prefstrata.releases.consent import demand_consent, demand_hidden
from prefstrata.releases.drafting import Drafter
from prefstrata.releases.gates import after_verdict, blocked_error, forget_drafts, keep_draft, kept_drafts
from prefstrata.sources import recall_withdrawals
from prefstrata.stores import tag_name, tag_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.pipeline._content import Content
    from prefstrata.project import Project
    from prefstrata.releases.drafts import Draft
    from prefstrata.releases.gates import Approval, Judged
    from prefstrata.releases.protocol import When
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["Publisher", "quiet", "scratch_folder"]


def quiet(*_: object) -> None:
    """Say nothing: the default listener."""


class Publisher:
    """Makes releases of what a warehouse holds.

    Attributes:
        judged: what the gates found in the release made last; None before there is one.
    """

    def __init__(self, content: Content) -> None:
        """Release from this warehouse, under these policies."""
        self._content, self._project, self._engine = content, content.project, content.engine
        self.judged: Judged | None = None
        self._left: list[str] = []

    def reconcile(self, store: VersionStore) -> tuple[Outcome, ...]:
        """Finish or reap what killed runs left in the store; call it before a run decides what is new.

        What a killed run was about to publish, people may have taken back since, or the policy may hide it since; then
        it is deleted. The other checks stand before a release is written, at the end of each stage.
        """
        recall_withdrawals(self._engine, self._project)
        withdrawn = known_withdrawals(self._engine, self._project)

        def audit(commit: CommitInfo) -> None:
            manifest = json.loads(read_manifest(store, commit))
            demand_consent(manifest, (withdrawn,), commit.id)
            demand_hidden(manifest, self._content.personal_data, commit.id)

        self._left = []
        return reconcile_releases(store, audit=audit, warn=self._left.append)

    def published(self, store: VersionStore, finished: Iterable[Outcome] = ()) -> Outcome | None:
        """The newest release, when it was made from exactly this content; else None.

        Rollbacks are passed over: after one, the same ledger must not publish again what was just taken back. An
        empty ledger is nothing to release, whatever was released before: its outcome names no tag. A newest release of
        which something was purged while it was published is made again.

        Args:
            store: where to look.
            finished: what :meth:`reconcile` returned; a release that it published is news, not nothing new.
        """
        if not self._engine.query("manifest/ledger").item(0, "rows"):
            return Outcome(Status.NOTHING_NEW)
        warnings: tuple[str, ...] = ()
        # What was released from these records is not made again, whether by their own fit or by one that was kept.
        released = {self._content.identity.content_id, self._content.in_use.content_id}
        for tag, commit in store.log():
            if "rollback_to" not in commit.metadata:
                if commit.metadata.get("content_id") not in released or not (warnings or is_whole(store, commit)):
                    return None
                news = (each for each in finished if (each.status, each.tag) == (Status.PUBLISHED, tag.name))
                told = (*self._left, *warnings)  # a release that is made tells by itself
                return next(news, Outcome(Status.NOTHING_NEW, tag.name, commit, warnings=told))
            warnings = warnings or (_of_a_rollback(tag.name, whole=is_whole(store, commit)),)
        return None

    def release(
        self,
        store: VersionStore,
        *,
        metadata: Mapping[str, str] | None = None,
        approval: Approval | None = None,
        step: Callable[[Step, When], object] = quiet,
    ) -> Outcome:
        """Write the layers, describe them and publish them on top of the newest release.

        When another process has just published the same content, there is nothing new to say on top of it.

        Args:
            store: where to publish.
            metadata: short texts for the commit, such as the id and the address of the run.
            approval: who says yes to a major change; it stands in the manifest and the commit of the release it is for.
            step: told each numbered step; see :func:`prefstrata.releases.publish_release`.

        Raises:
            GateBlockedError: a gate stops the release, or nobody has approved a major change. Nothing is published;
                the draft is kept in ``drafts/`` of the project, and :attr:`judged` says what was found.
            UnreachableError: the store does not answer; where the gates had spoken, with what they said.
            IntegrityError: what is stored is not what was released; likewise.
        """
        date = int(time.time())
        with _scratch(self._project) as folder:
            identity = self._content.in_use
            drafter = Drafter(
                self._engine,
                store,
                identity,
                folder,
                gates=self._content.general.gates,
                approval=approval,
                spent=spent_by_rater(self._project),
                withdrawn=known_withdrawals(self._engine, self._project),
                for_reuse=self._content.general.refit != "every-run",
            )

            parents: list[CommitInfo] = []

            def build(parent: CommitInfo) -> Draft | None:
                parents.append(parent)
                if parent.metadata.get("content_id") == identity.content_id and is_whole(store, parent):
                    return None
                draft = drafter.draft(parent, date=date, metadata=dict(metadata or {}))
                self.judged = judged = drafter.judged
                if judged is not None and judged.stopped:
                    kept = keep_draft(draft, folder, self._drafts)
                    raise blocked_error(judged.blocking, () if approval else judged.major, kept)
                return draft

            try:
                with _tidying(self._engine, step) as told:
                    outcome = publish_rebasing(store, build, step=told)
            except PrefstrataError as error:
                self.judged = judged = drafter.judged
                if judged is None or isinstance(error, GateBlockedError):
                    raise
                raise after_verdict(error, judged.blocking, () if approval else judged.major) from error
            forget_drafts(self._drafts)
            if outcome.status is not Status.NOTHING_NEW:  # else another process has published what this had drafted
                outcome = replace(outcome, warnings=(*outcome.warnings, *drafter.warnings))
            return _after_a_rollback(parents[-1], outcome)

    def is_stopped(self) -> bool:
        """Whether what there is now was stopped for want of an approval, and is kept as a draft."""
        now = {self._content.identity.content_id, self._content.in_use.content_id}
        kept = (json.loads((each / MANIFEST).read_bytes()) for each in kept_drafts(self._drafts))
        return any(
            each.get("content_id") in now
            and not any(row["tripped"] and row["severity"] == "block" for row in each["gates"]["results"])
            for each in kept
        )

    @property
    def _drafts(self) -> Path:
        return self._project.directory / "drafts"


def _of_a_rollback(tag: str, *, whole: bool) -> str:
    """What a run says that finds nothing new since before a rollback."""
    if whole:
        return f"{tag}, a rollback, stays the newest release until something is new"
    return f"some of {tag}, a rollback, was purged while it was published: roll back once more, to a release that stays"


def _after_a_rollback(parent: CommitInfo, outcome: Outcome) -> Outcome:
    """The outcome, with a warning where it stands on a rollback: nothing leaves the ledger by one.

    The store is asked for nothing: what is published is published, whether or not it still answers.
    """
    back = parent.metadata.get("rollback_to")
    number = tag_number(outcome.tag or "")
    if back is None or number is None or outcome.status not in {Status.PUBLISHED, Status.ALREADY}:
        return outcome
    warning = (
        f"{outcome.tag} follows {tag_name(number - 1)}, a rollback to {back}, and is made from the whole ledger: "
        f"`prefstrata diff {back} {outcome.tag}` shows whether what was taken back is in it again"
    )
    return replace(outcome, warnings=(*outcome.warnings, warning))


@contextmanager
def _tidying(engine: Warehouse, step: Callable[[Step, When], object]) -> Iterator[Callable[[Step, When], None]]:
    """The listener, under whom the warehouse is tidied while the bytes of a release are hashed, stored and read back.

    When its tag is made that is over: where there is no room for it, there is no release.
    """
    with ExitStack() as beside:

        def told(at: Step, when: When) -> None:
            if when == "before" and at in {Step.IDENTIFY, Step.UPLOAD, Step.PUBLISH}:
                beside.close()  # of a release that begins again, too
            if (at, when) == (Step.UPLOAD, "before"):
                beside.enter_context(engine.tidied_meanwhile())
            step(at, when)

        yield told


@contextmanager
def _scratch(project: Project) -> Iterator[Path]:
    """An empty folder beside the warehouse for the files of a release, gone when the block ends, however it ends."""
    folder = scratch_folder(project)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scratch_folder(project: Project) -> Path:
    """One name for all runs: whoever has the run lock knows that what is there is a killed run's."""
    warehouse = project.warehouse_path
    return warehouse.with_name(f"{warehouse.name}.release")
