"""``prefstrata withdraw``: a user took consent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._output import counted

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["withdraw_user"]


def withdraw_user(call: Call, user: str, source: str | None, wait: float) -> None:
    """Record it; a user's name is hashed and written nowhere."""
    from prefstrata.pipeline import withdraw  # noqa: PLC0415 - a usage mistake need not load the pipeline

    found = withdraw(call.project(), user, source=source, wait=wait, waiting=call.output.note)
    events = sum(each.events for each in found)
    judgements = sum(each.judgements for each in found)
    new = [each for each in found if each.is_new]
    document = [
        {
            "source": each.source,
            "subject": each.subject,
            "events": each.events,
            "judgements": each.judgements,
            "new": each.is_new,
        }
        for each in found
    ]
    if not events and not judgements:
        where = ", ".join(dict.fromkeys(each.source or each.subject for each in found))
        call.output.warn(
            f"nothing of this user is in the ledger ({where}): check how the events of the source spell the"
            " user, and that they have been read; the withdrawal holds for what comes later"
        )
    if not new:
        call.output.emit(document, "consent was withdrawn before; nothing to do")
        return
    if not events and not judgements:
        call.output.emit(document, "the withdrawal is recorded; it takes nothing out of the next release")
        return
    held = f"{counted(events, 'event')} and {counted(judgements, 'judgement')} of this user are in the ledger"
    call.output.emit(
        document,
        f"{held}; the next release holds none of them",
        "next: prefstrata run, then prefstrata purge OLDER-RELEASES if they must go too",
    )
