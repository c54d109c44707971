"""A session on a project: what a run does, step by step."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from prefstrata.pipeline._checks import CheckResult, demand, run_check
from prefstrata.pipeline._content import Content
from prefstrata.pipeline._engine import opened_warehouse
from prefstrata.pipeline._lock import alone
from prefstrata.pipeline._publishing import Publisher, quiet, scratch_folder
from prefstrata.pipeline._tables import Tables
from prefstrata.policy import requirements
from prefstrata.sources import IngestSummary, ingest, recall_withdrawals

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from prefstrata.engine import Warehouse
    from prefstrata.pipeline._plan import Stage
    from prefstrata.project import Project
    from prefstrata.releases import Outcome, Step
    from prefstrata.releases.gates import Approval, Judged
    from prefstrata.releases.identity import Identity
    from prefstrata.releases.protocol import When
    from prefstrata.stores import VersionStore

__all__ = ["Session", "open_session"]


class Session:
    """What a run does, step by step; the command and the Dagster assets call the same steps.

    Attributes:
        project: the project.
        engine: its warehouse.
        policies: its policies, each with the file it was read from.
    """

    def __init__(self, project: Project, engine: Warehouse) -> None:
        """Hold the policies against the sources and load them into the warehouse.

        Raises:
            ConfigError: a policy is wrong, or none says how far a source can be trusted; or texts are to be searched,
                and the libraries that recognise personal data are not installed.
        """
        self.project = project
        self.engine = engine
        self._content = Content(project, engine)
        self.policies = self._content.policies
        self._tables = Tables(self._content)
        self._publisher = Publisher(self._content)

    @property
    def judged(self) -> Judged | None:
        """What the gates found in the release made last; None before there is one."""
        return self._publisher.judged

    @property
    def kept(self) -> set[str]:
        """Full names of the tables that were asked for and are as an earlier run built them."""
        return self._tables.kept

    def ingest(
        self,
        *,
        only: Collection[str] | None = None,
        approving: bool = False,
        progress: Callable[[str], object] = quiet,
    ) -> IngestSummary:
        """Read every file that is not in the ledger yet, and the withdrawals that a ledger made anew does not know.

        Args:
            only: names of the sources to read; all by default.
            approving: the run says yes to a release that was stopped for want of it. While its draft is kept, and is of
                this ledger and these policies, no file is read: the yes is to what was looked at, and a file that came
                since is for the next run.
            progress: told, in a few words, what is being read.
        """
        self._tables.forget()
        recall_withdrawals(self.engine, self.project)
        if approving and self._publisher.is_stopped():
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
        return self._tables.build(full_name)

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
        return self._content.identity

    def reconcile(self, store: VersionStore) -> tuple[Outcome, ...]:
        """Finish or reap what killed runs left in the store: see :meth:`Publisher.reconcile`."""
        self._tables.forget()  # people may have withdrawn meanwhile
        return self._publisher.reconcile(store)

    def published(self, store: VersionStore, finished: Iterable[Outcome] = ()) -> Outcome | None:
        """The newest release, when it was made from exactly this content: see :meth:`Publisher.published`."""
        self._tables.keep()
        return self._publisher.published(store, finished)

    def release(
        self,
        store: VersionStore,
        *,
        metadata: Mapping[str, str] | None = None,
        approval: Approval | None = None,
        step: Callable[[Step, When], object] = quiet,
    ) -> Outcome:
        """Publish what was built, after the newest release: see :meth:`Publisher.release`.

        Raises:
            GateBlockedError: a gate stops the release, or nobody has approved a major change; :attr:`judged` says what
                was found.
            UnreachableError: the store does not answer.
            IntegrityError: what is stored is not what was released.
        """
        self._tables.keep()
        return self._publisher.release(store, metadata=metadata, approval=approval, step=step)


@contextmanager
def open_session(project: Project, *, wait: float = 0.0, waiting: Callable[[str], object] = quiet) -> Iterator[Session]:
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
        shutil.rmtree(scratch_folder(project), ignore_errors=True)
        yield Session(project, engine)
