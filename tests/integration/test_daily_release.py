"""What a daily release uploads: the files of its own days, on a store on disk and on a real lakeFS server."""

from __future__ import annotations

import dataclasses
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from prefstrata.releases import Outcome, publish_rebasing, read_manifest
from prefstrata.releases.drafting import Drafter
from tests.sql._cases import frame
from tests.unit.releases._warehouse import fill, warehouse
from tests.unit.releases.test_drafting import IDENTITY

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores import VersionStore

_DAYS, _PER_DAY = 100, 240
_MOST = 0.05


def _release(store: VersionStore, folder: Path, records: int, *, per_day: int | None) -> Outcome:
    with closing(warehouse()) as engine:
        fill(engine, {"main": records}, per_day=per_day, characters=800)
        counts = {"read": records, "accepted": records, "quarantined": 0, "rows": records, "bytes": 1}
        batch = {"batch_id": f"b{records}", "source": "crowd", "mode": "offline", "supervisor": "crowd", "uri": "x"}
        engine.load("ledger.batches", frame("ledger.batches", [{**batch, **counts}]))
        drafter = Drafter(engine, store, dataclasses.replace(IDENTITY, ledger=str(records)), folder)
        return publish_rebasing(store, lambda parent: drafter.draft(parent, date=1, metadata={}))


def _daily(store: VersionStore, folder: Path, *, per_day: int | None) -> tuple[float, set[str]]:
    """The share of a release's bytes that adding a day uploads, and the layer files among them."""
    first = _release(store, folder / "1", _DAYS * _PER_DAY, per_day=per_day)
    second = _release(store, folder / "2", (_DAYS + 1) * _PER_DAY, per_day=per_day)
    assert first.commit
    assert second.commit
    had = {file.sha256 for file in store.list(first.commit.id)}
    files = list(store.list(second.commit.id))
    rows = sum(
        file["rows"] for file in json.loads(read_manifest(store, second.commit))["files"] if "main/" in file["path"]
    )
    assert rows == (_DAYS + 1) * _PER_DAY
    new = [file for file in files if file.sha256 not in had]
    uploaded = sum(file.size for file in new)
    # What the store says it took in is what is new in it, to the byte; of the manifest it does not speak.
    assert uploaded == second.uploaded_bytes + len(read_manifest(store, second.commit))
    share = uploaded / sum(file.size for file in files)
    sys.stdout.write(f"{uploaded:,} bytes uploaded, {share:.2%} of the release\n")
    return share, {file.path for file in new if file.path.startswith("main/")}


def test_a_day_of_one_in_a_hundred_uploads_a_twentieth_at_most(store: VersionStore, tmp_path: Path) -> None:
    """1 % more records, of a new day: at most 5 % of the bytes, manifest, report and list of changes included."""
    share, layers = _daily(store, tmp_path, per_day=_PER_DAY)
    assert share <= _MOST
    assert layers == {"main/ratings/bucket=2026-04-11_2026-04-12.000.parquet"}


def test_without_dates_every_file_changes(store: VersionStore, tmp_path: Path) -> None:
    """Nothing says which records are new, so the same addition goes into every file."""
    share, layers = _daily(store, tmp_path, per_day=None)
    assert share > 0.9
    assert layers == {"main/ratings/bucket=undated.000.parquet", "main/ratings/bucket=undated.001.parquet"}
