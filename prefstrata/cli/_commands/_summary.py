"""The summary of a release, as commands print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["summary_lines"]


def summary_lines(manifest: dict[str, Any]) -> Iterator[str]:
    """A sentence a line; nothing for a release of a version that wrote none."""
    sentences = manifest.get("summary", [])
    yield from sentences
    if sentences:
        yield ""
