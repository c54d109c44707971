"""Digests of files: what nobody touched is not read again, and what anybody did is."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import PrefstrataError
from prefstrata.model.tables import table
from prefstrata.sources import _digests
from prefstrata.sources._digests import HASHED, Digests
from tests.unit.sources._desk import JOINED, Desk, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TICK = 0.05
"""Seconds; file systems of this day give another time after a hundredth."""
_LONG_AGO = -(10**18)
"""In place of the time that a file must have rested: each has, whatever its times."""


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """A warehouse in memory that holds the table."""
    engine = DuckDBEngine(":memory:", threads=1)
    engine.ensure(table(HASHED))
    yield engine
    engine.close()


@pytest.fixture
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files have rested long enough to be known by their times."""
    monkeypatch.setattr(_digests, "_REST_NS", _LONG_AGO)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are opened from now on, in order."""
    names: list[str] = []
    to_open = Path.open

    def noting(path: Path, *given: str, **more: str) -> object:
        names.append(path.name)
        return to_open(path, *given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", noting)
    return names


def _sha(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _next_run(engine: DuckDBEngine, folder: Path, digests: Digests) -> Digests:
    digests.keep()
    return Digests(engine, folder)


@pytest.mark.usefixtures("rested")
def test_what_nobody_touched_is_not_read_again(engine: DuckDBEngine, tmp_path: Path, opened: list[str]) -> None:
    """Neither in the run that hashed it, nor in the next; the digests are the same."""
    path = tmp_path / "a"
    path.write_bytes(b"one two")
    opened.clear()
    first = (digests := Digests(engine, tmp_path))(path, frozenset({0, 3, 7, 9}))
    assert (first[0].sha256, first[0].bytes, dict(first[1])) == (
        _sha(b"one two"),
        7,
        {3: _sha(b"one"), 7: _sha(b"one two")},
    )
    assert digests(path, frozenset({3})) == (first[0], {3: _sha(b"one")})
    digests = _next_run(engine, tmp_path, digests)
    assert digests(path, frozenset({0, 3, 7, 9})) == first
    assert digests(path) == (first[0], {})
    assert opened == ["a"]
    # Of a length that nobody asked for it knows nothing.
    assert digests(path, frozenset({5})) == (first[0], {5: _sha(b"one t")})
    assert opened == ["a", "a"]


def _written_in_place(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"ONE")


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"ONE two")
    other.rename(path)


def _grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b" three")


def _cut(path: Path) -> None:
    os.truncate(path, 3)


@pytest.mark.usefixtures("rested")
@pytest.mark.parametrize("touch", [_written_in_place, _replaced, _grown, _cut])
@pytest.mark.parametrize("later", [False, True], ids=["same run", "next run"])
def test_whatever_is_done_to_a_file_it_is_hashed_again(
    engine: DuckDBEngine, tmp_path: Path, touch: Callable[[Path], None], *, later: bool
) -> None:
    """Also where its size and its time of change are put back."""
    path = tmp_path / "a"
    path.write_bytes(b"one two")
    before = path.stat()
    digests = Digests(engine, tmp_path)
    digests(path, frozenset({3}))
    if later:
        digests = _next_run(engine, tmp_path, digests)
    # Within one tick of its clock a file looks as it did; that is why a run does not believe the times of a fresh one.
    time.sleep(_TICK)
    touch(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    held = path.read_bytes()
    seen, found = digests(path, frozenset({3}))
    assert (seen.sha256, seen.bytes, dict(found)) == (_sha(held), len(held), {3: _sha(held[:3])})
    assert held != b"one two"


def test_what_was_just_written_is_hashed_again(engine: DuckDBEngine, tmp_path: Path, opened: list[str]) -> None:
    """It may be written once more within the tick of a clock, and look as it did."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    opened.clear()
    digests = Digests(engine, tmp_path)
    digests(path)
    digests(path)
    digests = _next_run(engine, tmp_path, digests)
    digests(path)
    assert opened == ["a", "a", "a"]
    assert engine.read(HASHED).is_empty()


@pytest.mark.parametrize(("seconds", "known"), [(30, 0), (90, 1)])
def test_a_file_is_known_when_the_system_has_written_back_what_was_changed_in_memory(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, known: int
) -> None:
    """Until then a file that is mapped into memory changes and keeps its times."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    later = time.time_ns() + seconds * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    digests = Digests(engine, tmp_path)
    digests(path)
    digests.keep()
    assert engine.read(HASHED).height == known


@pytest.mark.usefixtures("rested")
@pytest.mark.parametrize(("part", "known"), [(0, 0), (10**6, 1)])
def test_a_file_whose_times_are_whole_seconds_is_not_known(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int, known: int
) -> None:
    """Two images of a file system that are built with one time for all give one to files that differ."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    whole = os.fstat

    def imaged(number: int) -> SimpleNamespace:
        found = whole(number)
        time_ns = 1_700_000_000 * 10**9 + part
        return SimpleNamespace(st_ino=3, st_size=found.st_size, st_mtime_ns=time_ns, st_ctime_ns=time_ns)

    monkeypatch.setattr(os, "fstat", imaged)
    digests = Digests(engine, tmp_path)
    digests(path)
    monkeypatch.undo()
    digests.keep()
    assert engine.read(HASHED).height == known


