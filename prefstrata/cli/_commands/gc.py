"""``prefstrata gc``: what no release holds, removed from the store."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from prefstrata.cli._output import counted, size
from prefstrata.project import open_project_store

if TYPE_CHECKING:
    from prefstrata.cli._call import Call
    from prefstrata.stores import GcReport

__all__ = ["collect_garbage", "collected_told"]


def collect_garbage(call: Call) -> None:
    """Remove what no release holds; safe beside runs that are under way."""
    with open_project_store(call.project()) as store, call.output.working("collecting"):
        store.reconcile()
        report = store.gc()
    lines = collected_told(report) or [report.note or "every stored byte is held by a release"]
    call.output.emit(asdict(report), *lines)


def collected_told(report: GcReport) -> list[str]:
    """What was removed, in a sentence; nothing when nothing was."""
    if not report.objects and not report.temporary:
        return []
    removed = counted(report.objects + report.temporary, "file")
    return [f"{removed} ({size(report.bytes)}) of runs and purges that did not end are removed: no release held them"]
