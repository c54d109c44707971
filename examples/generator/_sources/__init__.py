"""Who judges the items, and in which files they say so: one module per supervisor or kind of signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.generator._sources import _crowd, _experts, _judges, _rules, _scores, _traces, _users

if TYPE_CHECKING:
    from collections.abc import Callable

    from examples.generator._write import Batch, File

__all__ = ["SOURCES"]

SOURCES: tuple[Callable[[Batch], list[File]], ...] = (
    _experts.files,
    _crowd.files,
    _users.files,
    _scores.files,
    _traces.files,
    _rules.files,
    _judges.files,
)
"""Each gives the files of one batch."""