@pytest.mark.usefixtures("rested")
def test_two_that_ask_for_other_lengths_of_one_file_do_not_have_it_read_in_turn(
    engine: DuckDBEngine, tmp_path: Path, opened: list[str]
) -> None:
    """As two sources do that read one file which grew."""
    path = tmp_path / "a"
    path.write_bytes(b"one two")
    opened.clear()
    digests = Digests(engine, tmp_path)
    for sizes in (frozenset({3}), frozenset({5})) * 2:
        assert dict(digests(path, sizes)[1]) == {size: _sha(b"one two"[:size]) for size in sizes}
    assert opened == ["a", "a"]


@pytest.mark.usefixtures("rested")
def test_a_folder_that_can_no_longer_be_looked_into_is_no_error(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files were asked for by an earlier run alone; a run that reads another source has its work done by then."""
    for name in "ab":
        (tmp_path / name).write_bytes(b"one")
    digests = Digests(engine, tmp_path)
    digests(tmp_path / "a")
    digests = _next_run(engine, tmp_path, digests)
    digests(tmp_path / "b")
    to_look = Path.stat

    def refusing(path: Path, **given: bool) -> os.stat_result:
        if path.name == "a":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return to_look(path, **given)

    # No permissions hold back root, who may run this test.
    monkeypatch.setattr(Path, "stat", refusing)
    digests.keep()
    assert engine.read(HASHED)["uri"].to_list() == ["b"]


@pytest.mark.usefixtures("rested")
def test_a_file_that_changes_while_it_is_hashed_is_not_known(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was hashed was never the file."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    whole = os.fstat

    def growing(number: int) -> os.stat_result:
        found = whole(number)
        with path.open("ab") as file:
            file.write(b"!")
        return found

    monkeypatch.setattr(os, "fstat", growing)
    digests = Digests(engine, tmp_path)
    digests(path)
    monkeypatch.undo()
    digests.keep()
    assert engine.read(HASHED).is_empty()


@pytest.mark.usefixtures("rested")
def test_files_that_are_gone_are_forgotten(engine: DuckDBEngine, tmp_path: Path) -> None:
    """Those that this run did not ask for, because it reads one source alone, are not."""
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode())
    digests = Digests(engine, tmp_path)
    for name in "ab":
        digests(tmp_path / name)
    digests = _next_run(engine, tmp_path, digests)
    (tmp_path / "a").unlink()
    digests(tmp_path / "c")
    digests.keep()
    assert sorted(engine.read(HASHED)["uri"]) == ["b", "c"]


def test_a_file_that_cannot_be_read_is_an_error(engine: DuckDBEngine, tmp_path: Path) -> None:
    """It names the file."""
    with pytest.raises(PrefstrataError) as error:
        Digests(engine, tmp_path)(tmp_path / "gone")
    assert error.value.where == str(tmp_path / "gone")


@pytest.mark.usefixtures("rested")
def test_a_run_with_nothing_new_opens_no_file(tmp_path: Path, opened: list[str]) -> None:
    """A joined file neither; and what is new beside them is read, as is what grew."""
    desk = Desk(tmp_path / "project", JOINED)
    texts = lines({"id": "1", "q": "q", "answer": "x"}, {"id": "2", "q": "q", "answer": "y"})
    (desk.folder / "texts.jsonl").write_text(texts, "utf-8")
    desk.put("ratings.1.jsonl", lines({"id": "1", "score": 1}))
    desk.ingest()
    opened.clear()
    summary = desk.ingest()
    assert [each.status for each in summary.files] == ["known"]
    assert [name for name in opened if name.endswith(".jsonl")] == []
    desk.put("ratings.2.jsonl", lines({"id": "2", "score": 2}))
    with (desk.folder / "inbox/ratings.1.jsonl").open("a") as file:
        file.write(lines({"id": "2", "score": 3}))
    assert [(each.uri, each.status, each.read) for each in desk.ingest().new] == [
        ("inbox/ratings.1.jsonl", "grown", 1),
        ("inbox/ratings.2.jsonl", "new", 1),
    ]
    assert sorted(row["value"] for row in desk.rows("ledger.ratings")) == [1, 2, 3]
    desk.engine.close()
