"""Files that the ledger knows: read once, and read on when they grew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import PrefstrataError
from tests.unit.sources._desk import MAPPED, Desk, lines, pair

if TYPE_CHECKING:
    from pathlib import Path


def test_a_known_file_is_not_read_again(desk: Desk) -> None:
    """Neither the same file, nor a copy of it under another name."""
    path = desk.put("a.jsonl", lines(pair(1)))
    desk.ingest()
    desk.put("b.jsonl", path.read_text("utf-8"))
    summary = desk.ingest()
    assert [(file.status, file.read) for file in summary.files] == [("known", 0), ("known", 0)]
    assert summary.appended is None
    assert summary.new == ()


def test_two_copies_in_one_run_are_one_batch(desk: Desk) -> None:
    """The second is known by the time it is looked at."""
    for name in ("a.jsonl", "b.jsonl"):
        desk.put(name, lines(pair(1)))
    assert [file.status for file in desk.ingest().files] == ["new", "known"]
    assert len(desk.ids()) == 1


def test_a_file_that_grew_is_read_on(desk: Desk) -> None:
    """Records without an id of their own are not counted twice, and the counts of the tail are the tail's."""
    first, second = lines(pair(1), pair(1)), lines(pair(1), pair(2) | {"winner": "b"})
    desk.put("a.jsonl", first)
    desk.ingest()
    desk.put("a.jsonl", first + second)
    [file] = desk.ingest().files
    assert (file.status, file.read, file.accepted, file.quarantined) == ("grown", 2, 1, 1)
    assert len(desk.ids()) == 3
    desk.put("a.jsonl", first + second + lines(pair(3)))
    assert [(file.status, file.read) for file in desk.ingest().files] == [("grown", 1)]
    whole = {(row["line"], row["reason"]) for row in desk.rows("ledger.quarantine")}
    assert whole == {(4, "identical_sides")}


def test_a_record_cut_by_the_end_of_the_file_is_read_when_it_is_whole(desk: Desk) -> None:
    """A writer caught in the middle of a line loses nothing."""
    text = lines(pair(1), pair(2))
    desk.put("a.jsonl", text[:-9])
    assert desk.ingest().reasons == {"truncated": 1}
    desk.put("a.jsonl", text + lines(pair(3)))
    [file] = desk.ingest().files
    assert (file.status, file.read, file.accepted) == ("grown", 2, 2)
    assert len(desk.ids()) == 3
    text += lines(pair(3), pair(4))
    for more, reasons in ((text[:-9], {"truncated": 1}), (text, {}), (text + lines(pair(5)), {})):
        desk.put("a.jsonl", more)
        [file] = desk.ingest().files
        assert (file.status, file.read, file.reasons) == ("grown", 1, reasons)
    assert len(desk.ids()) == 5


def test_blank_lines_do_not_shift_where_a_file_is_read_on(desk: Desk) -> None:
    """Records are passed over by how many they are, though their numbers count blank lines too."""
    text = "\n\n" + lines(pair(1), pair(2)) + "\n"
    desk.put("a.jsonl", text)
    desk.ingest()
    for number in (3, 4):
        text += "\n" + lines(pair(number))
        desk.put("a.jsonl", text)
        [file] = desk.ingest().files
        assert (file.status, file.read, file.accepted) == ("grown", 1, 1)
        assert len(desk.ids()) == number


def test_a_file_with_another_beginning_is_read_whole(desk: Desk) -> None:
    """Only a file whose earlier bytes are unchanged has grown; one that was edited is read like a new one."""
    desk.put("a.jsonl", lines(pair(1)))
    desk.ingest()
    desk.put("a.jsonl", lines(pair(2), pair(1)))
    assert [(file.status, file.read) for file in desk.ingest().files] == [("changed", 2)]


HEAD = "id,q,answer,score,who\n"


