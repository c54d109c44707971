"""A lakeFS server that is not there, dies, or is cut off in the middle of a call."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Literal

import pytest
import stamina

from prefstrata.model import ConfigError, UnreachableError
from prefstrata.releases import Status, Step, publish_release, verify_releases
from prefstrata.stores import open_store
from tests._lakefs import Server, start_server
from tests._stores import commit_files, draft_on, read_back
from tests.conftest import lakefs_kit
from tests.faults._processes import CONTENTS
from tests.faults._proxy import Fault, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests._stores import StoreKit

pytestmark = pytest.mark.lakefs

CALLS = {
    "branch": "/branches HTTP",
    "upload": "main%2Fa",
    "manifest": "objects?path=manifest.json",
    "commit": "/commits HTTP",
    "tag": "/tags HTTP",
    "main": "/hard_reset",
    "cleanup": "DELETE ",
}


@pytest.fixture
def remote(lakefs_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreKit]:
    """An empty store on the session's server; retries do not wait."""
    for name, value in lakefs_server.environment.items():
        monkeypatch.setenv(name, value)
    made = lakefs_kit(lakefs_server)
    made.open()
    with stamina.set_testing(True, attempts=5):
        yield made
    for store in made.opened:
        store.close()


def port_of(endpoint: str) -> int:
    """Return the port of an endpoint."""
    return int(endpoint.rpartition(":")[2])


@pytest.mark.parametrize("how", ["cut", "lose"])
@pytest.mark.parametrize("call", CALLS)
def test_a_cut_call_does_no_harm(
    remote: StoreKit, lakefs_server: Server, call: str, how: Literal["cut", "lose"]
) -> None:
    """Whether the server did it or not, one release comes of it: we ask before we do it again."""
    fault = Fault(CALLS[call], how)
    with (
        Proxy(port_of(lakefs_server.endpoint), fault) as proxy,
        open_store({**remote.config, "endpoint": proxy.endpoint}) as store,
    ):
        parent = store.resolve("latest")
        outcome = publish_release(store, draft_on(parent, CONTENTS), parent=parent.id)
    assert fault.seen == 1
    direct = remote.opened[0]
    assert (outcome.status, outcome.tag, len(direct.tags())) == (Status.PUBLISHED, "v000001", 1)
    assert verify_releases(direct).commits[0] == direct.resolve("main")
    assert direct.reconcile().resumable == ()


def test_a_server_that_falls_silent_at_the_tag_leaves_it_unknown(remote: StoreKit, lakefs_server: Server) -> None:
    """Nobody can say whether the tag was made; the next run finds out, and there is one."""
    direct = remote.opened[0]
    parent = direct.resolve("latest")
    with (
        Proxy(port_of(lakefs_server.endpoint), Fault(CALLS["tag"], "down")) as proxy,
        open_store({**remote.config, "endpoint": proxy.endpoint}) as store,
    ):
        outcome = publish_release(store, draft_on(parent, CONTENTS), parent=parent.id)
    assert outcome.status is Status.UNKNOWN
    again = publish_release(direct, draft_on(parent, CONTENTS), parent=parent.id)
    assert (again.status, len(direct.tags())) == (Status.ALREADY, 1)


@pytest.mark.parametrize("times", [1, 4])
def test_a_torn_download_is_picked_up_where_it_broke(remote: StoreKit, lakefs_server: Server, times: int) -> None:
    """The bytes are the right ones, in the right order, once."""
    content = os.urandom(1_000_000)
    commit = commit_files(remote.opened[0], {"big": content}, "one")
    fault = Fault("objects?path=big", "tear", times)
    with (
        Proxy(port_of(lakefs_server.endpoint), fault) as proxy,
        open_store({**remote.config, "endpoint": proxy.endpoint}) as store,
    ):
        assert read_back(store, commit, "big") == content
    assert fault.seen == times


