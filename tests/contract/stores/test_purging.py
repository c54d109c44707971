"""What a purge of releases takes, and what it leaves because later releases need the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.model import IntegrityError
from prefstrata.releases import verify_release
from prefstrata.releases.purging import purge_releases
from tests._stores import put_all, read_back, release, release_id, sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.stores import PurgeReport, VersionStore


def _table(*rows: str) -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"record_id": list(rows)}, schema={"record_id": pl.String}).write_parquet(file)
    return file.getvalue()


def test_what_holds_nobodys_data_can_be_released_again(store: VersionStore) -> None:
    """Policies, weights and tables without rows stay; a table with a row is destroyed, and its return is refused."""
    neutral = {
        "policies/general.yaml": b"scenario: general",
        "weights.json": b"{}",
        "changes/records.parquet": _table(),
    }
    someone = _table("ann")
    release(store, {**neutral, "main/pairs/bucket=00.parquet": someone})
    old = store.resolve("latest").id
    release(store, {"policies/general.yaml": b"scenario: other", "report/report.json": b"{}"})
    [tag] = [each.name for each in store.tags() if each.commit == old]
    done = purge_releases(store, [tag], "request 17")
    assert (sha(someone) in done.report.recorded, len(done.report.recorded), done.kept) == (True, 2, 3)
    assert {path: read_back(store, old, path) for path in neutral} == neutral

    txn = store.begin(store.resolve("latest").id, release_id("again"))
    put_all(store, txn, neutral)
    with pytest.raises(IntegrityError, match="purged: request 17") as refused:
        put_all(store, txn, {"main/pairs/bucket=00.parquet": someone})
    assert "run again" in refused.value.todo


def test_a_release_can_be_purged_twice(store: VersionStore) -> None:
    """What the first purge destroyed cannot be looked into, and is purged still."""
    someone = _table("ann")
    release(store, {"main/pairs/bucket=00.parquet": someone})
    old = store.resolve("latest").id
    release(store, {"report/report.json": b"{}"})
    [tag] = [each.name for each in store.tags() if each.commit == old]
    for reason in ("first", "second"):
        purge_releases(store, [tag], reason)
    with pytest.raises(IntegrityError, match="purged: first"):
        read_back(store, old, "main/pairs/bucket=00.parquet")


def test_nobody_is_told_to_bring_back_what_was_purged(store: VersionStore) -> None:
    """Verifying a purged release fails, names each file once, and does not ask for a copy."""
    release(store, {"main/pairs/bucket=00.parquet": _table("ann"), "report/report.json": b"{}"})
    old = store.resolve("latest")
    [tag] = [each.name for each in store.tags() if each.commit == old.id]
    release(store, {"report/report.json": b"[]"})
    purge_releases(store, [tag], "request 17")
    with pytest.raises(IntegrityError, match="purged: request 17") as refused:
        verify_release(store, tag)
    assert (refused.value.what.count("manifest.json"), "copy" in refused.value.todo) == (1, False)


class _Overtaken:
    """A store in which somebody publishes a release between a purge's look at the releases and its end."""

    def __init__(self, store: VersionStore, files: dict[str, bytes]) -> None:
        self._store, self._files = store, files

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._store, name)

    def purge(self, sha256s: Sequence[str], reason: str) -> PurgeReport:
        """Destroy, after the other release."""
        release(self._store, self._files)
        return self._store.purge(sha256s, reason)


def test_a_release_published_during_a_purge_is_named_when_it_loses_bytes(store: VersionStore) -> None:
    """Nobody trains on it for want of being told; one that shares nothing with the purged ones is no matter."""
    someone = {"main/pairs/bucket=00.parquet": _table("ann")}
    release(store, someone)
    old = store.resolve("latest").id
    release(store, {"report/report.json": b"{}"})
    [tag] = [each.name for each in store.tags() if each.commit == old]
    harmless: Any = _Overtaken(store, {"report/report.json": b"[]"})
    purge_releases(harmless, [tag], "first")

    bob = {"main/pairs/bucket=00.parquet": _table("bob")}
    tag = release(store, bob).tag
    release(store, {"report/report.json": b"1"})
    harmed: Any = _Overtaken(store, {**bob, "report/report.json": b"2"})
    with pytest.raises(IntegrityError, match=r"v\d+, published meanwhile, held some of what was destroyed"):
        purge_releases(harmed, [tag], "second")
    with pytest.raises(IntegrityError, match="purged: second"):
        read_back(store, store.resolve("latest").id, "main/pairs/bucket=00.parquet")
