"""The embedded store's own promises: garbage, damage anywhere in its folder, many processes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from prefstrata.model import ConfigError, IntegrityError, UnreachableError
from prefstrata.releases import checkout_files, reconcile_releases, verify_releases
from prefstrata.stores import ProblemKind, open_store
from prefstrata.stores.local.errors import mapped
from prefstrata.stores.local.lock import StoreLock
from prefstrata.stores.local.objects import FILES, Objects
from prefstrata.stores.local.refs import Refs
from tests._mounts import mounted
from tests._stores import commit_files, put_all, release, release_id, sha

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from prefstrata.stores import VersionStore

ONE = {"main/a": b"1" * 50, "main/b": b"2" * 50}


def damaged(root: Path, tmp_path: Path) -> bool:
    """Say whether verify and checkout both refuse a store with exit code 5, and check that no folder is left."""
    codes = []
    for number, work in enumerate((verify_releases, lambda store: checkout_files(store, "v1", tmp_path / "out"))):
        try:
            with open_store(root) as store:
                work(store)
            codes.append(0)
        except IntegrityError as error:
            codes.append(error.exit_code)
            assert number == 0 or not (tmp_path / "out").exists()
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert codes in ([0, 0], [5, 5]), f"verify and checkout do not agree: {codes}"
    return codes == [5, 5]


def test_a_flipped_byte_in_any_object_is_found(tmp_path: Path) -> None:
    """Files, trees and commits."""
    with open_store(tmp_path / "store") as store:
        release(store, ONE)
    objects = [path for kind in ("files", "trees", "commits") for path in (tmp_path / "store" / kind).rglob("*")]
    missed = []
    for path in filter(os.path.isfile, objects):
        data = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 4]))
        missed.append(not damaged(tmp_path / "store", tmp_path))
        path.write_bytes(data)
    assert len(missed) == 5  # two files, a manifest, a tree, a commit
    assert not any(missed)


def test_a_flipped_byte_in_the_refs_is_found_or_changes_nothing(tmp_path: Path) -> None:
    """A tag never names another version by accident: SQLite or the row's seal notices, or the byte meant nothing."""
    with open_store(tmp_path / "store") as store:
        release(store, ONE)
        release(store, {"main/a": b"other"})
        history = list(store.log())
    refs = tmp_path / "store" / "refs.sqlite"
    data = refs.read_bytes()
    used = [at for at, byte in enumerate(data) if byte]
    found = 0
    for at in used:
        refs.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        try:
            with open_store(tmp_path / "store") as store:
                assert list(store.log()) == history
                assert store.resolve("v1") == history[1][1]
        except IntegrityError:
            found += 1
        for left in tmp_path.glob("store/refs.sqlite-*"):
            left.unlink()
    assert found > 75
    refs.write_bytes(data)
    assert not damaged(tmp_path / "store", tmp_path)


def test_garbage_goes_and_nothing_else(tmp_path: Path) -> None:
    """Objects of an abandoned run and files of dead writers are deleted, and are counted."""
    with open_store(tmp_path / "store") as store:
        release(store, ONE)
        txn = store.begin(store.resolve("latest").id, release_id("abandoned"))
        put_all(store, txn, {"x": b"garbage!", "y": ONE["main/a"]})
        (tmp_path / "store" / "tmp" / "1-dead").write_bytes(b"half")
        assert store.gc().objects == 0
        store.abandon(txn)
        (tmp_path / "store" / "tmp" / "1-dead").write_bytes(b"half")
        report = store.gc()
        assert (report.objects, report.temporary, report.bytes) == (1, 1, len(b"garbage!half"))
        verify_releases(store)


def test_garbage_collection_refuses_a_damaged_store(tmp_path: Path) -> None:
    """What a damaged commit reaches is not known, so nothing is deleted."""
    with open_store(tmp_path / "store") as store:
        commit = commit_files(store, ONE, "one")
        path = tmp_path / "store" / "commits" / commit[:2] / commit[2:]
        path.chmod(0o644)
        path.write_bytes(path.read_bytes() + b" ")
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(IntegrityError):
            store.gc()
        assert sorted(tmp_path.rglob("*")) == before


