"""Publishing: one tag, taken once."""

from __future__ import annotations

import pytest

from prefstrata.model import ConfigError
from prefstrata.stores import Published, VersionStore
from tests._stores import StoreKit, commit_files, release


def test_the_first_to_take_the_tag_has_it(store: VersionStore) -> None:
    """Asking again says that it is there already; the loser learns that it lost, and nothing is mixed."""
    root = store.resolve("latest").id
    one, two = commit_files(store, {"a": b"1"}, "one", root), commit_files(store, {"b": b"2"}, "two", root)
    assert store.publish(one, "v000001", root) is Published.PUBLISHED
    assert store.publish(one, "v000001", root) is Published.ALREADY
    assert store.publish(two, "v000001", root) is Published.LOST_RACE
    assert [file.path for file in store.list(store.resolve("v1").id)] == ["a"]


def test_the_same_release_made_again_is_already_published(kit: StoreKit) -> None:
    """What decides is the release, not the id of the commit that holds it."""
    store = kit.open()
    root = store.resolve("latest").id
    one = commit_files(store, {"a": b"1"}, "one", root)
    store.publish(one, "v000001", root)
    store.reconcile()
    again = commit_files(store, {"a": b"1"}, "one", root)
    assert store.publish(again, "v000001", root) is Published.ALREADY


@pytest.mark.parametrize("tag", ["v1", "v000000", "latest", "v0000001", "x", "", "main", "v000001 "])
def test_only_a_release_tag_can_be_taken(store: VersionStore, tag: str) -> None:
    """Other names are refused before anything happens."""
    root = store.resolve("latest").id
    commit = commit_files(store, {"a": b"1"}, "one")
    with pytest.raises(ConfigError):
        store.publish(commit, tag, root)
    assert list(store.tags()) == []


def test_numbers_are_not_skipped(store: VersionStore) -> None:
    """The second tag needs the first one under it."""
    root = store.resolve("latest").id
    commit = commit_files(store, {"a": b"1"}, "one")
    with pytest.raises(ConfigError):
        store.publish(commit, "v000002", root)


def test_the_parent_must_be_the_expected_one(store: VersionStore) -> None:
    """A commit made on the root cannot follow the first release."""
    root = store.resolve("latest").id
    stale = commit_files(store, {"b": b"2"}, "stale")
    first = release(store, {"a": b"1"}).commit
    assert first is not None
    for expected, tag in ((first.id, "v000002"), (root, "v000002")):
        with pytest.raises(ConfigError):
            store.publish(stale, tag, expected)
    assert len(store.tags()) == 1


def test_publishing_an_unknown_commit_is_refused(store: VersionStore) -> None:
    """There is nothing to tag."""
    with pytest.raises(ConfigError):
        store.publish("0" * 64, "v000001", store.resolve("latest").id)


def test_main_follows_the_newest_release(store: VersionStore) -> None:
    """Moving it a second time is nothing."""
    root = store.resolve("latest").id
    commit = commit_files(store, {"a": b"1"}, "one")
    store.publish(commit, "v000001", root)
    assert store.resolve("main").id == root
    assert store.set_main() is True
    assert store.set_main() is False
    assert store.resolve("main").id == commit
