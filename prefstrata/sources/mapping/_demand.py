"""Which votes need a reason, and until when one can have been decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.mapping._sql import literal

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["REASON_NEEDED", "TAG_NEEDED", "Demand", "Needed"]


@dataclass(frozen=True)
class Demand:
    """Where a vote needs a reason: (scenario, risk level) cells, ``*`` for scenarios that no policy names.

    Attributes:
        cells: where any reason does.
        governed: scenarios that policies name.
        tagged: where it must be a tag or a winning dimension.
        latest: when a vote may have been decided at the latest, in UTC; at any time when None.
    """

    cells: frozenset[tuple[str, str]] = frozenset()
    governed: frozenset[str] = frozenset()
    tagged: frozenset[tuple[str, str]] = frozenset()
    latest: datetime | None = None

    @property
    def sql(self) -> str:
        """The condition over the unit table for any reason; empty where none is asked for."""
        return self._within(self.cells)

    @property
    def tagged_sql(self) -> str:
        """The same for a tag or a winning dimension."""
        return self._within(self.tagged)

    def _within(self, cells: frozenset[tuple[str, str]]) -> str:
        scenario, risk = "coalesce(__scenario, 'general')", "coalesce(__risk_level, 'low')"
        own = [literal(f"{name}\n{level}") for name, level in sorted(cells) if name != "*"]
        rest = [literal(level) for name, level in sorted(cells) if name == "*"]
        named = [literal(name) for name in sorted(self.governed - {"*"})]
        parts = []
        if own:
            parts.append(f"{scenario} || chr(10) || {risk} in ({', '.join(own)})")
        if rest:
            free = f"{scenario} not in ({', '.join(named)}) and " if named else ""
            parts.append(f"({free}{risk} in ({', '.join(rest)}))")
        return " or ".join(parts)


@dataclass(frozen=True)
class Needed:
    """A reason that a policy asks for: how its lack is called, what it is, and when one was given."""

    reason: str
    what: str
    given: str


REASON_NEEDED = Needed(
    "rationale_required",
    "reason tags, a rationale or a winning dimension",
    "has_reason(rationale, reason_tags)",
)
TAG_NEEDED = Needed("tags_required", "reason tags or a winning dimension", "has_reason(null, reason_tags)")
