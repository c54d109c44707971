"""Alerts: what went wrong, where in the data, and which rows to look at; to whoever the environment names.

``PREFSTRATA_ALERT_URLS`` holds Apprise URLs, apart by white space: ``slack://…``, ``mailto://…``, ``jsons://…`` for
any web hook. They are secrets: no log and no message ever holds one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["VARIABLE", "Alert", "Delivery", "inert", "send"]

VARIABLE = "PREFSTRATA_ALERT_URLS"
_LONGEST_LINE = 300
_MOST_LINES = 60

# Look-alikes for what a chat, a mail or Markdown would read as a mention, a link or markup.
_INERT = str.maketrans(
    {
        "@": "(at)",
        "#": "(hash)",
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "&": "+",
        "[": "(",
        "]": ")",
        "`": "'",
        "*": "\N{ASTERISK OPERATOR}",
        "|": "\N{BROKEN BAR}",
        "~": "\N{TILDE OPERATOR}",
        "\\": "/",
    }
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A message: one line that says what happened, and lines that say where."""

    title: str
    lines: tuple[str, ...]
    kind: Literal["failure", "warning"] = "failure"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many services took an alert, and what kind of service refused it."""

    delivered: int
    refused: tuple[str, ...]


def inert(text: str) -> str:
    """The text, on one line and cut to size, with nothing in it that mentions, links or formats.

    Names and ids come out of files that anybody may have written.
    """
    flat = " ".join("".join(each if each.isprintable() else " " for each in text).split()).translate(_INERT)
    dead = flat.replace("://", ":/ /").replace("www.", "www .")
    return dead if len(dead) <= _LONGEST_LINE else dead[: _LONGEST_LINE - 1] + "…"


def send(alert: Alert, urls: Sequence[str] | None = None) -> Delivery:
    """Send an alert to every service; one that fails does not keep it from the others.

    Args:
        alert: what to say; its texts were made with :func:`inert`, but for addresses of our own.
        urls: Apprise URLs; those of the environment by default.
    """
    from apprise import Apprise, NotifyFormat, NotifyType  # noqa: PLC0415 - a second that only an alert must pay for

    kind = NotifyType.FAILURE if alert.kind == "failure" else NotifyType.WARNING
    lines = alert.lines[:_MOST_LINES]
    more = (f"… and {len(alert.lines) - len(lines)} more lines",) if len(lines) < len(alert.lines) else ()
    delivered, refused = 0, []
    for url in urls if urls is not None else os.environ.get(VARIABLE, "").split():
        service = Apprise()
        took = service.add(url) and service.notify(
            title=alert.title, body="\n".join((*lines, *more)), notify_type=kind, body_format=NotifyFormat.TEXT
        )
        delivered += bool(took)
        if not took:
            refused.append(url.split("://")[0][:20])
    return Delivery(delivered, tuple(refused))
