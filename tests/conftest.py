"""Fixtures that more than one part uses: a real lakeFS server, and both version stores."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from prefstrata.releases import _manifest, drafting
from prefstrata.releases.schema import manifest_schema
from tests._lakefs import Server, start_server
from tests._stores import StoreKit

# The pseudonyms of users are part of every id: one key for all tests, and no key files in the checkout.
os.environ.setdefault("PREFSTRATA_PSEUDONYM_KEY", "a key for tests, and no secret")
# Commands run in this process, too, and must not run in somebody's own project.
os.environ.pop("PREFSTRATA_PROJECT", None)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.stores import VersionStore


@pytest.fixture(scope="session", autouse=True)
def _manifests_keep_to_their_schema() -> Iterator[None]:
    """Every manifest that any test of this process makes is held against the published schema."""
    validator = Draft202012Validator(manifest_schema())

    def checked(document: dict[str, Any]) -> bytes:
        if str(document.get("format", "")).startswith("prefstrata-release/"):
            validator.validate(document)
        return _manifest.canonical(document)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drafting, "canonical", checked)
        yield


@pytest.fixture(scope="session")
def lakefs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real lakeFS server on loopback, for the whole session."""
    server = start_server(tmp_path_factory.mktemp("lakefs"))
    yield server
    server.stop()


@pytest.fixture
def lakefs_store(lakefs_server: Server, monkeypatch: pytest.MonkeyPatch) -> StoreKit:
    """An empty store on the server, its credentials in the environment."""
    for name, value in lakefs_server.environment.items():
        monkeypatch.setenv(name, value)
    return lakefs_kit(lakefs_server)


@pytest.fixture(params=["local", pytest.param("lakefs", marks=pytest.mark.lakefs)])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreKit]:
    """One empty store of each kind in turn."""
    if request.param == "local":
        made = StoreKit("local", {"kind": "local", "path": str(tmp_path / "store")}, tmp_path / "store" / "files")
    else:
        made = request.getfixturevalue("lakefs_store")
    yield made
    for store in made.opened:
        store.close()


@pytest.fixture
def store(kit: StoreKit) -> VersionStore:
    """A handle to one empty store of each kind in turn."""
    return kit.open()


def lakefs_kit(server: Server) -> StoreKit:
    """Return an empty store on a server."""
    repository = f"t-{os.getpid()}-{uuid.uuid4().hex[:12]}"
    config: dict[str, object] = {"kind": "lakefs", "endpoint": server.endpoint, "repository": repository}
    return StoreKit("lakefs", config, server.folder / "blocks" / repository / "data")
