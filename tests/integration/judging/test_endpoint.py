"""What became of a request, over real sockets: above all, whether it may have to be paid."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.questions import judge
from prefstrata.judging import _endpoint
from prefstrata.judging._endpoint import Sent, open_client, send
from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CARRIERS = [
    "httpx2",
    pytest.param("aiohttp", marks=pytest.mark.skipif(find_spec("aiohttp") is None, reason="aiohttp is not installed")),
]
KEY = "sk-nobody-may-see-this"
BODY = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go through aiohttp, or as if it were not installed."""
    if request.param == "httpx2":
        monkeypatch.setattr(_endpoint, "find_spec", lambda _: None)


async def sent_to(url: str, *, times: int = 1, api_key_env: str | None = None) -> list[Sent]:
    """What becomes of requests to this address, one after the other."""
    client = open_client(judge(url, timeout=0.4).model_copy(update={"api_key_env": api_key_env}))
    try:
        return [await send(client, BODY, f"n-{number}") for number in range(times)]
    finally:
        await client.close()


def through(handler: Handler, *, times: int = 1, api_key_env: str | None = None) -> list[Sent]:
    """What becomes of requests to a server that does this with each connection."""

    async def serve() -> list[Sent]:
        over = asyncio.Event()
        at_work = set()

        async def tidily(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            at_work.add(asyncio.current_task())
            await handler(reader, writer)
            await over.wait()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

        server = await asyncio.start_server(tidily, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            found = await sent_to(f"http://{host}:{port}/v1", times=times, api_key_env=api_key_env)
            over.set()
            await asyncio.gather(*at_work)
            return found

    return asyncio.run(serve())


async def asked(reader: asyncio.StreamReader) -> bytes:
    """One request, whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    return head + await reader.readexactly(length)


def answer(status: str, body: bytes, *headers: str) -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "content-type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.usefixtures("carrier")
def test_where_nobody_listens_nothing_is_paid() -> None:
    """A refused connection: the request never left."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        [found] = asyncio.run(sent_to(f"http://127.0.0.1:{port}/v1"))
    assert (found.outcome, found.maybe_paid, found.is_strained) == ("unreachable", False, False)


@pytest.mark.usefixtures("carrier")
def test_a_connection_that_breaks_after_the_request_may_have_to_be_paid() -> None:
    """The endpoint had the whole request, then the line went dead: nobody can know."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.transport.abort()

    [found] = through(hang_up)
    assert (found.outcome, found.maybe_paid, found.is_strained) == ("failed", True, False)


@pytest.mark.usefixtures("carrier")
def test_a_reply_that_is_cut_off_may_have_to_be_paid() -> None:
    """Half of what was announced is no reply."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(answer("200 OK", b"x" * 100)[:-50])
        await writer.drain()
        writer.close()

    [found] = through(cut)
    assert (found.outcome, found.maybe_paid, found.body) == ("failed", True, None)


@pytest.mark.usefixtures("carrier")
def test_no_answer_in_time_may_have_to_be_paid_and_is_too_much() -> None:
    """The endpoint may still be at work on it; it gets fewer requests."""

    async def keep_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await asked(reader)

    [found] = through(keep_silent)
    assert (found.outcome, found.maybe_paid, found.is_strained) == ("failed", True, True)


@pytest.mark.usefixtures("carrier")
def test_an_endpoint_that_is_busy_costs_nothing_and_says_how_long() -> None:
    """429 with Retry-After, on a connection that stays: each request has its own name."""
    names: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            request = await asked(reader)
            names.extend(line for line in request.splitlines() if line.lower().startswith(b"x-client-request-id"))
            writer.write(
                answer("429 Too Many Requests", b'{"error": {"message": "slow", "code": null}}', "retry-after: 3")
            )
            await writer.drain()
        writer.close()

    found = through(refuse, times=2)
    assert [(each.outcome, each.maybe_paid, each.is_strained, each.retry_after) for each in found] == [
        ("busy", False, True, 3.0)
    ] * 2
    assert [name.partition(b": ")[2] for name in names] == [b"n-0", b"n-1"]


@pytest.mark.usefixtures("carrier")
def test_an_answer_that_trickles_is_not_waited_for_longer_than_the_timeout() -> None:
    """A blank now and then keeps a connection alive for ever: the whole answer has to come in time."""

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(answer("200 OK", b"x" * 100)[:-100])
        with suppress(ConnectionError):
            for _ in range(40):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.1)

    [found] = through(trickle)
    assert (found.outcome, found.maybe_paid, found.is_strained) == ("failed", True, True)


def test_a_key_that_a_reply_repeats_is_kept_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies are kept as they came and shown to people: whoever repeats the key is not repeated."""
    monkeypatch.setenv("KEY_OF_TEST", f" {KEY}\n")
    heard: list[bytes] = []

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await asked(reader))
        writer.write(answer("200 OK", f'{{"error": "bad key: {KEY}"}}'.encode()))
        await writer.drain()

    [found] = through(repeat, api_key_env="KEY_OF_TEST")
    assert KEY.encode() in heard[0]
    assert found.body == '{"error": "bad key: …"}'.encode()


@pytest.mark.parametrize("key", [f"“{KEY}”", f"{KEY}\nX-More: 1", "sk-\x00"])
def test_what_can_be_no_key_is_said_and_not_shown(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes that a word processor made, two lines, a character that nobody sees: said before anything is sent."""
    monkeypatch.setattr(os, "environ", {"KEY_OF_TEST": key})
    with pytest.raises(ConfigError, match="KEY_OF_TEST holds cannot be sent") as error:
        open_client(judge("http://127.0.0.1:9/v1").model_copy(update={"api_key_env": "KEY_OF_TEST"}))
    assert KEY not in str(error.value)
