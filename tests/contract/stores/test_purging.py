"""What a purge of releases takes, and what it leaves because later releases need the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prefstrata.model import IntegrityError
from prefstrata.releases.purging import purge_releases
from tests._stores import put_all, read_back, release, release_id, sha

if TYPE_CHECKING:
    from prefstrata.stores import VersionStore


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
