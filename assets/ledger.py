"""Ledger: what was said, by whom, never changed. One step reads every new file of every source."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets._building import RESOURCE, rows
from assets._plots import stacked
from assets._specs import BATCHES, asset_key, filled_spec, tables_in
from assets._versions import rows_and_version
from assets.sources import materialised_sources
from prefstrata.pipeline import ledger_work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.pipeline import Session

__all__ = ["ledger_asset"]

_TABLES = (BATCHES, *(name for name in tables_in("ledger") if name != BATCHES))


def _specs(sources: "Iterable[dg.AssetKey]") -> list[dg.AssetSpec]:
    """Files become batches, and every other ledger row stands in one; the policy says what a record must hold."""
    held = (filled_spec(name, [asset_key(BATCHES)]) for name in _TABLES[1:])
    return [filled_spec(BATCHES, [*sources, asset_key("policy.requirements")]), *held]


def ledger_asset(sources: "Iterable[dg.AssetKey]") -> dg.AssetsDefinition:
    """The one asset of all ledger tables, fed by these sources."""

    @dg.multi_asset(name="ledger", specs=_specs(sources), required_resource_keys={RESOURCE})
    def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        session: Session = context.resources.session
        ingested = session.ingest(approving=_approving(context), progress=context.log.info)
        for told in materialised_sources(session.project, ingested, context.instance):
            context.log_event(told)
        work = ledger_work(session.engine, ingested)
        records = {"records read": work.read, "records accepted": work.recomputed, "records skipped": work.skipped}
        added = ingested.appended.rows if ingested.appended else {}
        for full_name in _TABLES:
            count, version = rows_and_version(session.engine, full_name)
            metadata = {"dagster/row_count": count, "rows added": added.get(full_name, 0)}
            extra = {**records, **_batches(session)} if full_name == BATCHES else {}
            yield dg.MaterializeResult(
                asset_key=asset_key(full_name), metadata={**metadata, **extra}, data_version=version
            )

    return ledger


def _approving(context: dg.AssetExecutionContext) -> bool:
    """Whether the release at the end of this run is approved: it is configured there, and asked for here."""
    config: Any = context.run.run_config
    for part in ("ops", "publish", "config"):
        config = config.get(part, {})
    return bool(config.get("approve"))


def _batches(session: "Session") -> dict[str, Any]:
    found = rows(
        session,
        "select source, sum(accepted) as said, sum(quarantined) as no from ledger.batches group by all order by all",
    )
    per_source = {row["source"]: {"accepted": int(row["said"]), "quarantined": int(row["no"])} for row in found}
    refused = [
        dg.TableRecord({key: row[key] for key in ("source", "reason", "records")})
        for row in session.engine.query("manifest/quarantine").iter_rows(named=True)
    ]
    schema = dg.TableSchema([dg.TableColumn("source"), dg.TableColumn("reason"), dg.TableColumn("records", "int")])
    return {
        "records per source": stacked("records per source", per_source),
        "in quarantine": dg.MetadataValue.table(refused, schema=schema),
    }
