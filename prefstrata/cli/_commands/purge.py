"""``prefstrata purge``: the bytes of old releases, destroyed for good."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from prefstrata.cli._commands.gc import collected_told
from prefstrata.cli._output import counted
from prefstrata.project import open_project_store
from prefstrata.releases import check_purgeable, purge_releases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.cli._call import Call

__all__ = ["purge"]


def purge(call: Call, refs: Sequence[str], reason: str, wait: float) -> None:
    """Destroy what only the named releases hold, and keep a record of it."""
    from prefstrata.pipeline import alone  # noqa: PLC0415 - a usage mistake need not load the pipeline

    project = call.project()
    with open_project_store(project) as store:
        location = store.location
        check_purgeable(store, refs)
        with alone(project, wait=wait, waiting=call.output.note), call.output.working("purging"):
            done = purge_releases(store, refs, reason)
    document = {
        "releases": list(done.releases),
        "reason": reason,
        "recorded": len(done.report.recorded),
        "deleted": len(done.report.deleted),
        "kept": done.kept,
        "leftovers": list(done.report.leftovers),
        "collected": asdict(done.collected),
    }
    lines = [
        f"{', '.join(done.releases)}: {counted(len(done.report.recorded), 'file')} can never be read again",
        f"{len(done.report.deleted):,} of them are destroyed",
    ]
    if done.kept:
        lines.append(
            f"{counted(done.kept, 'file')} stayed: other releases hold the same bytes, or nobody's data is in them"
        )
    lines += collected_told(done.collected)
    if done.report.leftovers:
        lines.append(f"{location} cannot destroy bytes itself: delete these objects in its storage")
        lines += [f"  {address}" for address in done.report.leftovers]
    call.output.emit(document, *lines)
