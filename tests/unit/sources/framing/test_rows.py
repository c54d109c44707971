"""CSV and TSV: rows, cells and their types."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.model import ConfigError
from prefstrata.sources.framing import Framing, Limits, fetch_records, fields
from tests.unit.sources.framing._reading import fates

if TYPE_CHECKING:
    from pathlib import Path

AS_FOUND = Framing()


def cells(content: bytes, spec: Framing = AS_FOUND, name: str = "a.csv") -> list[tuple[object, ...]]:
    """The cells of every row, none of which may be refused."""
    read = fates(content, spec, name=name)
    assert read.reasons == {}
    return [tuple(row.values())[1:] for row in read.taken.values()]


def test_without_fields_every_column_is_text() -> None:
    """A number in a cell stays the text it is."""
    assert cells(b"a,b\n007,1.0\n") == [("007", "1.0")]


def test_an_empty_cell_is_null_or_empty_text_as_declared() -> None:
    """Which of the two it is, CSV cannot say."""
    assert cells(b"a,b\n,x\n") == [(None, "x")]
    assert cells(b"a,b\n,x\n", Framing(empty_is_null=False)) == [("", "x")]


def test_tabs_part_the_cells_of_tsv_and_any_delimiter_can_be_declared() -> None:
    """The suffix tells the delimiter unless it is declared."""
    assert cells(b"a\tb\n1,5\tx\n", name="a.tsv") == [("1,5", "x")]
    assert cells(b"a;b\n1,5;x\n", Framing(delimiter=";")) == [("1,5", "x")]


def test_a_file_of_unknown_suffix_is_told_with_where_its_kind_is_written() -> None:
    """Such as notes that somebody put into the inbox, or a table with another name."""
    with pytest.raises(ConfigError, match="what kind of file") as caught:
        cells(b"a,b\n1,x\n", name="a.txt")
    assert "`read: {kind: csv}`" in str(caught.value.todo)
    assert cells(b"a,b\n1,x\n", Framing(kind="csv"), name="a.txt") == [("1", "x")]


@pytest.mark.parametrize(
    ("content", "todo"),
    [
        (b"a;b\n1;x\n", """The columns are: a;b. If ; parts them, write `read: {delimiter: ";"}` into the"""),
        (b"b\tc\n1\tx\n", """If \\t parts them, write `read: {delimiter: "\\t"}` into"""),
        (b"b,c\n1,x\n", "The columns are: b, c."),
        (b"PK" + b"x" * 5000 + b"\n", "x…."),
        (b"", "Save it as CSV UTF-8 with the names of the columns in its first row, or move it away."),
        ("问,答\n1,x\n".encode("gbk"), "Save it as CSV UTF-8"),
    ],
)
def test_a_header_that_does_not_fit_is_told_with_what_to_do(content: bytes, todo: str) -> None:
    """A table with another delimiter or encoding, none at all, or one that is no text."""
    with pytest.raises(ConfigError) as caught:
        cells(content, Framing(fields({"a": "text"})))
    assert todo in str(caught.value.todo)
    assert len(str(caught.value.todo)) < 500


def test_a_mark_and_windows_line_ends_are_no_part_of_the_cells() -> None:
    """What spreadsheets write is read."""
    assert cells(b'\xef\xbb\xbfa,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n') == [("1", "x\r\ny"), ("2", "z")]


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", '",\n"', "a\nb", " ", "'"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(text, text, text), max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_the_standard_library_writes_is_read_back(
    rows: list[tuple[str, str, str]],
    end: str,
    quoted: bool,  # noqa: FBT001
) -> None:
    """Quotes, delimiters and line ends inside cells survive."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow("abc")
    writer.writerows(rows)
    assert cells(file.getvalue().encode(), Framing(empty_is_null=False)) == rows


def test_declared_types_are_read_strictly() -> None:
    """A cell is of its type or its row is refused; an empty cell is null."""
    spec = Framing(fields({"i": "integer", "n": "number", "b": "boolean", "j": "json", "l": ["integer"]}))
    read = fates(
        b"i,n,b,j,l,rest\n"
        b'1,1.5,true,"{""a"":1}","[1,null]",x\n'
        b"-0, +.5 ,FALSE,null,[],x\n"
        b"1.0,7,False,1,,x\n"
        b",,,,,\n"
        b"1.5,,,,,\nx,,,,,\n9223372036854775808,,,,,\n"
        b",1e400,,,,\n,nan,,,,\n,1_000,,,,\n"
        b",,yes,,,\n,,1,,,\n"
        b',,,"1,""i"":5",,\n,,,{,,\n,,,' + b"[" * 5000 + b",,\n"
        b",,,,[1.5],\n",
        spec,
        name="a.csv",
    )
    assert [tuple(row.values())[1:] for row in read.taken.values()] == [
        (1, 1.5, True, '{"a":1}', [1, None]),
        (0, 0.5, False, None, []),
        (1, 7.0, False, "1", None),
        (None, None, None, None, None),
    ]
    assert list(read.reasons.values()) == [
        *["wrong_type"] * 3,
        *["not_finite"] * 2,
        *["wrong_type"] * 3,
        *["not_json"] * 2,
        "too_deep",
        "wrong_type",
    ]
    assert read.refused[5]["detail"] == "i holds a number: 1.5; expected an integer of at most 64 bits"
    assert read.refused[6]["detail"] == 'i holds "x"; expected a number'


def test_a_bad_row_costs_itself() -> None:
    """Wrong cells, bad bytes and bad quotes, each with its offset; rows are numbered from the one after the header."""
    content = b'a,b\nx\n1,2,3\n"u"v,1\n5" disk,x\n\xff,1\n\0,1\n3,4\n"open,1\n5,6\n'
    read = fates(content, AS_FOUND, name="a.csv")
    assert read.reasons == {
        1: "wrong_cells", 2: "wrong_cells", 3: "not_csv", 5: "not_utf8", 6: "nul", 8: "not_csv",
    }  # fmt: skip
    assert [tuple(row.values()) for row in read.taken.values()] == [(4, '5" disk', "x"), (7, "3", "4"), (9, "5", "6")]
    assert [row["offset"] for row in read.refused.values()] == [4, 6, 12, 29, 33, 41]


def test_a_row_that_is_too_long_is_refused_and_an_open_quote_ends_with_its_line() -> None:
    """Neither takes the rows after it along."""
    content = b'a,b\n1,"' + b"x" * 500 + b'"\n2,"y\n' + b"z,z\n" * 100 + b"3,w\n"
    read = fates(content, AS_FOUND, name="a.csv", limits=Limits(record_bytes=300))
    assert read.reasons == {1: "too_long", 2: "not_csv"}
    assert len(read.taken) == 101


@pytest.mark.parametrize(
    ("content", "spec", "message"),
    [
        (b"", AS_FOUND, "header"),
        (b"a,a\n", AS_FOUND, "'a' twice"),
        (b"\xff,a\n", AS_FOUND, "header"),
        (b"a,b\n1,2\n", Framing(fields({"c": "text"})), "no column 'c'"),
    ],
)
def test_a_header_that_does_not_fit_is_a_config_error(content: bytes, spec: Framing, message: str) -> None:
    """It is the file as a whole that is wrong, not its rows."""
    with pytest.raises(ConfigError, match=message):
        fates(content, spec, name="a.csv")


def test_rows_can_be_fetched_again_by_number(tmp_path: Path) -> None:
    """Offset and bytes of a row that goes over two lines."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n1,2\n3,"x\ny"\n')
    assert fetch_records(path, AS_FOUND, [2]) == {2: (8, b'3,"x\ny"')}
