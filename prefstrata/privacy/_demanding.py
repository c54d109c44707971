"""Whether what the warehouse shows is what the policy lets out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.engine import demand_built, sql_text
from prefstrata.model import ConfigError
from prefstrata.policy import read_policies
from prefstrata.privacy._searching import Setting

if TYPE_CHECKING:
    import duckdb

    from prefstrata.project import Project

__all__ = ["demand_searched", "wanted_by"]

_TABLES = ("privacy.masked", "privacy.prompts", "privacy.searched")


def demand_searched(connection: duckdb.DuckDBPyConnection, project: Project) -> None:
    """See that the last run searched the texts as the policy says now, before any of them is handed out.

    Raises:
        ConfigError: it did not, or nothing has been run yet.
    """
    demand_built(connection, *_TABLES)
    wanted = wanted_by(project)
    if wanted.personal_data == "off":
        return
    rows = connection.execute("select personal_data, kinds, regions, searched_with from privacy.searched").fetchall()
    names = ("personal_data", "kinds", "regions", "searched_with")
    if [Setting.of(dict(zip(names, row, strict=True))) for row in rows] != [wanted]:
        raise ConfigError(
            f"the policy says personal_data: {wanted.personal_data}, and the last run did not search texts that way",
            where="privacy",
            todo="`prefstrata run` first",
        )
    # A run that was cut off behind its ledger has read texts, and searched none.
    ends = "select prompts, responses, steps, votes, ratings, events from privacy.searched"
    if connection.execute(ends).fetchall() != connection.execute(sql_text("reports/ledger_ends")).fetchall():
        raise ConfigError(
            "texts came into the ledger that nobody searched yet", where="privacy", todo="`prefstrata run` first"
        )


def wanted_by(project: Project) -> Setting:
    """How the policies of a project want texts searched.

    Raises:
        ConfigError: a policy is wrong, or the libraries that recognise personal data are needed and not installed.
    """
    general = next(policy for policy, _ in read_policies(project) if "*" in policy.scenarios)
    personal_data, kinds, regions = general.privacy.row
    return Setting.of({"personal_data": personal_data, "kinds": kinds, "regions": regions})
