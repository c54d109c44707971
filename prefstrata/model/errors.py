"""Errors a person can act on: what happened, where, and what to do.

Every error that is not a bug is a :class:`PrefstrataError`; its class fixes the exit code of the command. Anything
else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

__all__ = ["ConfigError", "GateBlockedError", "IntegrityError", "PrefstrataError", "UnreachableError"]


class PrefstrataError(Exception):
    """A user error.

    Args:
        what: what happened, in one sentence.
        where: the file, line, field or ref it happened at; empty when there is none.
        todo: what to do about it; empty when nothing helps.

    Attributes:
        exit_code: the exit code of the command that meets this error.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        """Keep the three parts apart, so that each surface can lay them out its own way."""
        self.what, self.where, self.todo = what, where, todo
        super().__init__(" — ".join(part for part in (f"{where}: {what}" if where else what, todo) if part))


class ConfigError(PrefstrataError):
    """The command, a config file or a mapping is wrong. Exit code 2."""


class GateBlockedError(PrefstrataError):
    """A gate or a blocking check stopped the release. Exit code 3."""

    exit_code = 3


class UnreachableError(PrefstrataError):
    """A server could not be reached, or did not answer in time. Exit code 4."""

    exit_code = 4


class IntegrityError(PrefstrataError):
    """Stored bytes are not the bytes that were committed. Exit code 5."""

    exit_code = 5
