"""What belongs to the errors of stores alone."""

from __future__ import annotations

from prefstrata.model import IntegrityError, PrefstrataError

__all__ = ["PURGED_AGAIN", "PurgedError", "RunGoneError"]

PURGED_AGAIN = "purged bytes are never stored again: leave out the data that they are made from, then run again"
"""What to do when a release would hold purged bytes."""


class PurgedError(IntegrityError):
    """A stored file was purged, for good."""


class RunGoneError(PrefstrataError):
    """The branch of a running release is gone.

    Another process finished the release, or reaped a run that could no longer be published. The release protocol
    looks at the newest release when it meets this.
    """
