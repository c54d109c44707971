"""The one user error that belongs to stores alone."""

from __future__ import annotations

from prefstrata.model import PrefstrataError

__all__ = ["RunGoneError"]


class RunGoneError(PrefstrataError):
    """The branch of a running release is gone.

    Another process finished the release, or reaped a run that could no longer be published. The release protocol
    looks at the newest release when it meets this.
    """
