"""A session on a project: what a run does, step by step."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine import parameters
from prefstrata.judging import spent_by_rater
from prefstrata.model import GateBlockedError, PrefstrataError
from prefstrata.model.tables import TABLES
from prefstrata.noise import FITTED
from prefstrata.pipeline._built import FIT_DECIDES, Built, built_before, built_from, filled_with
from prefstrata.pipeline._checks import CheckResult, demand, run_check
from prefstrata.pipeline._engine import opened_warehouse
from prefstrata.pipeline._lock import alone
from prefstrata.pipeline._meanings import tell_meanings
from prefstrata.pipeline._plan import COMPUTED, stage_of_table
from prefstrata.pipeline._refit import fit_in_use, fit_or_keep
from prefstrata.pipeline._withdrawals import known_withdrawals
from prefstrata.pipeline._work import rows_of
from prefstrata.policy import Every, check_strata, load_policies, read_policies, requirements
from prefstrata.privacy import COMPUTED as SEARCHED
from prefstrata.privacy import search_anew, searched_with
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
from prefstrata.releases.identity import Identity, calibration_id, identify, policy_files
from prefstrata.sources import IngestSummary, ingest, recall_withdrawals
from prefstrata.stores import tag_name, tag_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.pipeline._plan import Stage
    from prefstrata.policy import Policy
    from prefstrata.project import Project
    from prefstrata.releases.drafts import Draft
    from prefstrata.releases.gates import Approval, Judged
    from prefstrata.releases.protocol import When
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["Session", "open_session"]


_SETTINGS = {"replicates": 200}
"""What statements are given: bootstrap replicates for the intervals of noise.metrics, enough for 90 %, and cheap."""


def _quiet(*_: object) -> None:
    """Say nothing: the default listener."""


class Session:
    """What a run does, step by step; the command and the Dagster assets call the same steps.

    Attributes:
        project: the project.
        engine: its warehouse.
        policies: its policies, each with the file it was read from.
        judged: what the gates found in the release made last; None before there is one.
        kept: full names of the tables that were asked for and are as an earlier run built them.
    """

    def __init__(self, project: Project, engine: Warehouse) -> None:
        """Hold the policies against the sources and load them into the warehouse.

        Raises:
            ConfigError: a policy is wrong, or none says how far a source can be trusted; or texts are to be searched,
                and the libraries that recognise personal data are not installed.
        """
        self.project = project
        self.engine = engine
        self.judged: Judged | None = None
        self.kept: set[str] = set()
        self.policies = read_policies(project)
        self._policy_files = policy_files(self.policies)
        check_strata(project, tuple(policy for policy, _ in self.policies))
        general = next(policy for policy, _ in self.policies if "*" in policy.scenarios)
        self._personal_data = general.privacy.personal_data
        self._searched_with = "" if self._personal_data == "off" else searched_with()
        with engine.transaction():
            for table in TABLES:
                if not table.passing:
                    engine.ensure(table)
        load_policies(engine, (policy for policy, _ in self.policies))
        tell_meanings(engine)
        self._built = Built(engine)
        self._stage = ""
        self._asked: tuple[str, str] | None = None
        self._left: list[str] = []

    def ingest(
        self,
        *,
        only: Collection[str] | None = None,
        approving: bool = False,
        progress: Callable[[str], object] = _quiet,
    ) -> IngestSummary:
        """Read every file that is not in the ledger yet, and the withdrawals that a ledger made anew does not know.

        Args:
            only: names of the sources to read; all by default.
            approving: the run says yes to a release that was stopped for want of it. While its draft is kept, and is of
                this ledger and these policies, no file is read: the yes is to what was looked at, and a file that came
                since is for the next run.
            progress: told, in a few words, what is being read.
        """
        self._asked = None
        recall_withdrawals(self.engine, self.project)
        if approving and self._is_stopped():
            progress("new files wait: this run publishes what was stopped")
            return IngestSummary((), None)
        policies = [policy for policy, _ in self.policies]
        return ingest(
            self.engine,
            self.project,
            requirements=requirements(policies, "rationale"),
            tagged=requirements(policies, "tags"),
            only=only,
            progress=progress,
        )

    def build(self, full_name: str) -> int:
        """Build one table from the tables before it; returns its rows.

        Where an earlier run built it and all before it from this very content, and nobody changed its rows by hand, it
        stays.
        """
        if (stage := stage_of_table(full_name).name) != self._stage:
            self._built.keep()
            self._stage = stage
        if not self._may_be_due(full_name) and all(map(self._holds, filled_with(full_name))):
            self.kept.add(full_name)
            return rows_of(self.engine, full_name)
        if full_name == next(iter(SEARCHED)) and any(map(self._was_changed, filled_with(full_name))):
            search_anew(self.engine)  # which looks at what is new alone, else
        self._built.begin(filled_with(full_name), self._contents)
        self.kept.discard(full_name)
        rows = self._build(full_name)
        # A table can be asked for without those before it: what was made from older ones is not of this content.
        if all(self._said(each) is not None for each in built_before(full_name)):
            self._built.add(full_name, self._made_from(full_name), rows)
        return rows

    def _made_from(self, full_name: str) -> str:
        return self._contents[full_name in FIT_DECIDES]

    def _said(self, full_name: str) -> int | None:
        """Rows that the table had when it was built from what there is now; None when it was not."""
        return self._built.rows(full_name, self._made_from(full_name))

    def _holds(self, full_name: str) -> bool:
        made = self._said(full_name)
        return made is not None and rows_of(self.engine, full_name) == made

    def _was_changed(self, full_name: str) -> bool:
        """Whether somebody added rows to a table that was built, or took some out, by hand."""
        made = self._built.had(full_name)
        return made is not None and rows_of(self.engine, full_name) != made

    @property
    def _contents(self) -> tuple[str, str]:
        """What tables are built from now: those before the rater model, and those that depend on its fit."""
        if self._asked is None:
            own = self.identity  # found by going through the whole ledger
            self._asked = (built_from(own.content_id), built_from(fit_in_use(self.engine, own).content_id))
        return self._asked

    def _may_be_due(self, full_name: str) -> bool:
        """Whether the table is the rater model's, and time alone may ask for another fit of it."""
        return full_name in FITTED and isinstance(self._general.refit, Every)

    def _build(self, full_name: str) -> int:
        if full_name in FITTED:
            return self._fitted(full_name)
        if full_name in COMPUTED:
            return COMPUTED[full_name].fill(self.engine)
        return self.engine.build(full_name, **{name: self._known(name) for name in parameters(full_name)})

    @property
    def _general(self) -> Policy:
        """The policy of ``*``."""
        return next(policy for policy, _ in self.policies if "*" in policy.scenarios)

    def _known(self, parameter: str) -> str | int:
        # Only for a statement that takes it: the name of the fit is found by going through the whole ledger.
        if parameter == "calibration_id":
            return calibration_id(self._content)
        return _SETTINGS[parameter]

    def _fitted(self, full_name: str) -> int:
        """The rows of a table that the rater model fills; all of them are filled with the first."""
        if full_name == FITTED[0]:
            fit_or_keep(self.engine, self.identity, self._general.refit, now=int(time.time()))
            self._asked = None
        return int(self.engine.query("reports/fitted").filter(pl.col("name") == full_name).item(0, "rows"))

    def check(self, name: str) -> CheckResult:
        """Run one check of ``sql/checks``."""
        return run_check(self.engine, name)

    def guard(self, stage: Stage) -> tuple[CheckResult, ...]:
        """Run all checks of a stage.

        Raises:
            GateBlockedError: a check found bad rows; the first of each is named.
        """
        return demand(stage.name, tuple(self.check(name) for name in stage.checks))

    @property
    def identity(self) -> Identity:
        """Everything a release made now would depend on, but for its parent, with the rater model fitted anew."""
        return identify(self.engine, self.project.name, self._policy_files, self._searched_with)

    @property
    def _content(self) -> Identity:
        """The same with the fit that is in use: this ledger's own, or one that was kept."""
        return fit_in_use(self.engine, self.identity)

    def published(self, store: VersionStore, finished: Iterable[Outcome] = ()) -> Outcome | None:
        """The newest release, when it was made from exactly this content; else None.

        Rollbacks are passed over: after one, the same ledger must not publish again what was just taken back. An
        empty ledger is nothing to release, whatever was released before: its outcome names no tag. A newest release of
        which something was purged while it was published is made again.

        Args:
            store: where to look.
            finished: what :meth:`reconcile` returned; a release that it published is news, not nothing new.
        """
        self._built.keep()
        if not self.engine.query("manifest/ledger").item(0, "rows"):
            return Outcome(Status.NOTHING_NEW)
        warnings: tuple[str, ...] = ()
        # What was released from these records is not made again, whether by their own fit or by one that was kept.
        released = {self.identity.content_id, self._content.content_id}
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
        step: Callable[[Step, When], object] = _quiet,
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
        self._built.keep()
        date = int(time.time())
        with _scratch(self.project) as folder:
            identity = self._content
            drafter = Drafter(
                self.engine,
                store,
                identity,
                folder,
                gates=self._general.gates,
                approval=approval,
                spent=spent_by_rater(self.project),
                withdrawn=known_withdrawals(self.engine, self.project),
                for_reuse=self._general.refit != "every-run",
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
                with _tidying(self.engine, step) as told:
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

    def _is_stopped(self) -> bool:
        """Whether what there is now was stopped for want of an approval, and is kept as a draft."""
        now = {self.identity.content_id, self._content.content_id}
        kept = (json.loads((each / MANIFEST).read_bytes()) for each in kept_drafts(self._drafts))
        return any(
            each.get("content_id") in now
            and not any(row["tripped"] and row["severity"] == "block" for row in each["gates"]["results"])
            for each in kept
        )

    @property
    def _drafts(self) -> Path:
        return self.project.directory / "drafts"

    def reconcile(self, store: VersionStore) -> tuple[Outcome, ...]:
        """Finish or reap what killed runs left in the store; call it before a run decides what is new.

        What a killed run was about to publish, people may have taken back since, or the policy may hide it since; then
        it is deleted. The other checks stand before a release is written, at the end of each stage.
        """
        self._asked = None
        recall_withdrawals(self.engine, self.project)
        withdrawn = known_withdrawals(self.engine, self.project)

        def audit(commit: CommitInfo) -> None:
            manifest = json.loads(read_manifest(store, commit))
            demand_consent(manifest, (withdrawn,), commit.id)
            demand_hidden(manifest, self._personal_data, commit.id)

        self._left = []
        return reconcile_releases(store, audit=audit, warn=self._left.append)


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
    folder = _scratch_folder(project)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scratch_folder(project: Project) -> Path:
    """One name for all runs: whoever has the run lock knows that what is there is a killed run's."""
    warehouse = project.warehouse_path
    return warehouse.with_name(f"{warehouse.name}.release")


@contextmanager
def open_session(
    project: Project, *, wait: float = 0.0, waiting: Callable[[str], object] = _quiet
) -> Iterator[Session]:
    """Open a project for a run; only one process at a time has it.

    The files that a killed run left beside the warehouse are removed.

    Args:
        project: the project.
        wait: seconds to wait for another run to end.
        waiting: told once, in a sentence, when there is something to wait for.

    Raises:
        UnreachableError: another run has the project and did not end in time.
        ConfigError: the project or a policy is wrong.
    """
    with ExitStack() as stack:
        stack.enter_context(alone(project, wait=wait, waiting=waiting))
        engine = stack.enter_context(opened_warehouse(project))
        shutil.rmtree(_scratch_folder(project), ignore_errors=True)
        yield Session(project, engine)
