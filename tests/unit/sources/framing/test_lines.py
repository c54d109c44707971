"""Newline-delimited JSON: numbers, offsets, marks and limits."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING

import duckdb
import pytest

from prefstrata.model import ConfigError
from prefstrata.sources.framing import Framing, Limits, fetch_records, fields
from prefstrata.sources.framing._convert import reader, value
from prefstrata.sources.framing._fields import identifier
from tests.unit.sources.framing._reading import fates

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.sources.framing._convert import Texts

SPEC = Framing(fields({"t": "text"}))


def test_lines_are_numbered_by_their_place_in_the_file_blank_ones_included() -> None:
    """A blank line is no record but counts as a line, whichever way the file is read."""
    read = fates(b'\n{"t":"a"}\n \t\r\n{"t":"b"}\r\n\n{"t":1}\n{"t":"c"}', SPEC)
    assert {line: row["t"] for line, row in read.taken.items()} == {2: "a", 4: "b", 7: "c"}
    assert read.refused[6]["offset"] == 27
    assert read.framed.read == 4


def test_a_byte_order_mark_at_the_start_is_no_part_of_the_first_record() -> None:
    """A mark is skipped where it marks something, and the record starts after it."""
    read = fates(b'\xef\xbb\xbf{"t":"a"}\n\xef\xbb\xbf{"t":"b"}\n', SPEC)
    assert list(read.taken) == [1]
    assert read.reasons == {2: "not_json"}
    assert fates(b'\xef\xbb\xbf{"t":1}\n', SPEC).refused[1]["offset"] == 3


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n \n"])
def test_a_file_without_records_has_none(content: bytes) -> None:
    """Nothing read, nothing refused, and the table is there."""
    read = fates(content, SPEC)
    assert (read.framed.read, read.framed.rejected) == (0, 0)


@pytest.mark.parametrize("size", [199, 200, 201, 5000])
@pytest.mark.parametrize("end", [b"", b"\n", b'\n{"t":"b"}\n'])
def test_the_length_limit_is_exact(size: int, end: bytes) -> None:
    """A record of exactly the limit is taken, one byte more is refused, and the next record is not harmed."""
    content = b'{"t":"' + b"x" * (size - 8) + b'"}'
    read = fates(content + end, SPEC, limits=Limits(record_bytes=200, raw_bytes=50))
    assert (1 in read.taken) == (size <= 200)
    if size > 200:
        assert read.reasons == {1: "too_long"}
        assert read.refused[1]["raw"] == content[:50].decode()
        assert read.refused[1]["raw_sha256"] == hashlib.sha256(content).hexdigest()
    assert (2 in read.taken) == end.startswith(b"\n{")


@pytest.mark.parametrize(("depth", "taken"), [(100, True), (101, False), (126, False)])
@pytest.mark.parametrize("key", ["j", "x"])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_the_depth_limit_is_exact(depth: int, taken: bool, key: str, opening: str, closing: str) -> None:  # noqa: FBT001
    """Nesting counts the record itself, and counts the same in a field that is read and in one that is not."""
    nested = opening * (depth - 1) + "1" + closing * (depth - 1)
    read = fates(f'{{"{key}":{nested}}}\n'.encode(), Framing(fields({"j": "json"})))
    assert read.reasons == ({} if taken else {1: "too_deep"})


def test_brackets_in_text_are_no_nesting() -> None:
    """A record full of code is not deep."""
    record = json.dumps({"t": '[{"\\' * 500})
    read = fates(record.encode(), SPEC)
    assert read.taken[1]["t"] == '[{"\\' * 500
    assert read.framed.fast


def test_depth_beyond_what_the_bulk_reader_bears_cannot_be_asked_for() -> None:
    """A limit that could not be kept is refused when it is set."""
    with pytest.raises(ConfigError, match="126"):
        Limits(depth=127)


def test_raw_shows_bytes_that_are_no_text_and_is_cut_between_characters() -> None:
    r"""NUL and bad bytes are \xNN; a character that the cut goes through is left out, not shown as bad bytes."""
    read = fates(b'{"t":"\xff\x00"}\n' + '{"t":["é€😀"]}\n'.encode() * 8, SPEC, limits=Limits(raw_bytes=10))
    assert read.refused[1]["raw"] == '{"t":"\\xff\\x00"}'
    shown = [
        fates('{"t":["é€😀"]}\n'.encode(), SPEC, limits=Limits(raw_bytes=cut)).refused[1]["raw"] for cut in range(7, 17)
    ]
    assert [str(raw)[7:] for raw in shown] == ["", "", "é", "é", "é", "é€", "é€", "é€", "é€", "é€😀"]


def test_a_refusal_names_the_key_and_shows_what_was_found() -> None:
    """Where in the record, what is there, and what should be, short and escaped."""
    spec = Framing(fields({"o": {"l": [{"n": "number"}]}, "m": {"*": "boolean"}}))
    read = fates(b'{"o":{"l":[{},{"n":"\\u20acx"}]}}\n{"m":{"a b":[1]}}\n{"o":{"l":[],"l":[]}}\n', spec)
    assert [row["detail"] for row in read.refused.values()] == [
        'o.l[1].n holds text: "\\u20acx"; expected a number',
        'm."a b" holds a list: [1]; expected true or false',
        'o gives key "l" more than once',
    ]


def test_what_no_field_names_does_not_matter_as_long_as_it_is_json() -> None:
    """Repeated keys and any types are fine where nothing is read; NaN is no JSON anywhere."""
    read = fates(b'{"t":"a","x":1,"x":2}\n{"x":{"y":1,"y":2},"t":"b"}\n{"t":"c","x":NaN}\n', SPEC)
    assert list(read.taken) == [1, 2]
    assert read.reasons == {3: "not_finite"}


@pytest.mark.parametrize("offset", range(9))
def test_a_number_beyond_64_bit_floats_is_noticed_wherever_it_stands(offset: int) -> None:
    """Written out, with a point, or with an exponent; one that fits is none."""
    for number in ("9" * 309, "9" * 300 + "." + "9" * 300, f"{'1' * 250}e99", "1e400", "-2E+0309"):
        line = f'{{"t":"{"a" * offset}","x":{number}}}\n'
        assert fates(line.encode(), SPEC).reasons == ({1: "not_finite"} if math.isinf(float(number)) else {})


def test_json_fields_are_kept_as_json_text() -> None:
    """Text keeps its quotes, null is null, and what is inside is not judged by type."""
    spec = Framing(fields({"j": "json"}))
    read = fates(b'{"j":"a"}\n{"j":null}\n{"j":{"a":[1,null,{"b":"\\n"}]}}\n{}\n{"j":false}\n', spec)
    assert [row["j"] for row in read.taken.values()] == ['"a"', None, '{"a":[1,null,{"b":"\\n"}]}', None, "false"]


def test_many_refused_records_all_arrive() -> None:
    """Refusals are written in batches; none is lost between two."""
    read = fates(b'{"t":1}\n{"t":"a"}\n' * 10_000, SPEC)
    assert (read.framed.read, read.framed.rejected) == (20_000, 10_000)
    assert list(read.refused) == list(range(1, 20_000, 2))


def test_records_can_be_fetched_again_by_number(tmp_path: Path) -> None:
    """Whoever refuses a record later gets its offset and its bytes."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"t":"a"}\n\n{"t":"b"}\n{"t":"c"}')
    assert fetch_records(path, SPEC, [3, 4, 9]) == {3: (11, b'{"t":"b"}'), 4: (21, b'{"t":"c"}')}
    assert fetch_records(path, SPEC, [2]) == {}


