"""Jobs: the release, from new files to a published version; judges, rules, and the days of event sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from assets import RULED, VERDICTS

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

__all__ = ["RULES", "TAGS", "jobs"]

RULES = "rules"
"""Name of the job that a schedule of its own runs."""
TAGS = {"prefstrata/writer": "one"}
"""On every run: an instance that limits this tag to one starts runs in turn, and none has to wait for the lock."""

_LONG = {"dagster/max_runtime": str(48 * 3600)}
"""Endpoints may take a day for a batch: longer than the instance gives other runs."""


def jobs(assets: list[dg.AssetsDefinition | dg.AssetSpec]) -> list[UnresolvedAssetJobDefinition]:
    """The jobs over these assets: all but the release only where there is what they are for."""
    executable = [asset for asset in assets if isinstance(asset, dg.AssetsDefinition)]
    days = [asset.key for asset in executable if asset.partitions_def]
    judged = [asset.key for asset in executable if VERDICTS in asset.keys]
    ruled = [asset.key for asset in executable if RULED in asset.keys]
    release = _job(
        "release",
        dg.AssetSelection.all() - dg.AssetSelection.assets(*days, *judged, *ruled),
        "Read every new file, check, estimate, weigh, sort into layers, publish; as `prefstrata run`.",
    )
    judge = _job(
        "judge",
        dg.AssetSelection.assets(*judged),
        "Examine the model judges and let those who pass judge, within the budget; costs money.",
        tags=TAGS | _LONG,
    )
    rules = _job(
        RULES,
        dg.AssetSelection.assets(*ruled),
        "Let the policies' rules judge every pair; as `prefstrata rules run`. The next release reads what they say.",
    )
    events = _job(
        "events",
        dg.AssetSelection.assets(*days),
        "Read the files of some days of the event sources into the ledger; nothing is released.",
    )
    return [release, *([judge] if judged else []), *([rules] if ruled else []), *([events] if days else [])]


def _job(
    name: str, selection: dg.AssetSelection, description: str, *, tags: dict[str, str] = TAGS
) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name, selection=selection, description=description, executor_def=dg.in_process_executor, run_tags=tags
    )
