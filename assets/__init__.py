"""The pipeline as Dagster assets: one module per stage, each asset reads, calls the library and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets import evidence, layers, noise, policy, privacy, queues, release, teaching, weighting, weights
from assets._building import RESOURCE
from assets._days import day_of, files_of
from assets._specs import asset_key, checked_table, tables_in
from assets.judging import VERDICTS, judging_assets
from assets.ledger import ledger_asset
from assets.rules import RULED, rule_assets
from assets.sources import source_assets, source_key

if TYPE_CHECKING:
    from pathlib import Path

    import dagster as dg

    from prefstrata.project import Project

__all__ = [
    "RESOURCE",
    "RULED",
    "VERDICTS",
    "all_assets",
    "asset_key",
    "checked_table",
    "day_of",
    "files_of",
    "source_key",
    "tables_in",
]


def all_assets(project: Project | None, directory: Path) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Every asset; those of sources only when it is known what project there is in the folder."""
    sources = source_assets(project) if project else ()
    feeding = [source_key(source.name) for source in project.sources] if project else []
    stages = (policy, privacy, evidence, noise, weighting, layers, weights, teaching, queues, release)
    return [
        *sources,
        *judging_assets(project),
        *rule_assets(project, directory),
        ledger_asset(feeding),
        *(asset for stage in stages for asset in stage.ASSETS),
    ]
