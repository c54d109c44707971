"""What belongs to the errors of stores alone."""

from __future__ import annotations

from prefstrata.model import IntegrityError, PrefstrataError

__all__ = ["PURGED_AGAIN", "PurgedError", "RunGoneError"]

PURGED_AGAIN = "run again, and the same rows are written in other bytes: purged ones are never stored again"
"""What to do when a release would hold purged bytes: who makes one asks the store first, so a purge came in between."""


class PurgedError(IntegrityError):
    """A stored file was purged, for good."""


class RunGoneError(PrefstrataError):
    """The branch of a running release is gone.

    Another process finished the release, or reaped a run that could no longer be published. The release protocol
    looks at the newest release when it meets this.
    """
