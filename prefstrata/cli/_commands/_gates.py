"""What the gates of a release found, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.cli._output import Grid, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["gates_told"]

_MOST = 12


def gates_told(gates: dict[str, Any]) -> Iterator[str | Grid]:
    """The gates of a manifest: in a line when none is beyond its threshold, else those that are."""
    results = gates["results"]
    found = [row for row in results if row["tripped"]]
    names = len({row["gate"] for row in results})
    against = "against the parent" if gates["compared"] else "without a parent to compare with"
    yield f"gates: {names} looked at {counted(len(results), 'slice')} {against}, {len(found)} beyond the threshold"
    if found:
        rows = ((row["gate"], row["severity"], row["sentence"], row["owner"]) for row in found[:_MOST])
        yield Grid.of("gate severity found owner", rows, "Gates")
    if approval := gates["approval"]:
        yield f"approved by {approval['by']}: {approval['reason']}"
