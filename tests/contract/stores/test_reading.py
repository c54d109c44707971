"""Reading back: lists, differences, and bytes that are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores import Diff, FileInfo, ProblemKind, VersionStore, diff_trees
from tests._stores import StoreKit, commit_files, read_back, release, sha

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"main/b": b"22", "main/a": b"1", "golden/a": b"gold", "mainly": b"x"}
CONTENT = b"one stored file, " * 1000


def test_files_are_listed_in_order(store: VersionStore) -> None:
    """Sorted by path, with hash and size, whatever the order they were put in."""
    commit = commit_files(store, FILES, "one")
    expected = [FileInfo(path, sha(data), len(data)) for path, data in sorted(FILES.items())]
    assert list(store.list(commit)) == expected


@pytest.mark.parametrize(("prefix", "count"), [("", 4), ("main/", 2), ("main", 3), ("golden/a", 1), ("none/", 0)])
def test_a_prefix_selects(store: VersionStore, prefix: str, count: int) -> None:
    """A prefix is of the text, not of the folder."""
    commit = commit_files(store, FILES, "one")
    assert len(list(store.list(commit, prefix))) == count


def test_more_files_than_a_page(store: VersionStore) -> None:
    """No file is lost where one answer of a server ends."""
    files = {f"main/{number:05d}": b"same" for number in range(1050)}
    commit = commit_files(store, files, "many")
    assert {file.path for file in store.list(commit)} == set(files)
    assert len(store.diff("latest", commit).added) == 1050


def test_a_file_can_be_read_in_pieces(store: VersionStore) -> None:
    """Small reads end with an empty one."""
    commit = commit_files(store, {"a": b"12345"}, "one")
    with store.open(commit, "a") as reader:
        assert [reader.read(2) for _ in range(5)] == [b"12", b"34", b"5", b"", b""]


def test_a_file_that_is_not_there_cannot_be_opened(store: VersionStore) -> None:
    """It is the user's mistake, not damage."""
    commit = commit_files(store, {"a": b"1"}, "one")
    with pytest.raises(ConfigError, match="no file"):
        store.open(commit, "b")


def test_a_difference_names_every_path_once(store: VersionStore) -> None:
    """Added, changed and removed, seen from either side."""
    root = store.resolve("latest").id
    old = commit_files(store, {"a": b"1", "b": b"2", "c": b"3"}, "old", root)
    new = commit_files(store, {"a": b"1", "b": b"2x", "d": b"3"}, "new", root)
    assert store.diff(old, new) == Diff(added=("d",), changed=("b",), removed=("c",))
    assert store.diff(new, old) == Diff(added=("c",), changed=("b",), removed=("d",))
    assert store.diff(root, old) == Diff(added=("a", "b", "c"))


def test_a_difference_is_between_the_two_and_not_since_their_ancestor(store: VersionStore) -> None:
    """What both sides did alike does not show, and what only the left did does."""
    release(store, {"a": b"1"})
    one = commit_files(store, {"b": b"2", "c": b"3"}, "one")
    two = commit_files(store, {"b": b"2"}, "two")
    trees = [{file.path: file for file in store.list(commit)} for commit in (one, two)]
    assert store.diff(one, two) == diff_trees(*trees) == Diff(removed=("c",))


def test_nothing_differs_from_itself(store: VersionStore) -> None:
    """And an empty difference is false."""
    commit = commit_files(store, {"a": b"1"}, "one")
    assert not store.diff(commit, commit)


def test_a_whole_store_verifies(store: VersionStore) -> None:
    """Files that two versions share are read once."""
    release(store, {"a": b"shared", "b": b"1"})
    release(store, {"a": b"shared", "b": b"22"})
    report = store.verify(["v1", "v2"])
    assert report
    assert report.files == 5  # a, b twice, a manifest each
    assert len(report.commits) == 2
    assert report.bytes > len(b"shared122")


def test_verifying_an_unknown_version_is_refused(store: VersionStore) -> None:
    """Proof of nothing is not given."""
    with pytest.raises(ConfigError):
        store.verify(["v9"])


def flip(path: Path) -> None:
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    """Lose the second half."""
    path.write_bytes(path.read_bytes()[: len(CONTENT) // 2])


def empty(path: Path) -> None:
    """Lose everything but the name."""
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [flip, cut, empty], ids=lambda damage: damage.__name__)
def test_damage_is_found(kit: StoreKit, damage: object) -> None:
    """A wrong byte is an IntegrityError for the reader and a named problem for verify."""
    assert callable(damage)
    store = kit.open()
    commit = commit_files(store, {"a": CONTENT, "b": b"fine"}, "one")
    damage(kit.object_of(CONTENT))
    store = kit.open()
    with pytest.raises(IntegrityError, match="damaged"), store.open(commit, "a") as reader:
        reader.read()
    report = store.verify([commit])
    assert [(problem.path, problem.kind) for problem in report.problems] == [("a", ProblemKind.CORRUPT)]
    assert read_back(store, commit, "b") == b"fine"


def test_a_lost_object_is_missing(kit: StoreKit) -> None:
    """An object that somebody deleted is damage too."""
    store = kit.open()
    commit = commit_files(store, {"a": CONTENT}, "one")
    kit.object_of(CONTENT).unlink()
    with pytest.raises(IntegrityError, match="missing"):
        read_back(store, commit, "a")
    assert [problem.kind for problem in store.verify([commit]).problems] == [ProblemKind.MISSING]
