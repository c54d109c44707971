"""Who took consent back, by all that a project knows: what a release is held against before it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model.tables import table
from prefstrata.pipeline._engine import opened_warehouse
from prefstrata.releases.consent import Withdrawals
from prefstrata.sources import hash_withdrawn, recall_withdrawals, withdrawn_by_command

if TYPE_CHECKING:
    from collections.abc import Collection

    from prefstrata.engine import Warehouse
    from prefstrata.project import Project

__all__ = ["known_withdrawals", "project_withdrawals"]


def project_withdrawals(project: Project) -> Withdrawals:
    """Those of a project that no run has open. The caller holds the lock of a run.

    Raises:
        ConfigError: the project's withdrawals cannot be read, or were written down with another key; or as
            :func:`known_withdrawals`.
        IntegrityError: the warehouse is damaged.
    """
    if not project.warehouse_path.exists():
        return _told_apart(project, withdrawn_by_command(project))
    with opened_warehouse(project) as engine:
        recall_withdrawals(engine, project)
        engine.ensure(table("ledger.withdrawals"))
        return known_withdrawals(engine, project)


def known_withdrawals(engine: Warehouse, project: Project) -> Withdrawals:
    """Those whom the ledger knows.

    Raises:
        ConfigError: somebody withdrew, and the key of the project's pseudonyms is too short to be one, or its file
            cannot be read.
    """
    return _told_apart(project, engine.query("reports/withdrawn_subjects")["rater_id"].to_list())


def _told_apart(project: Project, raters: Collection[str]) -> Withdrawals:
    """Raters by id, as ``user:`` and the pseudonym or as ``crowd:ann``, each once."""
    key, hashes = hash_withdrawn(project, raters)
    return Withdrawals(len(raters), key, hashes)