def test_a_server_that_is_not_there_is_unreachable(lakefs_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 4, with the address and without the key."""
    for name, value in lakefs_server.environment.items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with stamina.set_testing(True, attempts=2), pytest.raises(UnreachableError, match=str(port)) as refused:
        open_store(f"lakefs+http://127.0.0.1:{port}/repo")
    assert refused.value.exit_code == 4
    assert lakefs_server.secret_access_key not in f"{refused.value!r} {refused.value}"


def test_wrong_credentials_are_the_users_mistake(lakefs_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 at once, naming the variables and not their values."""
    monkeypatch.setenv("PREFSTRATA_LAKEFS_ACCESS_KEY_ID", lakefs_server.access_key_id)
    monkeypatch.setenv("PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY", "not-the-secret-at-all")
    with pytest.raises(ConfigError, match="PREFSTRATA_LAKEFS_ACCESS_KEY_ID") as refused:
        open_store(f"lakefs+{lakefs_server.endpoint}/repo")
    assert "not-the-secret" not in f"{refused.value!r} {refused.value}"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of our own, to kill."""
    server = start_server(tmp_path_factory.mktemp("mortal"))
    yield server
    server.stop()


MOMENTS = [
    (Step.BRANCH, "before"),
    (Step.UPLOAD, "during"),
    (Step.COMMIT, "before"),
    (Step.COMMIT, "after"),
    (Step.PUBLISH, "before"),
    (Step.PUBLISH, "after"),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=[f"{step.value}-{when}" for step, when in MOMENTS])
def test_a_server_killed_and_started_again_finishes_the_release(
    mortal: Server, monkeypatch: pytest.MonkeyPatch, moment: tuple[Step, str]
) -> None:
    """Its data survives SIGKILL, and the run that was under way does not even notice."""
    for name, value in mortal.environment.items():
        monkeypatch.setenv(name, value)
    killed = []

    def step(now: Step, when: str) -> None:
        if (now, when) == moment and not killed:
            killed.append(mortal.pid)
            mortal.kill()
            mortal.restart()

    with open_store(lakefs_kit(mortal).config) as store:
        parent = store.resolve("latest")
        outcome = publish_release(store, draft_on(parent, CONTENTS), parent=parent.id, step=step)
        assert killed
        assert (outcome.status, len(store.tags())) == (Status.PUBLISHED, 1)
        assert verify_releases(store).commits[0] == store.resolve("main")


def test_a_server_that_stays_dead_stops_the_run_and_not_the_release(
    mortal: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends with exit code 4; started again when the server is back, it goes on where it was."""
    for name, value in mortal.environment.items():
        monkeypatch.setenv(name, value)

    def step(now: Step, when: str) -> None:
        if (now, when) == (Step.COMMIT, "before"):
            mortal.kill()

    with open_store(lakefs_kit(mortal).config) as store:
        parent = store.resolve("latest")
        draft = draft_on(parent, CONTENTS)
        with stamina.set_testing(True, attempts=3), pytest.raises(UnreachableError):
            publish_release(store, draft, parent=parent.id, step=step)
        mortal.restart()
        outcome = publish_release(store, draft, parent=parent.id)
        assert (outcome.status, outcome.uploaded, outcome.reused) == (Status.PUBLISHED, 0, len(CONTENTS))


def test_a_download_survives_the_servers_death(mortal: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Reading goes on from the byte it had reached."""
    for name, value in mortal.environment.items():
        monkeypatch.setenv(name, value)
    content = os.urandom(30_000_000)
    with open_store(lakefs_kit(mortal).config) as store:
        commit = commit_files(store, {"big": content}, "one")
        with store.open(commit, "big") as reader, (tmp_path / "copy").open("wb") as copy:
            copy.write(reader.read(1 << 20))
            mortal.kill()
            mortal.restart()
            copy.writelines(reader)
    assert (tmp_path / "copy").read_bytes() == content