def test_garbage_collection_waits_for_writers(tmp_path: Path) -> None:
    """A file that is being put is not collected before its run names it."""
    with open_store(tmp_path / "store") as writer, open_store(tmp_path / "store") as collector:
        txn = writer.begin(writer.resolve("latest").id, release_id("one"))
        done = threading.Event()

        def collect() -> None:
            while not done.is_set():
                collector.gc()

        thread = threading.Thread(target=collect)
        thread.start()
        for number in range(50):
            put_all(writer, txn, {f"f{number}": str(number).encode()})
        done.set()
        thread.join()
        commit = writer.commit(txn, "0" * 64, {}, 1)
        assert writer.verify([commit])


def test_objects_are_read_only(tmp_path: Path) -> None:
    """An editor that opens a stored file by mistake cannot save it."""
    with open_store(tmp_path / "store") as store:
        release(store, ONE)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "store" / "files").rglob("*") if path.is_file()}
    assert modes == {0o444}


def test_a_full_disk_is_said_so(tmp_path: Path) -> None:
    """It is the server that is full, so to speak: exit code 4, and what to do."""
    with pytest.raises(UnreachableError, match="the disk is full"), mapped(tmp_path):
        raise OSError(28, "No space left on device")


def test_a_file_in_the_way_is_the_users_mistake(tmp_path: Path) -> None:
    """A store cannot be made where a file is."""
    (tmp_path / "store").write_text("mine")
    with pytest.raises(ConfigError, match="store"):
        open_store(tmp_path / "store")


@pytest.mark.parametrize("kind", ["commits", "trees", "files"])
def test_a_lost_object_is_damage_and_not_a_mistake(tmp_path: Path, kind: str) -> None:
    """Whatever a tag needs must be there: exit code 5, never 2."""
    with open_store(tmp_path / "store") as store:
        release(store, ONE)
    for path in sorted((tmp_path / "store" / kind).rglob("*")):
        if path.is_file():
            away = path.rename(tmp_path / "away")
            assert damaged(tmp_path / "store", tmp_path)
            away.rename(path)
    assert not damaged(tmp_path / "store", tmp_path)


def test_lost_refs_are_not_an_empty_store(tmp_path: Path) -> None:
    """A store whose versions nobody names any more is damaged, not new."""
    with open_store(tmp_path / "store") as store:
        release(store, ONE)
    (tmp_path / "store" / "refs.sqlite").unlink()
    with pytest.raises(IntegrityError, match="refs are gone"):
        open_store(tmp_path / "store")


