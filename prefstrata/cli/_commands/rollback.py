"""``prefstrata rollback``: an old release's files, published again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prefstrata.cli._commands._published import demand_published
from prefstrata.cli._commands._released import released, tag_of
from prefstrata.policy import read_policies
from prefstrata.project import open_project_store
from prefstrata.releases import Status, rollback_release

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["rollback"]


def rollback(call: Call, ref: str, reason: str, wait: float) -> None:
    """Publish the files of ``ref`` as the newest release."""
    from prefstrata.pipeline import alone, project_withdrawals  # noqa: PLC0415 - a usage mistake need not load the pipeline

    project = call.project()
    general = next(policy for policy, _ in read_policies(project) if "*" in policy.scenarios)
    with open_project_store(project) as store:
        target = released(store, ref)
        name = tag_of(store, target) or target.id
        with (
            alone(project, wait=wait, waiting=call.output.note),
            call.output.working(f"publishing the files of {ref} again"),
        ):
            again = rollback_release(
                store,
                name,
                date=int(time.time()),
                withdrawn=project_withdrawals(project),
                personal_data=general.privacy.personal_data,
                metadata={"reason": reason} if reason else {},
            )
            outcome = demand_published(again, store.location)
    for warning in outcome.warnings:
        call.output.warn(warning)
    document = {
        "status": outcome.status.value,
        "tag": outcome.tag,
        "commit": outcome.commit.id if outcome.commit else None,
        "rollback_to": name,
    }
    if outcome.status is Status.NOTHING_NEW:
        call.output.emit(document, f"nothing to do: {outcome.tag} holds the files of {name} already")
    else:
        call.output.emit(document, f"published {outcome.tag} with the files of {name}")
