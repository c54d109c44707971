"""One request to an endpoint through the openai SDK, and what became of it in our own words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from prefstrata.project import JudgeModel

__all__ = ["Sent", "open_client", "send"]

_FREE = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 529})
"""Statuses that nobody is billed for. A gateway's 502 and 504 may come after the work was done."""
_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_FATAL = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a request.

    Attributes:
        outcome: replied (``body`` is what came), busy (429 or 503: wait), failed (try again), rejected (never try
            again),
            fatal (nothing of this judge will work), unreachable (no connection).
        body: the reply's body.
        status: HTTP status, when one came.
        maybe_paid: whether it may be billed although there is no reply.
        retry_after: seconds the endpoint asked to wait.
        message: what it said, for a person.
    """

    outcome: str
    body: bytes | None = None
    status: int | None = None
    maybe_paid: bool = False
    retry_after: float = 0.0
    message: str = ""


def open_client(judge: JudgeModel) -> AsyncOpenAI:
    """A client for a judge's endpoint; the key comes from the environment, and retries are ours.

    Raises:
        ConfigError: the SDK is not installed, or the variable that should hold the key is empty.
    """
    try:
        from openai import AsyncOpenAI  # noqa: PLC0415 - half a second that only judging pays
    except ImportError as error:
        raise ConfigError("judges need the openai package", todo='pip install "openai>=3.52,<4"') from error
    key = os.environ.get(judge.api_key_env or "", "") if judge.api_key_env else "none"
    if not key:
        raise ConfigError(
            f"judge {judge.name}: the environment variable {judge.api_key_env} is not set",
            where="judges.models",
            todo="set it, or write `api_key_env: null` for an endpoint that needs no key",
        )
    return AsyncOpenAI(base_url=judge.base_url, api_key=key, max_retries=0, timeout=judge.timeout)


async def send(client: AsyncOpenAI, body: dict[str, Any]) -> Sent:
    """Send a chat completion; never raises for anything an endpoint or a network can do."""
    import httpx2  # noqa: PLC0415 - comes with openai
    import openai  # noqa: PLC0415 - as above

    try:
        # The reply as it came, unread: it is kept, and reading it is the parser's business. The SDK's own models
        # would cost as much again as the request.
        reply = await client.post("/chat/completions", body=body, cast_to=httpx2.Response)
    except openai.APIStatusError as error:
        return _refused(error.status_code, error.response.headers, error.message, error.code)
    except openai.APITimeoutError:
        return Sent("failed", maybe_paid=True, message="no answer in time")
    except openai.APIConnectionError as error:
        never_sent = isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        if never_sent:
            return Sent("unreachable", message=str(error.__cause__))
        return Sent("failed", maybe_paid=True, message=f"the connection broke: {error.__cause__}")
    return Sent("replied", body=reply.content, status=reply.status_code)


def _refused(status: int, headers: Any, message: str, code: object) -> Sent:  # noqa: ANN401 - the SDK's own headers
    maybe_paid = status not in _FREE
    if status == 429 and code == "insufficient_quota":  # noqa: PLR2004 - HTTP
        return Sent("fatal", status=status, message=message)
    if status in {429, 503, 529}:
        return Sent("busy", status=status, retry_after=_seconds(headers), message=message)
    if status in _FATAL:
        return Sent("fatal", status=status, message=message)
    if status in _AGAIN:
        return Sent("failed", status=status, maybe_paid=maybe_paid, message=message)
    return Sent("rejected", status=status, maybe_paid=maybe_paid, message=message)


def _seconds(headers: Any) -> float:  # noqa: ANN401 - as above
    """What ``Retry-After`` says, in seconds; a date or nonsense counts as one second."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        if given := headers.get(name):
            try:
                return min(600.0, max(0.0, float(given) * unit))
            except ValueError:
                return 1.0
    return 1.0
