"""What a lakeFS server and the network say, sorted into few kinds at the boundary: transient, or final."""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import TYPE_CHECKING

import urllib3.exceptions
from lakefs_sdk.exceptions import ApiException

from prefstrata.model import ConfigError, PrefstrataError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fault", "Kind", "fault_of_answer", "fault_of_error", "is_transient", "user_error"]

_MESSAGE_LENGTH = 300


class Kind(Enum):
    """What to do about a fault."""

    TRANSIENT = auto()  # no answer, busy, or a fault of the server: try again
    MISSING = auto()
    EXISTS = auto()
    PRECONDITION = auto()
    UNCHANGED = auto()
    FULL = auto()
    REFUSED = auto()
    INVALID = auto()


_BY_STATUS: Mapping[int, Kind] = {
    401: Kind.REFUSED,
    403: Kind.REFUSED,
    404: Kind.MISSING,
    408: Kind.TRANSIENT,
    409: Kind.EXISTS,
    410: Kind.MISSING,
    412: Kind.PRECONDITION,
    423: Kind.TRANSIENT,
    429: Kind.TRANSIENT,
}
_SERVER_FAULT = 500


class Fault(Exception):  # noqa: N818 - it never leaves this package: user errors do
    """One call that did not work.

    Args:
        kind: what to do about it.
        message: what the server or the network said; never holds a credential.
    """

    def __init__(self, kind: Kind, message: str) -> None:
        """Keep the kind beside the text."""
        self.kind, self.message = kind, message
        super().__init__(message)


def fault_of_answer(status: int, body: bytes | str | None) -> Fault:
    """Return the fault an HTTP answer means."""
    message = _message(body) or f"status {status}"
    lowered = message.lower()
    if "no space left" in lowered or "disk quota" in lowered:
        return Fault(Kind.FULL, message)  # lakeFS says it with 400, which otherwise is the caller's mistake
    if status >= _SERVER_FAULT:
        return Fault(Kind.TRANSIENT, f"status {status}: {message}")
    if "no changes" in lowered:
        return Fault(Kind.UNCHANGED, message)
    return Fault(_BY_STATUS.get(status, Kind.INVALID), message)


def fault_of_error(error: Exception) -> Fault | None:
    """Return the fault an exception of the client or the network means; None when it is a bug."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, ApiException):
        if not error.status:
            return Fault(Kind.TRANSIENT, str(error.reason))
        return fault_of_answer(int(error.status), error.body)
    if isinstance(error, urllib3.exceptions.HTTPError | OSError):
        return Fault(Kind.TRANSIENT, f"{type(error).__name__}: {_plain(error)}")
    return None


def is_transient(error: Exception) -> bool:
    """Say whether trying again may help."""
    return isinstance(error, Fault) and error.kind is Kind.TRANSIENT


def user_error(fault: Fault, where: str) -> PrefstrataError:
    """Return the error a person sees for a fault that no caller had an answer to."""
    if fault.kind is Kind.TRANSIENT:
        return UnreachableError(
            f"the lakeFS server does not answer as it should ({fault.message})",
            where=where,
            todo="check that it runs and can be reached, then run again",
        )
    if fault.kind is Kind.FULL:
        return UnreachableError("the lakeFS server has no space left", where=where, todo="make room there, run again")
    if fault.kind is Kind.REFUSED:
        return ConfigError(
            f"the lakeFS server refuses the credentials ({fault.message})",
            where=where,
            todo="check PREFSTRATA_LAKEFS_ACCESS_KEY_ID, its secret, and what they may do",
        )
    return ConfigError(f"the lakeFS server refused the request: {fault.message}", where=where)


def _message(body: bytes | str | None) -> str:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    try:
        said = json.loads(text)["message"]
    except (ValueError, KeyError, TypeError):
        said = text.strip()
    return str(said)[:_MESSAGE_LENGTH]


def _plain(error: Exception) -> str:
    # urllib3 puts the repr of the connection object in front of what happened.
    return str(error).rsplit(": ", 1)[-1][:_MESSAGE_LENGTH]
