"""Model judges: what they say, as files that a source reads. A job of its own: asking costs money."""

import dataclasses
from typing import TYPE_CHECKING, Any

import dagster as dg

from prefstrata.judging import dollars, run_judges
from prefstrata.project import read_project

if TYPE_CHECKING:
    from prefstrata.judging import JudgeRun, Progress
    from prefstrata.project import Project

__all__ = ["VERDICTS", "judging_assets"]

VERDICTS = dg.AssetKey(["judging", "verdicts"])
_SHOWN = ("judge", "dimension", "risk_level", "n", "accuracy", "flips", "position", "length", "admitted", "reason")


def judging_assets(project: "Project | None") -> list[dg.AssetsDefinition]:
    """The asset of the judges' verdicts, when the project has judges."""
    if project is None or project.judges is None:
        return []
    directory = project.directory

    @dg.asset(
        key=VERDICTS,
        group_name="judging",
        description="Verdicts of model judges: examined on golden pairs, asked within the budget, for their source.",
    )
    def verdicts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        told = 0

        def tell(what: str, progress: "Progress") -> None:
            nonlocal told
            if progress.done * 10 // max(progress.total, 1) > told:
                told = progress.done * 10 // max(progress.total, 1)
                spent = dollars(progress.spent)
                context.log.info("%s: %d of %d, %s spent", what, progress.done, progress.total, spent)

        summary = run_judges(read_project(directory), progress=tell)
        for warning in summary.warnings:
            context.log.warning("%s", warning)
        # Raised when a judge could not be asked at all: a run that ends well tells nobody that a key has expired.
        summary.progress.demand_replies()
        return dg.MaterializeResult(metadata=_figures(summary))

    return [verdicts]


def _figures(summary: "JudgeRun") -> dict[str, Any]:
    """The figures that the command shows."""
    progress = summary.progress
    records = [
        dg.TableRecord({name: _plain(value) for name, value in dataclasses.asdict(card).items() if name in _SHOWN})
        for card in summary.cards
    ]
    return {
        "done": progress.done,
        "known before": progress.cached,
        "requests": progress.requests,
        "remaining": progress.remaining,
        "per second": round(progress.rate, 1),
        "spent in this run": dollars(progress.spent),
        "spent in the project": dollars(summary.spent_project),
        "outcomes": dict(progress.outcomes),
        "stopped": summary.stopped,
        "refused": summary.refused,
        "not asked": summary.left_out,
        "suspicious texts": len(summary.flagged),
        "verdicts delivered": summary.delivered,
        **({"exam": dg.MetadataValue.table(records)} if records else {}),
    }


def _plain(value: object) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else ""
