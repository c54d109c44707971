"""The lock file: a training repository says which version each ref stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import prefstrata
from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores.local import LocalStore
from prefstrata.trainers import locked, write_lock
from tests._releases import Content, publish
from tests.unit.trainers._layers import STRATA, whole_pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIRS = "main/pairs/bucket=00.parquet"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """A store with one release."""
    with LocalStore(tmp_path / "store") as made:
        publish(made, Content({PAIRS: [whole_pair("a")]}, STRATA))
        yield made


def test_a_locked_ref_stays_where_it_was(store: LocalStore, tmp_path: Path) -> None:
    """A release published later changes nothing for who honours the lock."""
    where = {
        "store": tmp_path / "store",
        "lock_file": tmp_path / "prefstrata.lock",
        "trainer": "trl-dpo",
    }
    first = prefstrata.checkout("main", out=tmp_path / "one", lock=True, **where)
    publish(store, Content({PAIRS: [whole_pair("b")]}, STRATA))
    again = prefstrata.checkout("main", out=tmp_path / "two", use_lock=True, **where)
    newest = prefstrata.checkout("main", out=tmp_path / "three", **where)
    assert (again.commit, again.files) == (first.commit, first.files)
    assert newest.commit != first.commit


@pytest.mark.parametrize("name", ["nowhere/lock", "broken"])
@pytest.mark.usefixtures("store")
def test_a_lock_file_that_cannot_be_written_is_said_before_rows_are(tmp_path: Path, name: str) -> None:
    """Nobody finds a whole folder beside an error."""
    (tmp_path / "broken").write_text("{", "utf-8")
    asked = {"store": tmp_path / "store", "trainer": "trl-dpo", "out": tmp_path / "out"}
    with pytest.raises(ConfigError, match="lock file"):
        prefstrata.checkout("main", lock=True, lock_file=tmp_path / name, **asked)
    with pytest.raises(ConfigError, match="leave one"):
        prefstrata.checkout("main", lock=True, use_lock=True, **asked)
    assert not (tmp_path / "out").exists()


def test_entries_of_other_refs_stay(store: LocalStore, tmp_path: Path) -> None:
    """Locking one ref leaves the others alone, and the file is the same whichever came first."""
    commit = store.resolve("v1")
    for name, refs in (("one", ["v1", "latest"]), ("two", ["latest", "v1"])):
        for ref in refs:
            write_lock(tmp_path / name, ref, commit)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(json.loads((tmp_path / "one").read_bytes())["releases"]) == ["latest", "v1"]


def test_another_manifest_is_not_the_locked_version(store: LocalStore, tmp_path: Path) -> None:
    """A store that answers with something else is not trusted."""
    file = tmp_path / "lock"
    write_lock(file, "v1", store.resolve("v1"))
    document = json.loads(file.read_bytes())
    document["releases"]["v1"]["manifest_sha256"] = "0" * 64
    file.write_text(json.dumps(document))
    with pytest.raises(IntegrityError, match="not the locked one"):
        locked(file, "v1", store)


@pytest.mark.parametrize(
    "content", [None, "no json", "[]", '{"format": "other", "releases": {}}', '{"format": "prefstrata-lock/1"}']
)
def test_what_is_no_lock_file_is_said(content: str | None, store: LocalStore, tmp_path: Path) -> None:
    """A missing, broken or foreign file says what to do."""
    file = tmp_path / "lock"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError) as caught:
        locked(file, "v1", store)
    assert caught.value.todo


def test_a_ref_that_is_not_locked_is_said(store: LocalStore, tmp_path: Path) -> None:
    """Nothing is resolved behind the lock's back."""
    write_lock(tmp_path / "lock", "v1", store.resolve("v1"))
    with pytest.raises(ConfigError, match="does not name latest"):
        locked(tmp_path / "lock", "latest", store)


@pytest.mark.usefixtures("store")
def test_rows_come_as_frames_and_as_an_arrow_stream(tmp_path: Path) -> None:
    """``load`` needs no folder of the caller's, and leaves none behind."""
    import polars as pl  # noqa: PLC0415 - only this test reads them

    rows = prefstrata.load("main", trainer="nemo-rl-binary", store=tmp_path / "store")
    [frame] = list(rows.frames())
    assert frame["chosen"].to_list() == ["good a"]
    assert pl.DataFrame(rows).equals(frame)
    assert rows.report is not None
    assert rows.report.rows == 1
    folder = rows._files[0].parents[2]  # noqa: SLF001 - where it keeps them
    assert folder.exists()
    del rows
    assert not folder.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"split": "test"}, "no split"),
        ({"luck": 1}, "unexpected keyword"),
        ({"files": "jsonl"}, "Parquet"),
        ({"trainer": "jsonl"}, "no trainer's format"),
    ],
)
@pytest.mark.usefixtures("store")
def test_load_says_what_it_does_not_have(more: dict[str, object], said: str, tmp_path: Path) -> None:
    """As the command does."""
    asked = {"trainer": "trl-dpo", "store": tmp_path / "store", **more}
    with pytest.raises(ConfigError, match=said):
        prefstrata.load("main", **asked)
