"""What a run works with: the warehouse, the policies as they were read, and what a release is computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model.tables import TABLES
from prefstrata.pipeline._meanings import tell_meanings
from prefstrata.pipeline._refit import fit_in_use
from prefstrata.policy import check_strata, load_policies, read_policies
from prefstrata.privacy import searched_with
from prefstrata.releases.identity import identify, policy_files

if TYPE_CHECKING:
    from prefstrata.engine import Warehouse
    from prefstrata.project import Project
    from prefstrata.releases.identity import Identity

__all__ = ["Content"]


class Content:
    """A project's warehouse and policies, which stay as they were read while a run works.

    Attributes:
        project: the project.
        engine: its warehouse.
        policies: its policies, each with the file it was read from.
        general: the policy of ``*``.
    """

    def __init__(self, project: Project, engine: Warehouse) -> None:
        """Hold the policies against the sources and load them into the warehouse.

        Raises:
            ConfigError: a policy is wrong, or none says how far a source can be trusted; or texts are to be searched,
                and the libraries that recognise personal data are not installed.
        """
        self.project = project
        self.engine = engine
        self.policies = read_policies(project)
        self._policy_files = policy_files(self.policies)
        check_strata(project, tuple(policy for policy, _ in self.policies))
        self.general = next(policy for policy, _ in self.policies if "*" in policy.scenarios)
        self._searched_with = "" if self.personal_data == "off" else searched_with()
        with engine.transaction():
            for table in TABLES:
                if not table.passing:
                    engine.ensure(table)
        load_policies(engine, (policy for policy, _ in self.policies))
        tell_meanings(engine)

    @property
    def personal_data(self) -> str:
        """What is done with personal data in texts: off, mark or mask."""
        return self.general.privacy.personal_data

    @property
    def identity(self) -> Identity:
        """Everything a release made now would depend on, but for its parent, with the rater model fitted anew.

        It is found by going through the whole ledger.
        """
        return identify(self.engine, self.project.name, self._policy_files, self._searched_with)

    @property
    def in_use(self) -> Identity:
        """The same with the fit that is in use: this ledger's own, or one that was kept."""
        return fit_in_use(self.engine, self.identity)
