"""Jobs: the release, from new files to a published version; and the days of event sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from assets import VERDICTS

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

__all__ = ["TAGS", "jobs"]

TAGS = {"prefstrata/writer": "one"}
"""On every run: an instance that limits this tag to one starts runs in turn, and none has to wait for the lock."""

_LONG = {"dagster/max_runtime": str(48 * 3600)}
"""Endpoints may take a day for a batch: longer than the instance gives other runs."""


def jobs(assets: list[dg.AssetsDefinition | dg.AssetSpec]) -> list[UnresolvedAssetJobDefinition]:
    """The jobs over these assets; the days of events only when there is an event source."""
    days = [asset.key for asset in assets if isinstance(asset, dg.AssetsDefinition) and asset.partitions_def]
    judged = [asset.key for asset in assets if isinstance(asset, dg.AssetsDefinition) and VERDICTS in asset.keys]
    release = dg.define_asset_job(
        "release",
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*days, *judged),
        description="Read every new file, check, estimate, weigh, sort into layers, publish; as `prefstrata run`.",
        executor_def=dg.in_process_executor,
        run_tags=TAGS,
    )
    made = [release]
    if judged:
        judge = dg.define_asset_job(
            "judge",
            selection=dg.AssetSelection.assets(*judged),
            description="Examine the model judges and let those who pass judge, within the budget; costs money.",
            executor_def=dg.in_process_executor,
            run_tags=TAGS | _LONG,
        )
        made.append(judge)
    if not days:
        return made
    events = dg.define_asset_job(
        "events",
        selection=dg.AssetSelection.assets(*days),
        description="Read the files of some days of the event sources into the ledger; nothing is released.",
        executor_def=dg.in_process_executor,
        run_tags=TAGS,
    )
    return [*made, events]
