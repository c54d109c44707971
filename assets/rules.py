"""Rules on responses: what they say of pairs, as files that a source reads. A job of its own, after a release."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from prefstrata.project import read_project
from prefstrata.rules import FORMAT, run_rules

if TYPE_CHECKING:
    from prefstrata.project import Project
    from prefstrata.rules import RuleRun

__all__ = ["RULED", "rule_assets"]

RULED = dg.AssetKey(["rules", "verdicts"])


def rule_assets(project: "Project | None") -> list[dg.AssetsDefinition]:
    """The asset of the rules' verdicts, when the project has a source that reads them."""
    if project is None or all(source.format != FORMAT for source in project.sources):
        return []
    directory = project.directory

    @dg.asset(
        key=RULED,
        group_name="rules",
        description="Verdicts of the policies' rules on every pair, for their source; what was delivered is not again.",
    )
    def verdicts() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata=_figures(run_rules(read_project(directory))))

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
