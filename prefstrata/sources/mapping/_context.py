"""What a mapping is compiled for: its source, and the types of the files it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Context"]


@dataclass(frozen=True)
class Context:
    """The source a mapping belongs to.

    Attributes:
        source: its name.
        supervisor: expert, crowd, user, judge or rule.
        fields: SQL types of the declared fields.
        joined: SQL types of the joined file's fields.
        defaults: what a record says when it says nothing itself: task, scenario, risk_level, language, tags, policy,
            rubric, round and dimension.
        options: options of a named format, which expressions see as the struct ``options``.
    """

    source: str
    supervisor: str
    fields: Mapping[str, str]
    joined: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def default(self, name: str) -> Any:  # noqa: ANN401 - YAML scalars and lists
        """The source's default of a key, None when it has none."""
        return self.defaults.get(name)
