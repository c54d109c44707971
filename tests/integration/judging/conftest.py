"""A server for the tests of judges: real HTTP, on loopback, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.judge_server import JudgeServer, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared_server() -> Iterator[JudgeServer]:
    """One server for the tests of a module."""
    with JudgeServer() as server:
        yield server


@pytest.fixture
def server(shared_server: JudgeServer) -> JudgeServer:
    """The server, with the settings and the ledger it began with."""
    shared_server.set(**Settings().model_dump())
    shared_server.reset()
    return shared_server