def test_what_a_killed_purge_left_is_as_good_as_gone(tmp_path: Path) -> None:
    """Hashes are recorded first and bytes destroyed then: between the two nobody reads them, and verify knows."""
    with open_store(tmp_path / "store") as store:
        commit = release(store, ONE).commit
        assert commit
        [kept] = [file for file in store.list(commit.id) if file.path == "main/a"]
        with patch.object(Objects, "delete", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
            store.purge([kept.sha256], "consent withdrawn")
        with pytest.raises(IntegrityError, match="purged: consent withdrawn"):
            store.open(commit.id, "main/a")
        [problem] = store.verify([commit.id]).problems
        assert (problem.kind, "the bytes are there still" in problem.detail) == (ProblemKind.PURGED, True)


@pytest.mark.parametrize("tidied", [lambda store: reconcile_releases(store, audit=str), lambda store: store.gc()])
def test_what_a_killed_purge_left_is_destroyed_by_the_next_run_and_by_a_collection(
    tmp_path: Path, tidied: Callable[[VersionStore], object]
) -> None:
    """Nobody has to name the releases again, and the bytes of what stays are kept."""
    with open_store(tmp_path / "store") as store:
        commit = release(store, ONE).commit
        assert commit
        with patch.object(Objects, "delete", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
            store.purge([sha(ONE["main/a"])], "consent withdrawn")
        stored = Objects(tmp_path / "store")
        assert stored.size(FILES, sha(ONE["main/a"])) is not None
        tidied(store)
        assert stored.size(FILES, sha(ONE["main/a"])) is None
        assert [(each.path, each.detail) for each in store.verify([commit.id]).problems] == [
            ("main/a", "purged: consent withdrawn")
        ]
        assert not store.reconcile().purge_cut_off


def test_a_purge_that_comes_while_bytes_are_put_is_seen(tmp_path: Path) -> None:
    """Two processes: one has begun to put what the other destroys. It may not bring the bytes back."""
    with open_store(tmp_path / "store") as store, open_store(tmp_path / "store") as other:
        release(store, ONE)
        release(store, {"main/b": b"3"})
        txn = store.begin(store.resolve("latest").id, release_id("again"))
        writing = StoreLock.writing

        def purged_before(lock: StoreLock) -> AbstractContextManager[None]:
            with patch.object(StoreLock, "writing", writing):
                other.purge([sha(ONE["main/a"])], "consent withdrawn")
            return writing(lock)

        with (
            patch.object(StoreLock, "writing", purged_before),
            pytest.raises(IntegrityError, match="purged: consent withdrawn"),
        ):
            put_all(store, txn, {"main/a": ONE["main/a"]})


READ = """
import sys
from pathlib import Path
from prefstrata.model import ConfigError
from prefstrata.releases import checkout_files, verify_releases
from prefstrata.stores import open_store

root, out = map(Path, sys.argv[1:])
with open_store(root) as store:
    print(*[tag.name for tag, _ in store.log()], store.resolve("latest").id)
    print(verify_releases(store).files, checkout_files(store, "v1", out).commit.id == store.resolve("v1").id)
    writers = (
        lambda: store.begin(store.resolve("latest").id, "0" * 64),
        lambda: store.purge(["0" * 64], "asked for"),
        store.gc,
        store.reconcile,
        store.set_main,
    )
    for write in writers:
        try:
            write()
        except ConfigError as error:
            print(error.exit_code, error.what)
"""
READABLE = "mount --bind '{0}' '{0}'; mount -o remount,bind,ro '{0}'"


def _said_of(root: Path, out: Path) -> list[str]:
    done = mounted(READABLE.format(root), sys.executable, "-c", READ, str(root), str(out))
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


def test_a_store_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    """A trainer has the releases mounted read-only: reading asks for no file and no lock, and writers are refused."""
    root = tmp_path / "a store"
    with open_store(root) as store:
        release(store, ONE)
        release(store, {"main/b": b"3"})
        newest = store.resolve("latest").id
    before = sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*"))
    assert not (root / "refs.sqlite-wal").exists()
    said = _said_of(root, tmp_path / "out")
    assert said[:2] == [f"v000002 v000001 {newest}", "5 True"]
    assert said[2:] == ["2 the store can be read here, but not written"] * 5
    assert sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*")) == before
    assert (tmp_path / "out" / "main" / "a").read_bytes() == ONE["main/a"]


def test_a_store_that_cannot_be_written_shows_what_a_living_writer_published(tmp_path: Path) -> None:
    """Its last releases are in SQLite's log yet, not in the file."""
    root = tmp_path / "store"
    with open_store(root) as store:
        release(store, ONE)
        assert (root / "refs.sqlite-wal").stat().st_size
        assert _said_of(root, tmp_path / "one")[0] == f"v000001 {store.resolve('latest').id}"
        release(store, {"main/b": b"3"})
        assert _said_of(root, tmp_path / "two")[0] == f"v000002 v000001 {store.resolve('latest').id}"


def test_a_log_that_cannot_be_read_is_told_as_what_it_is(tmp_path: Path) -> None:
    """A snapshot taken while somebody wrote has a log and no index of it, which only a writer can make."""
    root, taken = tmp_path / "store", tmp_path / "taken"
    with open_store(root) as store:
        release(store, ONE)
        shutil.copytree(root, taken, ignore=shutil.ignore_patterns("*-shm"))
        newest = store.resolve("latest").id
    assert (taken / "refs.sqlite-wal").stat().st_size
    done = mounted(READABLE.format(taken), sys.executable, "-c", READ, str(taken), str(tmp_path / "out"))
    assert done.returncode
    assert "ConfigError" in done.stderr
    assert "the log of a writer lies beside the refs" in done.stderr
    assert "refs.sqlite" in done.stderr
    with open_store(taken) as store:
        assert store.resolve("latest").id == newest
    assert _said_of(taken, tmp_path / "out")[0] == f"v000001 {newest}"


def test_refs_that_change_while_they_are_copied_are_copied_again(tmp_path: Path) -> None:
    """A writer that comes meanwhile leaves a log, and then the log counts."""
    root = tmp_path / "store"
    with open_store(root) as store:
        release(store, ONE)
    writers: list[VersionStore] = []

    def copied(path: Path | str, **how: Any) -> sqlite3.Connection:  # noqa: ANN401 - whatever sqlite3 takes
        if "immutable" in str(path) and not writers:
            writers.append(open_store(root))
            release(writers[0], {"main/b": b"3"})
        return connect(path, **how)

    connect = sqlite3.connect
    with patch("prefstrata.stores.local.refs.sqlite3.connect", copied):
        found = Refs(root, readable=True)
    assert [tag.name for tag in found.tags()] == ["v000001", "v000002"]
    found.close()
    writers[0].close()
