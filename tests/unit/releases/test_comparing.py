"""How two releases differ, whatever lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import IntegrityError
from prefstrata.releases.comparing import compare_releases
from prefstrata.stores.local import LocalStore
from tests._releases import Content, pair, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN, MORE, WEAK = "main/pairs/bucket=00.parquet", "main/pairs/bucket=01.parquet", "weak/pairs/bucket=00.parquet"
THUMBS = "weak/unpaired/bucket=00.parquet"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """An empty store."""
    with LocalStore(tmp_path / "store") as made:
        yield made


def thumb(response_id: str, *, label: bool) -> dict[str, object]:
    """A record of ``release.unpaired``, as far as comparing looks at it."""
    return {"response_id": response_id, "label": label, "trust": 0.5, "rule": "r", "reason": "so"}


def test_every_kind_of_change_is_counted(store: LocalStore) -> None:
    """Added, removed, demoted to another layer, and relabelled, per kind of record and layer."""
    before = {
        MAIN: [pair("stays"), pair("turns"), pair("leaves"), pair("falls")],
        THUMBS: [thumb("t1", label=True), thumb("t2", label=True)],
    }
    after = {
        MAIN: [pair("stays"), pair("turns", "r2"), pair("new")],
        WEAK: [pair("falls")],
        THUMBS: [thumb("t1", label=False), thumb("t2", label=True)],
    }
    publish(store, Content(before))
    publish(store, Content(after))
    found = compare_releases(store, "v1", "v2")
    assert [tuple(row.values()) for row in found.records] == [
        ("pairs", "added", None, "main", 1),
        ("pairs", "demoted", "main", "weak", 1),
        ("pairs", "relabelled", "main", "main", 1),
        ("pairs", "removed", "main", None, 1),
        ("unpaired", "relabelled", "weak", "weak", 1),
    ]
    assert (found.files.added, found.files.removed) == ((WEAK,), ())
    assert {tuple(row.values()) for row in found.composition} == {
        ("main", "pairs", "rule", "r", 4, 3),
        ("weak", "pairs", "rule", "r", 0, 1),
    }


def test_both_directions_mirror_each_other(store: LocalStore) -> None:
    """Any release can be compared with any other: what one way adds, the other removes; itself differs in nothing."""
    publish(store, Content({MAIN: [pair("a")], MORE: [pair("z")]}))
    publish(store, Content({MAIN: [pair("a"), pair("b")], MORE: [pair("z")]}))
    publish(store, Content({MAIN: [pair("a"), pair("b"), pair("c")], MORE: [pair("z")]}))
    (there,), (back,) = compare_releases(store, "v1", "v3").records, compare_releases(store, "v3", "v1").records
    assert (there["change"], there["records"]) == ("added", 2)
    assert (back["change"], back["records"]) == ("removed", 2)
    same = compare_releases(store, "v2", "v2")
    assert (same.records, bool(same.files), same.composition) == ((), False, ())


def test_what_stands_beside_the_records_is_compared(store: LocalStore) -> None:
    """Policies by name, factors by stratum, code and calibration: only what differs is named."""
    records = {MAIN: [pair("a")]}
    same = {"scenario": "*", "stratum": "crowd/offline", "factor": 2.0}
    publish(store, Content(records, strata=(same,), policies={"general@1": "a" * 64, "old@1": "b" * 64}))
    strata = (same, {"scenario": "*", "stratum": "user/online", "factor": 0.5})
    later = Content(
        records,
        strata,
        policies={"general@2": "c" * 64, "new@1": "d" * 64},
        calibration="fitted-2",
        code={"prefstrata": "2", "sql_sha256": "s", "duckdb": "2"},
    )
    publish(store, later)
    found = compare_releases(store, "v1", "v2")
    assert found.records == ()
    assert [tuple(row.values()) for row in found.policies] == [
        ("general", "general@1", "general@2"),
        ("new", None, "new@1"),
        ("old", "old@1", None),
    ]
    assert [tuple(row.values()) for row in found.strata] == [("*", "user/online", None, 0.5)]
    assert [tuple(row.values()) for row in found.code] == [("prefstrata", "1", "2")]
    assert found.calibration == ("fitted-1", "fitted-2")


def test_damage_is_not_compared(store: LocalStore, tmp_path: Path) -> None:
    """A flipped byte in a file the releases do not share ends the comparison."""
    publish(store, Content({MAIN: [pair("a")]}))
    publish(store, Content({MAIN: [pair("b")]}))
    (info,) = store.list(store.resolve("v2").id, MAIN)
    (path,) = (found for found in (tmp_path / "store").rglob(f"*{info.sha256[8:]}*") if found.is_file())
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(IntegrityError):
        compare_releases(store, "v1", "v2")
