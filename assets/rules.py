"""Rules on responses: what they say of pairs, as files that a source reads. A job of its own, after a release."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from prefstrata.pipeline import alone
from prefstrata.project import read_project
from prefstrata.rules import FORMAT, demand_rules, run_rules

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.project import Project
    from prefstrata.rules import RuleRun

__all__ = ["RULED", "rule_assets"]

RULED = dg.AssetKey(["rules", "verdicts"])
_PATIENCE_SECONDS = 3600.0


def rule_assets(project: "Project | None", directory: "Path") -> list[dg.AssetsDefinition]:
    """The asset of the rules' verdicts, unless the project is known to have no source that reads them.

    Where it cannot be read now, such as for a slip in its file, it may be when the schedule asks for its rules.
    """
    if project is not None and all(source.format != FORMAT for source in project.sources):
        return []

    @dg.asset(
        key=RULED,
        group_name="rules",
        description="Verdicts of the policies' rules on every pair, for their source; what was delivered is not again.",
    )
    def verdicts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        project = read_project(directory)
        demand_rules(project)  # what no waiting mends is said before it
        # A release cannot open the warehouse while rules read it, and would not wait for them without the lock.
        with alone(project, wait=_PATIENCE_SECONDS, waiting=context.log.info):
            return dg.MaterializeResult(metadata=_figures(run_rules(project)))

    return [verdicts]


def _figures(made: "RuleRun") -> dict[str, Any]:
    """The figures that the command shows."""
    records = [
        dg.TableRecord({"rule": rule, "texts": texts, "broken by": broken, "pairs it decides": made.votes.get(rule, 0)})
        for rule, (texts, broken) in made.breaks.items()
    ]
    return {
        "verdicts delivered": made.delivered,
        **({"file": dg.MetadataValue.path(str(made.file))} if made.file else {}),
        **({"rules": dg.MetadataValue.table(records)} if records else {}),
    }