def test_a_row_that_grew_after_it_was_taken_stops_the_run(tmp_path: Path) -> None:
    """A CSV row cut by the end of its file can look whole; when it turns out not to be, nothing is passed over."""
    desk = Desk(tmp_path, MAPPED)
    path = desk.put("ratings.csv", HEAD + "1,q,a,5,x\n2,q,a,4,an")
    assert desk.ingest().accepted == 2
    desk.put("ratings.csv", HEAD + "1,q,a,5,x\n2,q,a,4,ann\n3,q,a,3,x\n")
    with pytest.raises(PrefstrataError, match=r"ratings\.csv: its last record was taken before it was whole"):
        desk.ingest()
    assert len(desk.rows("ledger.ratings")) == 2
    path.unlink()
    desk.put("ratings.more.csv", HEAD + "3,q,a,3,x\n")
    assert desk.ingest().accepted == 1
    desk.engine.close()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_last_row_without_a_line_end_may_get_one(tmp_path: Path, end: str) -> None:
    """What was taken was whole, so the file is read on."""
    desk = Desk(tmp_path, MAPPED)
    text = HEAD + "1,q,a,5,x\n2,q,a,4,ann"
    desk.put("ratings.csv", text)
    desk.ingest()
    desk.put("ratings.csv", text + end + "3,q,a,3,x" + end)
    [file] = desk.ingest().files
    assert (file.status, file.read, file.accepted) == ("grown", 1, 1)
    desk.engine.close()


@pytest.mark.parametrize("cut", ["2,q", '2,"q', '2,"q\n', "2,q,a,99"])
def test_a_row_that_was_refused_before_it_was_whole_is_read_again(tmp_path: Path, cut: str) -> None:
    """Whatever it was refused for, and also when the file grows once more."""
    desk = Desk(tmp_path, MAPPED)
    whole = {'2,"q\n': '2,"q\nr",a,4,x\n', '2,"q': '2,"q",a,4,x\n', "2,q": "2,q,a,4,x\n"}.get(cut, cut + ",x\n")
    begun = HEAD + "1,q,a,5,x\n"
    for more, read in ((cut, 2), (whole, 1), (whole + "3,q,a,3,x\n", 1)):
        desk.put("ratings.csv", begun + more)
        assert desk.ingest().read == read
    assert len(desk.rows("ledger.ratings")) == 3 - (cut == "2,q,a,99")
    desk.engine.close()


def test_a_quote_closed_later_stops_the_run_when_its_rows_were_taken(tmp_path: Path) -> None:
    """Rows that were read one by one have become one: there is no place to read on from."""
    desk = Desk(tmp_path, MAPPED)
    begun = HEAD + '1,"q\n2,q,a,4,x\n'
    desk.put("ratings.csv", begun)
    assert desk.ingest().reasons == {"not_csv": 1}
    desk.put("ratings.csv", begun + '",a,5,x\n3,q,a,3,x\n4,q,a,3,x\n')
    with pytest.raises(PrefstrataError, match=r"ratings\.csv: its last record"):
        desk.ingest()
    desk.put("ratings.csv", begun + "3,q,a,3,x\n")
    assert desk.ingest().accepted == 1
    desk.engine.close()


def test_a_line_cut_after_an_inner_bracket_is_read_again(desk: Desk) -> None:
    """It is refused as no JSON rather than as truncated, and may be whole now."""
    text = lines(pair(1), pair(2, id="x"))
    desk.put("a.jsonl", text[:-2])
    assert desk.ingest().reasons == {"not_json": 1}
    desk.put("a.jsonl", text)
    assert desk.ingest().accepted == 1


def test_something_written_behind_an_accepted_line_stops_the_run(desk: Desk) -> None:
    """An object without its line end is whole, so what follows on the same line is a mistake that must be seen."""
    text = lines(pair(1))
    desk.put("a.jsonl", text.rstrip())
    desk.ingest()
    desk.put("a.jsonl", text.rstrip() + lines(pair(2)))
    with pytest.raises(PrefstrataError, match=r"a\.jsonl: its last record"):
        desk.ingest()
