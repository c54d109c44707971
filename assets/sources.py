"""Sources: where preferences come from. Files of events can also be read by the day."""

import copy
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets._building import RESOURCE
from assets._days import day_of, days_of, files_of, only_files
from assets._refused import refused_and_edited
from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prefstrata.pipeline import Session
    from prefstrata.project import Project, Source
    from prefstrata.sources import FileOutcome, IngestSummary

_DATA_VERSION = "dagster/data_version"

__all__ = ["materialised_sources", "source_assets", "source_key"]


def source_key(name: str) -> dg.AssetKey:
    """The key of a source of ``prefstrata.yaml``."""
    return dg.AssetKey(["sources", name])


def source_assets(project: "Project") -> tuple[dg.AssetSpec | dg.AssetsDefinition, ...]:
    """One asset per source: event sources can be read by the day, the others are read by the ledger."""
    events = [source for source in project.sources if _is_event_source(source)]
    days = days_of(project, events)
    return tuple(_events_by_day(source, days) if source in events else _spec(source) for source in project.sources)


def _is_event_source(source: "Source") -> bool:
    return source.mode == "online"


def _spec(source: "Source") -> dg.AssetSpec:
    return dg.AssetSpec(
        source_key(source.name),
        description=f"Files {source.path}, read as {source.format}: judged by {source.supervisor}, {source.mode}.",
        group_name="sources",
        metadata={"path": source.path, "format": source.format, "stratum": f"{source.supervisor}/{source.mode}"},
    )


def _events_by_day(source: "Source", days: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    spec = _spec(source).replace_attributes(partitions_def=days)

    @dg.multi_asset(
        name=f"read_{spec.key.to_python_identifier()}",
        specs=[spec],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={RESOURCE},
    )
    def read(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        days = context.partition_keys
        ingested = _read_days(context, source.name, frozenset(days))
        return dg.MaterializeResult(
            metadata={
                "days": f"{days[0]} to {days[-1]}",
                "days without a file": len(set(days) - {day_of(file.uri) for file in ingested.files}),
                **_figures(ingested.files, ingested),
            },
            data_version=dg.DataVersion(_version(ingested.files)),
        )

    return read


def _read_days(context: dg.AssetExecutionContext, name: str, days: frozenset[str]) -> "IngestSummary":
    session: Session = context.resources.session
    source = next((each for each in session.project.sources if each.name == name), None)
    if source is None:
        raise ConfigError(
            f"there is no source {name!r} any more",
            where=str(session.project.file),
            todo="reload the code location, so that it shows the sources of today",
        )
    narrowed = copy.copy(session)
    narrowed.project = only_files(
        session.project, source, [file for file in files_of(session.project, source) if day_of(file) in days]
    )
    return narrowed.ingest(progress=context.log.info)


def materialised_sources(
    project: "Project", ingested: "IngestSummary", instance: dg.DagsterInstance
) -> "Iterator[dg.AssetMaterialization]":
    """What a run found, told for each source, and for each day of those that have days.

    Told is what was read now, and what Dagster does not know of yet: the command may have read it before.
    """
    daily = {source.name for source in project.sources if _is_event_source(source)}
    grouped: dict[str, dict[str | None, list[FileOutcome]]] = defaultdict(lambda: defaultdict(list))
    for file in ingested.files:
        grouped[file.source][day_of(file.uri) if file.source in daily else None].append(file)
    for name, by_day in sorted(grouped.items()):
        key = source_key(name)
        told = instance.get_materialized_partitions(key)
        once = instance.get_latest_materialization_event(key) is not None
        for day, found in sorted(by_day.items(), key=lambda item: str(item[0])):
            if day is None and name in daily:
                continue
            if not (day in told if day else once) or any(file.status != "known" for file in found):
                tags = {_DATA_VERSION: _version(found)}
                yield dg.AssetMaterialization(key, partition=day, metadata=_figures(found, ingested), tags=tags)


def _figures(files: "Sequence[FileOutcome]", ingested: "IngestSummary") -> dict[str, Any]:
    fresh = [file for file in files if file.status != "known"]
    return {
        "files": len(files),
        "files read now": len(fresh),
        "records read": sum(file.read for file in fresh),
        "accepted": sum(file.accepted for file in fresh),
        "quarantined": sum(file.quarantined for file in fresh),
        **refused_and_edited(fresh, ingested),
    }


def _version(files: "Iterable[FileOutcome]") -> str:
    """Equal for equal bytes: batches are hashes of what was read."""
    return hashlib.sha256("\n".join(sorted(file.batch_id for file in files)).encode()).hexdigest()[:16]
