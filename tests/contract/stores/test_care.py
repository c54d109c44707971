"""Care: purges, garbage, and what killed runs leave."""

from __future__ import annotations

import io

import pytest

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores import ProblemKind, VersionStore
from tests._stores import StoreKit, commit_files, put_all, read_back, release, release_id, sha

SECRET = b"a person's words"


def test_purged_bytes_cannot_be_read(kit: StoreKit) -> None:
    """Every handle refuses them and says why, and the other files stay."""
    store, other = kit.open(), kit.open()
    release(store, {"a": SECRET, "b": b"kept"})
    commit = other.resolve("latest").id
    report = store.purge([sha(SECRET)], "consent withdrawn")
    assert report.recorded == (sha(SECRET),)
    assert bool(report.deleted) != bool(report.leftovers)
    for handle in (store, other):
        assert handle.resolve("latest").id == commit
        with pytest.raises(IntegrityError, match="purged: consent withdrawn"):
            handle.open(commit, "a")
        assert read_back(handle, commit, "b") == b"kept"
        problem = handle.verify(["v1"]).problems[0]
        assert (problem.path, problem.kind, problem.detail) == ("a", ProblemKind.PURGED, "purged: consent withdrawn")


def test_a_leftover_address_is_the_object(kit: StoreKit) -> None:
    """What the store could not delete itself is named so that somebody can; after that nobody has the bytes."""
    store = kit.open()
    release(store, {"a": SECRET})
    release(store, {"b": SECRET})
    report = store.purge([sha(SECRET)], "consent withdrawn")
    for address in report.leftovers:
        assert address == f"local://{kit.object_of(SECRET)}"
    if not report.leftovers:
        assert not any(path.read_bytes() == SECRET for path in kit.blocks.rglob("*") if path.is_file())


def test_purged_bytes_cannot_come_back(store: VersionStore) -> None:
    """A later release that holds them is refused."""
    release(store, {"a": SECRET})
    store.purge([sha(SECRET)], "consent withdrawn")
    txn = store.begin(store.resolve("latest").id, release_id("two"))
    with pytest.raises(IntegrityError, match="purged: consent withdrawn"):
        store.put(txn, "b", lambda: io.BytesIO(SECRET), sha(SECRET), len(SECRET))


def test_a_store_says_which_bytes_were_purged(kit: StoreKit) -> None:
    """Asked of many at once, by a handle that looked before too; what was never stored may be purged as well."""
    store, other = kit.open(), kit.open()
    release(store, {"a": SECRET, "b": b"kept"})
    asked = [sha(SECRET), sha(b"kept"), sha(b"never stored"), sha(b"unheard of")]
    assert other.purged(asked) == frozenset()
    store.purge([sha(SECRET), sha(b"never stored")], "consent withdrawn")
    for handle in (store, other):
        assert handle.purged(asked) == {sha(SECRET), sha(b"never stored")}
        assert (handle.purged(asked[1:2]), handle.purged([])) == (frozenset(), frozenset())


def test_a_purge_keeps_its_first_reason(store: VersionStore) -> None:
    """Purging again, or what was never there, is recorded and harms nothing."""
    release(store, {"a": SECRET})
    store.purge([sha(SECRET)], "first")
    store.purge([sha(SECRET), sha(b"never stored")], "second")
    assert [problem.detail for problem in store.verify(["v1"]).problems] == ["purged: first"]


@pytest.mark.parametrize(("sha256", "reason"), [(sha(SECRET), " "), ("abc", "why")])
def test_a_purge_needs_a_hash_and_a_reason(store: VersionStore, sha256: str, reason: str) -> None:
    """Nothing is destroyed by a slip."""
    release(store, {"a": SECRET})
    with pytest.raises(ConfigError):
        store.purge([sha256], reason)
    assert store.verify(["v1"])


def test_collecting_garbage_keeps_every_version_and_every_run(store: VersionStore) -> None:
    """Old releases and a half-made one read back afterwards."""
    release(store, {"a": b"1"})
    release(store, {"a": b"2"})
    txn = store.begin(store.resolve("latest").id, release_id("half"))
    put_all(store, txn, {"half": b"half"})
    store.gc()
    assert store.verify(["v1", "v2"])
    commit = store.commit(txn, sha(b"m"), {}, 1)
    assert store.verify([commit])


def test_reconcile_has_nothing_to_do_on_a_tidy_store(store: VersionStore) -> None:
    """An empty store and a published one."""
    for _ in range(2):
        report = store.reconcile()
        assert (report.finished, report.reaped, report.resumable) == ((), (), ())
        assert not report.pointer_moved
        release(store, {"a": b"1"})


def test_reconcile_deletes_the_branch_of_a_tagged_release(store: VersionStore) -> None:
    """A run that died after it had published leaves no branch, and main is moved for it."""
    root = store.resolve("latest").id
    commit = commit_files(store, {"a": b"1"}, "one")
    store.publish(commit, "v000001", root)
    report = store.reconcile()
    assert (len(report.finished), report.pointer_moved) == (1, True)
    assert store.resolve("main").id == commit
    assert store.begin(root, release_id("one")).resumed is False


def test_reconcile_reaps_what_can_no_longer_be_published(store: VersionStore) -> None:
    """Committed or not, a run on an old parent is hopeless."""
    root = store.resolve("latest").id
    commit_files(store, {"a": b"1"}, "committed", root)
    put_all(store, store.begin(root, release_id("half")), {"b": b"2"})
    release(store, {"c": b"3"})
    assert len(store.reconcile().reaped) == 2
    assert store.begin(root, release_id("half")).resumed is False


def test_reconcile_keeps_what_can_be_resumed(store: VersionStore) -> None:
    """A run on the newest release stays, and its commit is named when it has one."""
    release(store, {"c": b"3"})
    parent = store.resolve("latest").id
    commit = commit_files(store, {"a": b"1"}, "committed", parent)
    put_all(store, store.begin(parent, release_id("half")), {"b": b"2"})
    report = store.reconcile()
    assert (report.finished, report.reaped) == ((), ())
    assert {(txn.branch, txn.parent, txn.commit) for txn in report.resumable} == {
        (store.begin(parent, release_id("committed")).branch, parent, commit),
        (store.begin(parent, release_id("half")).branch, parent, None),
    }
