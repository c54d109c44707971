"""An approval: who says yes to a major change, and why."""

from __future__ import annotations

from dataclasses import dataclass

from prefstrata.model import ConfigError

__all__ = ["Approval"]

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Approval:
    """A yes to the major changes of one release; it stands in its manifest and in its commit.

    Attributes:
        reason: why the changes are wanted, at most 300 characters.
        by: who answers for that, at most 300 characters.
    """

    reason: str
    by: str

    def __post_init__(self) -> None:
        """Refuse an approval that says nothing.

        Raises:
            ConfigError: the reason or the name is missing, or too long.
        """
        for name, value in (("a reason", self.reason), ("a name", self.by)):
            if not value.strip() or len(value) > _LONGEST:
                raise ConfigError(
                    f"an approval needs {name} of at most {_LONGEST} characters",
                    where="--approve, --by",
                    todo='say both: --approve "why it is wanted" --by "who answers for it"',
                )

    @classmethod
    def of(cls, reason: str | None, by: str | None) -> Approval | None:
        """The approval that was given; None when none was.

        Raises:
            ConfigError: only half of it was given, or it says nothing.
        """
        return None if reason is None and by is None else cls(reason or "", by or "")
