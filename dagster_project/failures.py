"""What to say about a finished run: its failed checks, with slices and sample ids, and why it failed when it did."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import dagster as dg

from checks import BAD, FAILED, MEANING, SAMPLE, SLICES
from dagster_project.alerts import Alert, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagster import AssetCheckEvaluation

__all__ = ["alert_about"]

_IDS = 5
_OF_CHECKS = {"DagsterAssetCheckFailedError"}


def alert_about(instance: dg.DagsterInstance, run: dg.DagsterRun, project: str) -> Alert | None:
    """The alert a finished run calls for; None when all is well.

    Args:
        instance: holds the run's events.
        run: a run that ended.
        project: what to call the project.
    """
    failed = _failed_checks(instance, run.run_id)
    broken = run.status in {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
    how = "failed" if run.status == dg.DagsterRunStatus.FAILURE else "was canceled"
    if not failed and not broken:
        return None
    serious = broken or any(each.severity == dg.AssetCheckSeverity.ERROR for each in failed)
    # What ended the run stands first: checks that only warn fail in many a run that ends well.
    errors = list(_errors(instance, run.run_id)) if broken else []
    lines = [*errors, *(line for each in failed for line in _lines(each))]
    ended = (
        f"The run {how}; `prefstrata log` says whether a release came of it."
        if broken and run.job_name == "release"
        else f"The run ended: {run.status.value.lower()}."
    )
    lines.extend([ended, f"{inert(run.job_name)}, run {run.run_id}", *_address(run.run_id)])
    found = [f"a run {how}"] if errors or not failed else []
    found += [f"{len(failed)} check{'s' * (len(failed) != 1)} failed"] if failed else []
    return Alert(f"prefstrata {inert(project)}: {', '.join(found)}", tuple(lines), "failure" if serious else "warning")


def _failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[AssetCheckEvaluation]:
    kept = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    events = (record.event_log_entry.dagster_event for record in kept)
    found = [event.asset_check_evaluation_data for event in events if event]
    failed = (each for each in found if not each.passed)
    return sorted(
        failed, key=lambda each: (each.severity != dg.AssetCheckSeverity.ERROR, each.asset_key, each.check_name)
    )


def _lines(check: AssetCheckEvaluation) -> Iterator[str]:
    metadata = {key: value.value for key, value in check.metadata.items()}
    mark = "error" if check.severity == dg.AssetCheckSeverity.ERROR else "warning"
    name = f"{'.'.join(check.asset_key.path)} {check.check_name}"
    yield f"{mark}: {inert(name)}: {_how_many(metadata)}"
    if slices := _rows(check, SLICES):
        yield "  where: " + "; ".join(inert(_slice(row)) for row in slices)
    if ids := [_id(row) for row in _rows(check, SAMPLE)[:_IDS]]:
        yield "  such as: " + inert(", ".join(ids))
    if meaning := metadata.get(MEANING):
        yield "  " + inert(str(meaning))


def _how_many(metadata: Mapping[str, object]) -> str:
    """Rows that may not be there, or figures beyond their thresholds: the check says which it counts."""
    what, count = next(((key, metadata[key]) for key in (BAD, FAILED) if key in metadata), (BAD, "some"))
    return f"{count} {what.removesuffix('s') if count == 1 else what}"


def _rows(check: AssetCheckEvaluation, key: str) -> list[dict[str, Any]]:
    kept = check.metadata.get(key)
    if not isinstance(kept, dg.TableMetadataValue):
        return []
    names = [column.name for column in kept.schema.columns]  # records come back with their columns in any order
    return [{name: record.data[name] for name in names} for record in kept.records]


def _slice(row: dict[str, Any]) -> str:
    """``source=crowd, choice=tie: 12``: the last column is how many rows, or the figure."""
    *where, last = row
    return ", ".join(f"{key}={row[key]}" for key in where) + f": {row[last]}"


def _id(row: dict[str, Any]) -> str:
    """What names a bad row: its first id, or its first column."""
    return str(
        next((value for key, value in row.items() if key == "id" or key.endswith("_id")), next(iter(row.values())))
    )


def _errors(instance: dg.DagsterInstance, run_id: str) -> Iterator[str]:
    """What each error says: the outermost of ours, which tells what to do, or else its innermost cause.

    That a check failed which stops the run is no error of its own: the check is told.
    """
    kept = instance.get_records_for_run(
        run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    ).records
    told = set()
    for record in kept:
        event = record.event_log_entry.dagster_event
        error = getattr(event.event_specific_data, "error", None) if event else None
        while error is not None and error.cause is not None and not error.message.startswith("prefstrata."):
            error = error.cause
        if event and error is not None and error.cls_name not in _OF_CHECKS and error.message not in told:
            told.add(error.message)  # that of a step is the run's as well
            yield f"{inert(event.step_key or 'the run')}: {inert(error.message)}"


def _address(run_id: str) -> Sequence[str]:
    base = os.environ.get("PREFSTRATA_DAGSTER_URL")
    return [f"{base.rstrip('/')}/runs/{run_id}"] if base else []
