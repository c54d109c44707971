"""One request to an endpoint through the openai SDK, and what became of it in our own words."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import AsyncClient
    from openai import AsyncOpenAI

    from prefstrata.project import JudgeModel

__all__ = ["LONGEST", "Sent", "open_client", "said", "send", "without_key"]

_FREE = frozenset({400, 401, 402, 403, 404, 405, 407, 409, 413, 422, 429, 500, 503, 529})
"""Statuses that nobody is billed for. A gateway's 502 and 504 may come after the work was done."""
_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_NAME = "X-Client-Request-Id"
LONGEST = 300
"""Characters of what an endpoint says."""
_SECRET = 8
"""Characters from which on a key is taken for one."""
_LATE = frozenset({408, 504})
_GRACE = 1.0
"""Seconds beyond the timeout, in which the carrier says by itself what was late: a connection, or an answer."""
_FATAL = frozenset({401, 402, 403, 404, 405, 407})
"""No key, no money, no such thing, the wrong address: the next question will fare no better."""


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
        is_strained: whether it was too much for the endpoint: 429 and its like, or no answer in time.
        retry_after: seconds the endpoint asked to wait.
        message: what it said, for a person.
    """

    outcome: str
    body: bytes | None = None
    status: int | None = None
    maybe_paid: bool = False
    is_strained: bool = False
    retry_after: float = 0.0
    message: str = ""


_LATE_ANSWER = Sent("failed", maybe_paid=True, is_strained=True, message="no answer in time")


def open_client(judge: JudgeModel) -> AsyncOpenAI:
    """A client for a judge's endpoint; the key comes from the environment, and retries are ours.

    Raises:
        ConfigError: the SDK is not installed, or the variable that should hold the key is empty or holds no key.
    """
    try:
        from openai import AsyncOpenAI  # noqa: PLC0415 - half a second that only judging pays
    except ImportError as error:
        raise ConfigError("judges need the openai package", todo='pip install "openai>=3.52,<4"') from error
    key = os.environ.get(judge.api_key_env or "", "").strip() if judge.api_key_env else "none"
    if not key:
        raise ConfigError(
            f"judge {judge.name}: the environment variable {judge.api_key_env} is not set",
            where="judges.models",
            todo="set it, or write `api_key_env: null` for an endpoint that needs no key",
        )
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(
            f"judge {judge.name}: what the environment variable {judge.api_key_env} holds cannot be sent as a key",
            where="judges.models",
            todo="set it anew: a key is one line of ASCII, without quotes or invisible characters",
        )
    return AsyncOpenAI(
        base_url=judge.base_url, api_key=key, max_retries=0, timeout=judge.timeout, http_client=_carrier(judge)
    )


def _carrier(judge: JudgeModel) -> AsyncClient | None:
    """What carries the requests: aiohttp where it is installed, which costs half the processor time."""
    if find_spec("aiohttp") is None:
        return None
    import httpx2  # noqa: PLC0415 - comes with openai
    from openai import DefaultAioHttpClient  # noqa: PLC0415 - as above

    return DefaultAioHttpClient(timeout=judge.timeout, limits=httpx2.Limits(max_connections=judge.concurrency))


async def send(client: AsyncOpenAI, body: dict[str, Any], name: str) -> Sent:
    """Send a chat completion; never raises for anything an endpoint or a network can do.

    Args:
        client: for the judge's endpoint.
        body: the request.
        name: the request's own name, for whoever compares the journal with what the endpoint has billed.
    """
    import httpx2  # noqa: PLC0415 - comes with openai
    import openai  # noqa: PLC0415 - as above

    try:
        # The reply as it came, unread: it is kept, and reading it is the parser's business. The SDK's own models
        # would cost as much again as the request.
        async with asyncio.timeout(_whole(client)):
            reply = await client.post(
                "/chat/completions", body=body, cast_to=httpx2.Response, options={"headers": {_NAME: name}}
            )
    except TimeoutError:
        return _LATE_ANSWER
    except openai.APIStatusError as error:
        return _refused(error.status_code, error.response.headers, said(client, error.message), error.code)
    except openai.APIConnectionError as error:  # no answer in time is one of these
        cause = error.__cause__
        if _never_arrived(error):
            return Sent("unreachable", message=str(cause))
        if isinstance(cause, httpx2.TimeoutException) and not _broke(cause):
            return _LATE_ANSWER
        return Sent("failed", maybe_paid=True, message=f"the connection broke: {cause}")
    return Sent("replied", body=without_key(client, reply.content), status=reply.status_code)


def _whole(client: AsyncOpenAI) -> float | None:
    """Seconds for an answer from beginning to end: the carriers time each piece of it, and it may come drop by drop."""
    return client.timeout + _GRACE if isinstance(client.timeout, int | float) else None


def said(client: AsyncOpenAI, message: str) -> str:
    """What an endpoint said, for people: cut to size, and without the key, which some repeat."""
    told = without_key(client, message.encode("utf-8", "replace")).decode()
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"


def without_key(client: AsyncOpenAI, told: bytes) -> bytes:
    """What an endpoint sent, without the key, which some repeat."""
    key = client.api_key.encode()
    return told.replace(key, "…".encode()) if len(key) >= _SECRET else told


def _never_arrived(error: BaseException) -> bool:
    """Whether a request surely never reached the endpoint: there was no connection.

    What carries the requests decides, as far down as it can be seen: with aiohttp a connection that broke after the
    request comes up under the same name as one that never was.
    """
    names = {name for each in _chain(error) for name in _names(each)}
    if "aiohttp.ClientError" in names:
        return bool(names & {"aiohttp.ClientConnectorError", "aiohttp.ConnectionTimeoutError"})
    return bool(names & {"httpx2.ConnectError", "httpx2.ConnectTimeout", "httpx2.PoolTimeout"})


def _broke(error: BaseException) -> bool:
    """Whether a connection was there and broke, whatever it is called further up."""
    names = {name for each in _chain(error) for name in _names(each)}
    return "aiohttp.ClientError" in names and not names & {"aiohttp.ServerTimeoutError"}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _names(error: BaseException) -> Iterator[str]:
    """The names of its classes with the package they are from: aiohttp need not be installed to ask for its own."""
    for kind in type(error).__mro__:
        yield f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def _refused(status: int, headers: Any, message: str, code: object) -> Sent:  # noqa: ANN401 - the SDK's own headers
    maybe_paid = status not in _FREE
    if status == 429 and code == "insufficient_quota":  # noqa: PLR2004 - HTTP
        return Sent("fatal", status=status, message=message)
    if status in {429, 503, 529}:
        return Sent("busy", status=status, is_strained=True, retry_after=_seconds(headers), message=message)
    if status in _FATAL:
        return Sent("fatal", status=status, message=message)
    if status in _AGAIN:
        is_late = status in _LATE
        return Sent("failed", status=status, maybe_paid=maybe_paid, is_strained=is_late, message=message)
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
