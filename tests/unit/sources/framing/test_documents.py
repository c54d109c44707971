"""JSON documents: lists and objects of records, wherever in the document they are."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.model import ConfigError
from prefstrata.sources.framing import Framing, Limits, fetch_records, fields
from prefstrata.sources.framing._buffer import Buffer
from tests.unit.sources.framing._reading import Fates, fates

FIELDS = fields({"t": "text", "key": "text"})


def read(content: bytes, records: str = "", limits: Limits | None = None) -> Fates:
    """Read ``content`` as a document."""
    return fates(content, Framing(FIELDS, records=records), name="file.json", limits=limits)


def texts(found: Fates) -> list[object]:
    """The one field, of every record taken."""
    return [row["t"] for row in found.taken.values()]


def test_the_items_of_a_list_are_records_whatever_the_white_space() -> None:
    """A document is read over line ends, also between the tokens of one record."""
    assert texts(read(b'\xef\xbb\xbf\n[ {"t":\n"a"} ,{"t":"b\\n"}\r\n,\n{\n"t"\t:"c"\n} ]\n')) == ["a", "b\n", "c"]


def test_the_values_of_an_object_are_records_that_know_their_key() -> None:
    """The key becomes a field, as spelled; without such a field it is not read."""
    found = read(b'{"k\\u0031":{"t":"a"},"k2":{ },"k3":{"t":"b","x":1}}')
    assert [(row["t"], row["key"]) for row in found.taken.values()] == [("a", "k1"), (None, "k2"), ("b", "k3")]
    named = fates(b'{"k":{"id":3}}', Framing(fields({"id": "integer", "name": "text"}), key="name"), name="f.json")
    assert (named.taken[1]["id"], named.taken[1]["name"]) == (3, "k")


def test_a_record_that_has_the_key_field_itself_is_refused() -> None:
    """There would be two values for one field."""
    assert read(b'{"k":{"key":"x"},"l":{"t":"a"}}').reasons == {1: "duplicate_key"}


def test_records_are_found_along_a_path() -> None:
    """What is beside the path is skipped, however it looks."""
    content = b'{"a":[{"t":"]}"}],"data":{"n":null,"items":[{"t":"x"},{"t":"y"}],"z":"}"},"items":[{}]}'
    assert texts(read(content, "data.items")) == ["x", "y"]


@pytest.mark.parametrize(
    ("content", "records", "message"),
    [
        (b"", "", "neither a list nor an object"),
        (b"3", "", "neither a list nor an object"),
        (b'{"data":{"item":[]}}', "data.items", "data has no key 'items'"),
        (b'{"data":[1]}', "data.items", "data is not an object with a key 'items'"),
        (b'{"data":{"items":"x"}}', "data.items", "data.items is neither"),
    ],
)
def test_a_path_that_leads_nowhere_is_a_config_error(content: bytes, records: str, message: str) -> None:
    """It says how far the path led."""
    with pytest.raises(ConfigError, match=message):
        read(content, records)


@pytest.mark.parametrize(
    ("content", "good", "reasons"),
    [
        (b'[{"t":1},{"t":"\\ud800"},{"t":"b"},{"t":"\xff"},{"t":"a\nb"},{"t":NaN},{"t":"\\u0000"}]', ["b"],
         {1: "wrong_type", 2: "lone_surrogate", 4: "not_utf8", 5: "not_json", 6: "not_finite", 7: "nul"}),
        (b'[{"t":"a"},1,"s",[2],null,{"t":"b"}]', ["a", "b"], dict.fromkeys([2, 3, 4, 5], "not_an_object")),
        (b'[{"t":"a"},{"t":"b"', ["a"], {2: "truncated"}),
        (b'[{"t":"a"},{"t":"b\\', ["a"], {2: "truncated"}),
        (b'[{"t":"a"}', ["a"], {2: "truncated"}),
        (b'[{"t":"a"},', ["a"], {2: "truncated"}),
        (b'[{"t":"a"},]', ["a"], {2: "not_json"}),
        (b'[{"t":"a"} {"t":"b"}]', ["a"], {2: "not_json"}),
        (b'[{"t":"a"}] x', ["a"], {2: "not_json"}),
        (b'[{"t":"a"}}', ["a"], {2: "not_json"}),
        (b'{"k":{"t":"a"},"l"}', ["a"], {2: "not_json"}),
        (b'{"k":{"t":"a"},2:{}}', ["a"], {2: "not_json"}),
        (b"[" * 100_000, [], {1: "too_deep"}),
        (b'[{"t":"a"},' + b"[" * 500 + b"]" * 500 + b',{"t":"b"}]', ["a", "b"], {2: "too_deep"}),
    ],
)  # fmt: skip
def test_a_bad_record_costs_itself_and_a_broken_document_its_rest(
    content: bytes, good: list[str], reasons: dict[int, str]
) -> None:
    """Good records arrive; each bad one, or all that follows the break, is one refused record."""
    found = read(content)
    assert (texts(found), found.reasons) == (good, reasons)


def test_a_record_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    """Its hash is that of all its bytes, and the next record is found, wherever blocks cut quotes and brackets."""
    long = json.dumps({"t": '\\"[{' * 700_000, "u": ["x"]}).encode()
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"t":"a"}, ' + long + b' ,{"t":"b"}]')
    found = read(path.read_bytes(), limits=Limits(record_bytes=100_000, raw_bytes=1000))
    assert texts(found) == ["a", "b"]
    assert found.reasons == {2: "too_long"}
    assert (found.refused[2]["offset"], found.refused[2]["raw_sha256"]) == (12, hashlib.sha256(long).hexdigest())
    assert found.refused[2]["raw"] == long[:1000].decode()


json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=10,
)


class Dribble:
    """A text that comes a few bytes at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        """Hold ``content``, to be handed out ``step`` bytes at a time."""
        self.content, self.step = content, step

    def read(self, _size: int, /) -> bytes:
        """The next few bytes, however many are asked for."""
        block, self.content = self.content[: self.step], self.content[self.step :]
        return block


@settings(max_examples=300, deadline=None)
@given(st.lists(json_value, max_size=5), st.integers(1, 7), st.sampled_from([None, 1]), st.booleans())
def test_records_are_cut_where_json_ends(values: list[object], step: int, indent: int | None, keyed: bool) -> None:  # noqa: FBT001
    """However the bytes arrive, the records are the items, and their offsets lead to them."""
    from prefstrata.sources.framing._documents import records_of_document  # noqa: PLC0415

    document = {f"k{place}": value for place, value in enumerate(values)} if keyed else values
    content = json.dumps(document, ensure_ascii=False, indent=indent).encode(errors="backslashreplace")
    found = list(records_of_document(Dribble(content, step), Framing(FIELDS), Limits(), ""))
    assert [json.loads(record.raw) for record in found] == json.loads(content if not keyed else json.dumps(values))
    assert all(content[record.offset :].startswith(record.raw) for record in found)


def test_the_rest_of_a_text_is_hashed_to_its_end() -> None:
    """The start is kept, the hash is of everything, whatever the blocks."""
    for step in (1, 3, 100):
        buffer = Buffer(Dribble(b"0123456789", step))
        buffer.more()
        buffer.at = 1
        assert buffer.rest(4) == (b"1234", hashlib.sha256(b"123456789").hexdigest())


def test_records_of_a_document_can_be_fetched_again_by_number() -> None:
    """The bytes are those in the document, without the key that was put in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        path.write_bytes(b'{"k":{"t":"a"}, "l":{"t":"b"}}')
        assert fetch_records(path, Framing(FIELDS), [2]) == {2: (20, b'{"t":"b"}')}
