"""What the gates of a release found, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.cli._output import Grid, counted
from prefstrata.policy import GATE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["gates_told"]

_MOST = 12
_SILENT_WHEN_CLEAR = frozenset({"strata", "refit"})
"""Gates whose only slices are what they look for: without a new stratum, or a winner turned round, there is none."""


def gates_told(gates: dict[str, Any]) -> Iterator[str | Grid]:
    """The gates of a manifest: a line, those that gave no verdict, and those that are beyond their thresholds."""
    results = gates["results"]
    found = [row for row in results if row["tripped"]]
    names = len({row["gate"] for row in results})
    against = "against the parent" if gates["compared"] else "without a parent to compare with"
    if results:  # in a small project no slice is large enough to speak
        yield f"gates: {names} looked at {counted(len(results), 'slice')} {against}, {len(found)} beyond the threshold"
        # Of what was measured without a limit, and with nothing before to rise from, nobody knows whether it is good.
        judged = {row["gate"] for row in results if row["threshold"] is not None}
        if gates["compared"]:
            judged |= _SILENT_WHEN_CLEAR
        if silent := [name for name in GATE_NAMES if name not in judged]:
            why = "too little to look at, nothing to compare with, or not to be had"
            yield f"no verdict by {counted(len(silent), 'gate')}: {', '.join(silent)} ({why})"
    if found:
        rows = ((row["gate"], row["severity"], row["sentence"], row["owner"]) for row in found[:_MOST])
        yield Grid.of("gate severity found owner", rows, "Gates")
    if approval := gates["approval"]:
        yield f"approved by {approval['by']}: {approval['reason']}"
