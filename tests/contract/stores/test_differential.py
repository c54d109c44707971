"""The same operations on both stores give the same trees, differences and manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefstrata.model import PrefstrataError
from prefstrata.releases import Outcome, publish_release, rollback_release
from prefstrata.stores import VersionStore, open_store
from tests._stores import DATE, draft_on, put_all, release, release_id, sha
from tests.conftest import lakefs_kit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests._lakefs import Server

PATHS = st.sampled_from(["main/a", "main/b", "golden/a", "weights.json", "ünïcode"])
FILES = st.dictionaries(PATHS, st.sampled_from([b"", b"1", b"22", b"1" * 1000]), max_size=4)


def ended(outcome: Outcome) -> str:
    """Return how a release ended. What had to be sent is left out: the embedded store remembers more bytes."""
    return f"{outcome.status} {outcome.tag}"


def publish(store: VersionStore, files: dict[str, bytes], _: int) -> str:
    """Publish on top of the newest release."""
    return ended(release(store, files))


def publish_stale(store: VersionStore, files: dict[str, bytes], number: int) -> str:
    """Publish on top of the root, as a run would that slept through every release."""
    root = [commit.parent for _, commit in store.log()][-1:] or ["latest"]
    parent = store.resolve(root[0] or "latest")
    return ended(publish_release(store, draft_on(parent, files, salt=str(number)), parent=parent.id))


def leave_half(store: VersionStore, files: dict[str, bytes], number: int) -> str:
    """Stage a release and go away."""
    txn = store.begin(store.resolve("latest").id, release_id(f"half {number}"))
    put_all(store, txn, files)
    return str(sorted(store.staged(txn)))


def roll_back(store: VersionStore, target: int, _: int) -> str:
    """Go back to a release that may not be there."""
    return ended(rollback_release(store, f"v{target}", date=DATE))


def purge(store: VersionStore, content: bytes, _: int) -> str:
    """Purge one content."""
    return str(store.purge([sha(content)], "withdrawn").recorded)


def reconcile(store: VersionStore, _: None, __: int) -> str:
    """Tidy."""
    report = store.reconcile()
    return f"{sorted(report.reaped)} {sorted(report.finished)} {sorted(txn.branch for txn in report.resumable)}"


def collect(store: VersionStore, _: None, __: int) -> str:
    """Collect garbage."""
    store.gc()
    return ""


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([publish, publish_stale, leave_half]), FILES),
        st.tuples(st.just(roll_back), st.integers(1, 4)),
        st.tuples(st.just(purge), st.just(b"22")),
        st.tuples(st.sampled_from([reconcile, collect]), st.none()),
    ),
    min_size=2,
    max_size=7,
)


def history(store: VersionStore, operations: Sequence[tuple[Callable[..., str], object]]) -> list[str]:
    """Do all operations and return what came of each, then what the store holds."""
    told = []
    for number, (operation, value) in enumerate(operations):
        try:
            told.append(f"{operation.__name__}: {operation(store, value, number)}")
        except PrefstrataError as error:
            told.append(f"{operation.__name__}: {type(error).__name__}")
    for tag, commit in store.log():
        told.append(f"{tag.name} {commit.tree} {commit.manifest_sha256}")
        told.append(str(sorted(store.verify([tag.name]).problems, key=str)))
        told.append(str(store.diff("v1", tag.name)))
    return told


@pytest.mark.lakefs
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(operations=OPERATIONS)
def test_both_stores_tell_the_same_story(
    lakefs_server: Server, tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[Callable[..., str], object]]
) -> None:
    """Outcomes, trees, manifests, differences and problems are equal after any sequence of operations."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lakefs_server.environment.items():
            patch.setenv(name, value)
        with (
            open_store(lakefs_kit(lakefs_server).config) as lakefs,
            open_store(tmp_path_factory.mktemp("differential")) as local,
        ):
            assert history(lakefs, operations) == history(local, operations)
