"""A small project to run in Dagster, and the definitions that Dagster loads for it."""

from __future__ import annotations

import importlib
import json
import shutil
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from examples.generator import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROMPTS, DAYS = 60, 6


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project, small, with the first few days of events; tests run copies of it."""
    folder = tmp_path_factory.mktemp("generated") / "project"
    generate(folder, prompts=PROMPTS)
    for later in sorted((folder / "inbox" / "users").iterdir())[DAYS:]:
        later.unlink()
    return folder


@pytest.fixture(scope="session")
def released(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, run to a published release by the library; tests run copies of it."""
    from prefstrata.pipeline import run  # noqa: PLC0415 - not before it is needed
    from prefstrata.project import read_project  # noqa: PLC0415 - not before it is needed

    folder = tmp_path_factory.mktemp("released") / "project"
    shutil.copytree(generated, folder)
    run(read_project(folder))
    return folder


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Path:
    """A project whose files nobody has read."""
    return shutil.copytree(generated, tmp_path / "project")


@pytest.fixture
def read(released: Path, tmp_path: Path) -> Path:
    """A project whose files are in the ledger, and released."""
    return shutil.copytree(released, tmp_path / "read")


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], dg.Definitions]:
    """Loads what Dagster would load for a project folder."""

    def loaded(folder: Path) -> dg.Definitions:
        monkeypatch.setenv("PREFSTRATA_PROJECT", str(folder))
        module = importlib.import_module("dagster_project.definitions")
        defs: dg.Definitions = importlib.reload(module).defs
        return defs

    return loaded


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance that is gone after the test."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def materialised(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    """The last materialisation of each asset in a run, by its key as ``schema/table``."""
    return {
        event.materialization.asset_key.to_user_string(): event.materialization
        for event in result.get_asset_materialization_events()
    }


class Inbox:
    """A web hook on loopback that keeps what it is sent, and can be told to refuse."""

    def __init__(self, port: int) -> None:
        """Know where it listens."""
        self.url = f"json://127.0.0.1:{port}"
        self.messages: list[dict[str, Any]] = []
        self.refusing = False


@contextmanager
def _listening() -> Iterator[Inbox]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not inbox.refusing:
                inbox.messages.append(json.loads(body))
            self.send_response(500 if inbox.refusing else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    inbox = Inbox(server.server_port)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def web_hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A web hook that alerts are sent to."""
    with _listening() as inbox:
        monkeypatch.setenv("PREFSTRATA_ALERT_URLS", inbox.url)
        yield inbox
