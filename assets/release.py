"""Release: one immutable version of all layers, described and published."""

import json
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from assets._building import RESOURCE
from assets._gates import gate_checks, gate_results
from assets._plots import stacked
from assets._specs import asset_key
from assets.layers import LAYERS
from prefstrata import __version__
from prefstrata.model import UnreachableError
from prefstrata.pipeline import STAGES, open_project_store, reads_of
from prefstrata.releases import Status, read_manifest
from prefstrata.releases.gates import Approval
from prefstrata.stores import PurgedError

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.pipeline import Session
    from prefstrata.releases import Outcome
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["ASSETS"]

_BUILT = tuple(name for stage in STAGES for name in stage.tables)
_LAST = sorted(set(_BUILT) - {read for name in _BUILT for read in reads_of(name)})
"""Tables that no other step reads: a release waits for all of them, and so for everything before them."""


_SPEC = dg.AssetSpec(
    "release",
    deps=[asset_key(name) for name in _LAST],
    description="The newest release: its layers, manifest, card and report, published under the next tag. "
    "With nothing new since the release before, nothing is published.",
    group_name="release",
    code_version=__version__,
)


class Approving(dg.Config):
    """Who says yes to a major change; a run without it stops at one, and says so."""

    approve: str | None = Field(None, description="Why the change is wanted; recorded in the release.")
    by: str | None = Field(None, description="Who answers for that.")


@dg.multi_asset(name="publish", specs=[_SPEC], check_specs=gate_checks(_SPEC.key), required_resource_keys={RESOURCE})
def _release(context: dg.AssetExecutionContext, config: Approving) -> Iterator[Any]:
    session: Session = context.resources.session
    approval = Approval.of(config.approve, config.by)
    with open_project_store(session.project) as store:
        finished = session.reconcile(store)
        known = session.published(store, finished)
        try:
            outcome = known or session.release(store, metadata=_run_metadata(context.run.run_id), approval=approval)
        except Exception:
            if session.judged is not None:
                yield from gate_results(_SPEC.key, session.judged)
            raise
        yield from gate_results(_SPEC.key, session.judged)
        if outcome.status in {Status.LOST_RACE, Status.UNKNOWN}:
            raise UnreachableError(
                f"the release is not known to be published: {outcome.status}", where=store.location, todo="run again"
            )
        for warning in outcome.warnings:
            context.log.warning(warning)
        metadata = {"status": outcome.status.value.replace("_", " "), **_published(session, store, outcome)}
    content = outcome.commit.release_id if outcome.commit else "nothing released"
    yield dg.MaterializeResult(asset_key=_SPEC.key, metadata=metadata, data_version=dg.DataVersion(content[:16]))


def _run_metadata(run_id: str) -> dict[str, str]:
    """What the commit says of the run; lakeFS shows the URL as a button."""
    said = {"dagster_run_id": run_id}
    if base := os.environ.get("PREFSTRATA_DAGSTER_URL"):
        said["::lakefs::Dagster::url[url:ui]"] = f"{base.rstrip('/')}/runs/{run_id}"
    return said


def _published(session: "Session", store: "VersionStore", outcome: "Outcome") -> dict[str, Any]:
    commit = outcome.commit
    if commit is None:
        return {}
    named = {"tag": outcome.tag, "release id": commit.release_id, "summary": commit.metadata.get("summary", "")}
    try:
        manifest = json.loads(read_manifest(store, commit))
        report = _copy_report(session, store, commit)
    except PurgedError:  # nothing is new since a release that was taken back, and purged since
        return {**named, "purged": True}
    held = {layer: manifest["layers"][layer] for layer in LAYERS}
    kinds = {layer: {kind: each["records"] for kind, each in of["kinds"].items()} for layer, of in held.items()}
    return {
        **named,
        "records per layer": stacked("records per layer", kinds),
        **{f"records in {layer}": of["records"] for layer, of in held.items()},
        "changes": _changes(manifest["changes"]),
        "files uploaded": outcome.uploaded,
        "files the store had": outcome.reused,
        "bytes uploaded": outcome.uploaded_bytes,
        "store": store.location,
        "report": dg.MetadataValue.path(report),
        "dagster/uri": report.as_uri(),
    }


def _changes(changes: list[dict[str, Any]]) -> dg.TableMetadataValue:
    """What was added, removed, moved and relabelled against the parent."""
    columns = ("kind", "change", "from_layer", "to_layer", "records")
    records = [dg.TableRecord({name: "" if row[name] is None else row[name] for name in columns}) for row in changes]
    return dg.MetadataValue.table(records, schema=dg.TableSchema([dg.TableColumn(name) for name in columns]))


def _copy_report(session: "Session", store: "VersionStore", commit: "CommitInfo") -> "Path":
    """A copy of the report that a browser can open: stores keep files by their hash, or on a server."""
    path = session.project.directory / ".dagster" / "reports" / commit.release_id[:16] / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    with store.open(commit.id, "report/index.html") as reader, path.open("wb") as file:
        shutil.copyfileobj(reader, file)
    return path


ASSETS = (_release,)