def test_a_field_cannot_be_called_what_the_line_number_is() -> None:
    """The column would be there twice."""
    with pytest.raises(ConfigError, match="line"):
        fates(b"{}", Framing(fields({"Line": "text"})))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_lines_keep_their_numbers_whether_or_not_the_last_one_is_ended(end: bytes) -> None:
    """DuckDB reads a last line without an end in another thread and may give it back first; a number is a place."""
    every = fields({"n": "integer", "t": "text", "o": {"t": "text"}, "m": {"*": ["text"]}})
    content = b"\n".join(b'{"n": %d}' % number for number in range(1, 4001)) + end
    for _ in range(10):
        read = fates(content, Framing(every))
        assert read.framed.fast
        assert all(row["n"] == line for line, row in read.taken.items())


def test_lines_of_a_file_that_is_read_in_several_pieces_keep_their_numbers() -> None:
    """Threads read pieces side by side; the number of a line is its place in the whole file."""
    padding = b"x" * 400
    content = b"".join(b'{"n":%d,"t":"%s"}\n' % (number, padding) for number in range(1, 100_001))
    found = fates(content, Framing(fields=fields({"n": "integer", "t": "text"})))
    assert found.framed.fast
    assert all(row["n"] == line for line, row in found.taken.items())


_TYPES = ("text", "integer", "number", "boolean", "json")


_SPELLED = ["1", "-0.5e+3", "12345678901234567890123", "1e30", "true", "false", "[]", '["a"]', "{}", '{"a": 1}']


@pytest.mark.parametrize("spelled", _SPELLED)
def test_a_text_that_another_type_may_have_spelled_is_told_from_that_type(spelled: str) -> None:
    """Read as it is, a number looks like a text of its digits: the text is taken as it is, the number refused."""
    every = Framing(fields({"t": "text", "l": ["text"], "o": {"t": "text"}, "m": {"*": "text"}}))
    shapes = ('{"t": %s}', '{"l": ["a", %s]}', '{"o": {"t": %s}}', '{"m": {"a": %s}}')
    texts = fates("".join(shape % json.dumps(spelled) + "\n" for shape in shapes).encode(), every)
    assert texts.framed.fast
    taken = [row[field] for row, field in zip(texts.taken.values(), every.fields or (), strict=True)]
    assert taken == [spelled, ["a", spelled], {"t": spelled}, {"a": spelled}]
    for shape in shapes:
        assert fates((shape % spelled + "\n").encode(), every).reasons == {1: "wrong_type"}


@pytest.mark.parametrize("texts", ["plain", "sliced"])
def test_no_type_of_field_makes_the_bulk_read_one_that_loses_the_order_of_lines(tmp_path: Path, texts: Texts) -> None:
    """What keeps the order writes batch by batch; with a join before it, say, a table is made in another way."""
    declared = fields(
        {
            **dict(zip(_TYPES, _TYPES, strict=True)),
            "list": ["number"],
            "object": {"integer": "integer", "list": ["integer"]},
        }
    )
    file = tmp_path / "file"
    file.write_bytes(b"{}\n")
    read = reader(str(file), declared, record_bytes=1 << 20, texts=texts)
    columns = ", ".join(value(identifier(name), type_, texts) for name, type_ in declared.items())
    with duckdb.connect(config={"threads": 2}) as connection:
        statement = f"explain create temp table kept as select {columns} from {read}"  # noqa: S608 - our own names
        [(_, plan)] = connection.execute(statement).fetchall()
    assert "Batch Create Table As" in plan
