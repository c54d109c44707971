"""Refs: what names a version."""

from __future__ import annotations

import os

import pytest

from prefstrata.model import ConfigError
from prefstrata.stores import EMPTY_TREE, VersionStore
from tests._stores import StoreKit, commit_files, release


def test_an_empty_store_has_an_empty_root(store: VersionStore) -> None:
    """Before the first release, latest and main name a commit without parent and without files."""
    root = store.resolve("latest")
    assert (root.parent, root.tree, store.resolve("main")) == (None, EMPTY_TREE, root)
    assert list(store.list(root.id)) == []
    assert list(store.tags()) == list(store.log()) == []


@pytest.mark.parametrize("ref", ["v1", "v000001", "v0", "nope", "", "0" * 64, "abcdefab", "../x", "HEAD", "run-x"])
def test_an_unknown_ref_is_the_users_mistake(store: VersionStore, ref: str) -> None:
    """A ref that names nothing is a ConfigError that repeats it."""
    with pytest.raises(ConfigError, match=r"there is no version|no version begins"):
        store.resolve(ref)


def test_every_form_of_a_ref_names_the_same_commit(store: VersionStore) -> None:
    """Tag, short tag, commit id, its beginning, latest and main all name the first release."""
    commit = release(store, {"a": b"1"}).commit
    assert commit is not None
    refs = ["v000001", "v1", commit.id, commit.id[:12], "latest", "main"]
    assert {store.resolve(ref).id for ref in refs} == {commit.id}


def test_a_commit_that_is_not_published_is_found_by_id_only(store: VersionStore) -> None:
    """Committing moves neither latest nor main and makes no tag."""
    root = store.resolve("latest")
    commit = commit_files(store, {"a": b"1"}, "one")
    assert store.resolve(commit).parent == root.id
    assert store.resolve("latest") == store.resolve("main") == root
    assert list(store.tags()) == []


def test_tags_are_numbered_from_one(store: VersionStore) -> None:
    """Three releases have three tags, oldest first, each on the one before."""
    for content in (b"1", b"2", b"3"):
        release(store, {"a": content})
    tags = store.tags()
    assert [tag.name for tag in tags] == ["v000001", "v000002", "v000003"]
    assert [tag.number for tag in tags] == [1, 2, 3]
    assert [store.resolve(tag.name).parent for tag in tags[1:]] == [tag.commit for tag in tags[:2]]


def test_log_is_newest_first_and_stops_at_the_limit(store: VersionStore) -> None:
    """The log yields each tag with its commit."""
    for content in (b"1", b"2", b"3"):
        release(store, {"a": content})
    assert [tag.name for tag, _ in store.log()] == ["v000003", "v000002", "v000001"]
    assert [commit for _, commit in store.log(2)] == [store.resolve("v3"), store.resolve("v2")]


def test_a_second_handle_sees_a_release_at_once(kit: StoreKit) -> None:
    """Nothing about refs is remembered between calls."""
    one, two = kit.open(), kit.open()
    assert two.resolve("latest").parent is None
    published = release(one, {"a": b"1"})
    assert two.resolve("latest") == published.commit


def test_opening_a_store_again_changes_nothing(kit: StoreKit) -> None:
    """The root is made once."""
    root = kit.open().resolve("latest")
    assert kit.open().resolve("latest") == root


def test_location_and_repr_hold_no_secret(kit: StoreKit) -> None:
    """What is printed names the store and never the key."""
    store = kit.open()
    secret = os.environ.get("PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY", "no secret here")
    shown = f"{store!r} {store.location} {vars(store)!r}"
    assert secret not in shown
    assert store.location
