"""What a release adds and takes away: read from the files the two do not share, and from no other."""

from __future__ import annotations

import hashlib
import io
from contextlib import closing
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import IntegrityError
from prefstrata.model.tables import table
from prefstrata.releases._changes import Changes, changes_between, changes_in_store
from prefstrata.stores.local import LocalStore
from tests._stores import release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


_READ = (
    "evidence.withdrawn",
    "evidence.erased",
    "ledger.votes",
    "ledger.ratings",
    "ledger.steps",
    "ledger.events",
    "noise.settlements",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """An empty store."""
    with LocalStore(tmp_path / "store") as made:
        yield made


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """A place to count."""
    with closing(DuckDBEngine(":memory:")) as made:
        for name in _READ:
            made.ensure(table(name))
        yield made


def pairs(layer: str, **chosen: str) -> bytes:
    """A file of pairs: which response each one chose."""
    rows = [{"pair_id": pair, "chosen_id": side, "layer": layer} for pair, side in chosen.items()]
    return _parquet(rows)


def thumbs(layer: str, **label: bool | None) -> bytes:
    """A file of responses with a thumb."""
    rows = [{"response_id": name, "label": thumb, "layer": layer} for name, thumb in label.items()]
    return _parquet(rows, label=pl.Boolean)


def ratings(layer: str, *records: str) -> bytes:
    """A file of ratings, which have no label."""
    return _parquet([{"record_id": name, "layer": layer} for name in records])


def _parquet(rows: list[dict[str, object]], **types: type[pl.DataType]) -> bytes:
    target = io.BytesIO()
    placed = [{"trust": 0.5, "rule": "r", "reason": "so", **row} for row in rows]
    pl.DataFrame(placed, schema_overrides=types).write_parquet(target)
    return target.getvalue()


def changes_of(engine: DuckDBEngine, store: LocalStore, folder: Path, contents: Mapping[str, bytes]) -> Changes:
    """What changes from the newest release to these files, on disk."""
    local = {}
    for number, (path, content) in enumerate(contents.items()):
        local[path] = folder / f"{number}.parquet"
        local[path].write_bytes(content)
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
    return changes_between(engine, store, store.resolve("latest"), local, hashes)


def between(
    engine: DuckDBEngine, store: LocalStore, folder: Path, contents: Mapping[str, bytes]
) -> set[tuple[object, ...]]:
    """Which records change from the newest release to these files."""
    rows = changes_of(engine, store, folder, contents).records
    assert list(rows[0] if rows else ()) in ([], ["kind", "change", "from_layer", "to_layer", "records"])
    return {tuple(row.values()) for row in rows}


def test_against_the_root_everything_is_added(engine: DuckDBEngine, store: LocalStore, tmp_path: Path) -> None:
    """The first release adds all its records."""
    files = {"main/pairs/bucket=00.parquet": pairs("main", p1="a", p2="b"), "CARD.md": b"no records here"}
    assert between(engine, store, tmp_path, files) == {("pairs", "added", None, "main", 2)}


def test_every_kind_of_change_in_every_kind_of_record(engine: DuckDBEngine, store: LocalStore, tmp_path: Path) -> None:
    """Added, removed, promoted, demoted, relabelled, by layer; a thumb that became no opinion is relabelled too."""
    before = {
        "main/pairs/bucket=00.parquet": pairs("main", stays="a", turns="a", leaves="a", falls="a"),
        "weak/unpaired/bucket=00.parquet": thumbs("weak", up=True, fades=True, same=None),
        "weak/ratings/bucket=00.parquet": ratings("weak", "r1", "r2"),
    }
    after = {
        "main/pairs/bucket=00.parquet": pairs("main", stays="a", turns="b", new="a"),
        "weak/pairs/bucket=00.parquet": pairs("weak", falls="a"),
        "weak/unpaired/bucket=00.parquet": thumbs("weak", up=False, fades=None, same=None),
        "expert/ratings/bucket=00.parquet": ratings("expert", "r1", "r2"),
    }
    release(store, before)
    expected = {
        ("pairs", "added", None, "main", 1),
        ("pairs", "demoted", "main", "weak", 1),
        ("pairs", "relabelled", "main", "main", 1),
        ("pairs", "removed", "main", None, 1),
        ("unpaired", "relabelled", "weak", "weak", 2),
        ("ratings", "promoted", "weak", "expert", 2),
    }
    assert between(engine, store, tmp_path, after) == expected
    release(store, after)
    found = changes_in_store(engine, store, store.resolve("v1"), store.resolve("v2"))
    assert {tuple(row.values()) for row in found} == expected


def test_another_number_of_files_changes_no_record(engine: DuckDBEngine, store: LocalStore, tmp_path: Path) -> None:
    """When a layer grows out of one file into two, only the record it grew by is new; and back again it is removed."""
    one = {"main/pairs/bucket=00.parquet": pairs("main", p0="a", p1="a", p2="b", p3="b")}
    two = {
        "main/pairs/bucket=00.parquet": pairs("main", p0="a", p2="b"),
        "main/pairs/bucket=01.parquet": pairs("main", p1="a", p3="b", p4="a"),
    }
    release(store, one)
    assert between(engine, store, tmp_path, two) == {("pairs", "added", None, "main", 1)}
    release(store, two)
    assert between(engine, store, tmp_path, one) == {("pairs", "removed", "main", None, 1)}


def test_a_record_in_a_file_that_is_shared_is_not_new(engine: DuckDBEngine, store: LocalStore, tmp_path: Path) -> None:
    """What both have under the same path with the same bytes counts for nothing, whatever changes beside it."""
    shared = {"main/pairs/bucket=00.parquet": pairs("main", p0="a", p2="b")}
    release(store, {**shared, "main/pairs/bucket=01.parquet": pairs("main", p1="a")})
    later = {**shared, "main/pairs/bucket=01.parquet": pairs("main", p1="b")}
    assert between(engine, store, tmp_path, later) == {("pairs", "relabelled", "main", "main", 1)}


def test_files_that_both_have_are_never_read(engine: DuckDBEngine, store: LocalStore, tmp_path: Path) -> None:
    """Bytes that are no Parquet at all do not matter where nothing changed."""
    broken = {"weak/pairs/bucket=00.parquet": b"this is no Parquet"}
    release(store, {**broken, "main/pairs/bucket=00.parquet": pairs("main", p="a")})
    later = {**broken, "main/pairs/bucket=00.parquet": pairs("main", p="a", q="a")}
    assert between(engine, store, tmp_path, later) == {("pairs", "added", None, "main", 1)}


def test_equal_releases_differ_in_nothing(engine: DuckDBEngine, store: LocalStore, tmp_path: Path) -> None:
    """Counting again after something was counted starts from nothing."""
    files = {"main/pairs/bucket=00.parquet": pairs("main", p="a")}
    assert between(engine, store, tmp_path, files) != set()
    release(store, files)
    assert between(engine, store, tmp_path, files) == set()


def test_stored_bytes_are_verified_before_they_are_counted(
    engine: DuckDBEngine, store: LocalStore, tmp_path: Path
) -> None:
    """A damaged file of the parent ends the count with an integrity error."""
    content = pairs("main", p="a")
    release(store, {"main/pairs/bucket=00.parquet": content})
    [path] = [path for path in (tmp_path / "store").rglob("*") if path.is_file() and path.read_bytes() == content]
    path.chmod(0o644)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(IntegrityError):
        between(engine, store, tmp_path, {"main/pairs/bucket=00.parquet": pairs("main", q="a")})


def settled(**dimensions: list[str]) -> bytes:
    """A file of pairs: the dimensions that people settled of each."""
    rows = [{"pair_id": pair, "chosen_id": "a", "layer": "main", "settled": each} for pair, each in dimensions.items()]
    return _parquet(rows, settled=pl.List(pl.String))


def test_pairs_settled_since_the_release_before_are_named(
    engine: DuckDBEngine, store: LocalStore, tmp_path: Path
) -> None:
    """A hundred are named and all are counted; a release of a version that knew no settlements had none.

    What comes in bulk with its answers, and nobody said otherwise of, is counted and not named.
    """
    known = pl.DataFrame(
        [("old", "tone", True), *((f"p{number:03}", "overall", number < 120) for number in range(500))],
        schema=["pair_id", "dimension", "disputed"],
        orient="row",
    )
    engine.load("noise.settlements", known.with_columns(votes=1, settled=True, choice=pl.lit("a"), has_rationale=False))
    path = "main/pairs/bucket=00.parquet"
    release(store, {path: pairs("main", old="a", new="a")})
    first = settled(old=["tone"], new=[])
    arbitrated = changes_of(engine, store, tmp_path, {path: first}).arbitrated
    assert arbitrated == {"count": 1, "pairs": ["old"], "undisputed": 0}
    release(store, {path: first})
    many = settled(old=["tone"], **{f"p{number:03}": ["overall"] for number in range(500)})
    arbitrated = changes_of(engine, store, tmp_path, {path: many}).arbitrated
    assert arbitrated == {"count": 120, "pairs": [f"p{number:03}" for number in range(100)], "undisputed": 380}
