"""The fate of a record depends on its own bytes alone."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefstrata.sources.framing import Framing, Limits, fields
from prefstrata.sources.framing._judge import judge_for
from tests.unit.sources.framing._reading import fates

FIELDS = fields(
    {
        "t": "text",
        "i": "integer",
        "n": "number",
        "b": "boolean",
        "j": "json",
        "l": ["text"],
        "o": {"t": "text", "l": ["integer"], "o": [{"t": "text"}]},
        "m": {"*": "number"},
        "q": {"*": ["text"]},
    }
)
SPEC = Framing(FIELDS)
LIMITS = Limits(depth=12, record_bytes=4000)

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
integer = st.integers(-(2**63), 2**63 - 1)
number = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
anything = st.recursive(
    st.none() | st.booleans() | number | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Or null."""
    return strategy | st.none()


GOOD = {
    "t": some(text),
    "i": some(integer),
    "n": some(number),
    "b": some(st.booleans()),
    "j": anything,
    "l": some(st.lists(some(text), max_size=3)),
    "o": some(
        st.fixed_dictionaries(
            {},
            optional={
                "t": some(text),
                "l": some(st.lists(some(integer), max_size=3)),
                "o": some(st.lists(some(st.fixed_dictionaries({}, optional={"t": text, "x": anything})), max_size=2)),
                "x": anything,
            },
        )
    ),
    "m": some(st.dictionaries(text, some(number), max_size=3)),
    "q": some(st.dictionaries(text, some(st.lists(some(text), max_size=2)), max_size=2)),
    "x": anything,
}
good = st.fixed_dictionaries({}, optional=GOOD)
wrong = st.fixed_dictionaries({}, optional=dict.fromkeys([*GOOD, "T", ""], anything))

HOSTILE = [
    b"\0", b"\\u0000", b"\\\\u0000", b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\\uD83D\\u0041", b"\xff",
    b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"NaN", b"nan", b"Infinity", b"-inf", b"-Infinity",
    b"1e400", b"-1E+999", b"1e-400", b"1e308", b"1.8e308", b"9" * 400, b"-0", b"1.0", b"1e2", b"1e17",
    b"9223372036854775808", b"01", b"+1", b".5", b"5.", b",", b",]", b", }", b",\t}", b"[" * 20, b"]" * 20,
    b"[" * 20 + b"]" * 20, b'{"a":' * 20, b"}", b"{", b'"', b"'", b"\\", b"\\x", b"\\'", b"\t", b"\r", b"\x0b",
    b"\x01", b"\x7f", b"\xef\xbb\xbf", b"/**/", b"//", b"null", b"true", b"[]", b"{}", b' "t" : 1 , ',
    b'"t":"a","t":"b",', b'"x":1,"x":2,', b'"\\u0074":"c",', b'"o":{"t":"a","t":"b"},', b'"m":{"a":1,"a":2},',
    b'"o":{"x":1,"x":2},', b'"j":{"a":1,"a":2},', b'"l":"[]",', b'"o":"{}",', b'"i":1.5,', b'"i":true,',
    b'"b":"true",', b" ", b"x" * 5000, b"\xe2\x80\xa8", b'"j":[1,2,],', b'"x":NaN,', b'"x":[nan],', b'"x":inf}',
    b'"x":1e999,', b'"t":Infinity,',
]  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line: a good record, one of wrong types, or either with something hostile put in."""
    value = draw(good | wrong)
    raw = json.dumps(
        value, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    )
    line = raw.encode()
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        start = draw(st.integers(0, len(line)))
        end = start + draw(st.sampled_from([0, 0, 0, 1, 3]))
        line = line[:start] + draw(st.sampled_from(HOSTILE) | st.binary(max_size=3)) + line[end:]
    whole = draw(st.sampled_from([b"", b"", b"", b"", b" ", b"\r", b"\v", b"\f", b"\0", b"\x1f", b"\xa0", b"\xc2\xa0"]))
    # At the start of a file, and only there, these bytes are a mark and not part of the record.
    return (whole + line + whole).replace(b"\n", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xef\xbb\xbf")


def fate(content: bytes) -> tuple[object, ...]:
    """What becomes of a file of one line; empty for a blank line."""
    read = fates(content + b"\n", SPEC, limits=LIMITS)
    return (*(("taken", *list(row.values())[1:]) for row in read.taken.values()), *read.reasons.values())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(lines(), max_size=6), st.booleans())
def test_every_record_has_the_fate_it_has_alone(content: list[bytes], ended: bool) -> None:  # noqa: FBT001
    """One file of many lines, taken the careful way if any is bad, says of each what its own file of one line says."""
    whole = fates(b"\n".join(content) + b"\n" * ended, SPEC, limits=LIMITS)
    offset = 0
    for line, raw in enumerate(content, start=1):
        alone = fate(raw)
        if line in whole.taken:
            assert repr(alone) == repr((("taken", *list(whole.taken[line].values())[1:]),))
        elif line in whole.refused:
            reason = whole.reasons[line]
            assert alone == (reason,) or (reason == "truncated" and line == len(content) and not ended)
            assert whole.refused[line]["offset"] == offset
        else:
            assert alone == ()
        offset += len(raw) + 1


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(lines())
def test_the_bulk_reader_takes_what_the_judge_takes(line: bytes) -> None:
    """A file of one line goes the fast way exactly when the judge finds nothing wrong with the line."""
    read = fates(line + b"\n", SPEC, limits=LIMITS)
    if not line.strip(b" \t\r"):
        assert read.framed.read == 0
    elif len(line) > LIMITS.record_bytes:
        assert read.reasons == {1: "too_long"}
    elif refusal := judge_for(FIELDS, LIMITS)(line):
        assert read.reasons == {1: refusal.reason.value}
        assert not read.framed.fast
    else:
        assert list(read.taken) == [1]
        assert read.framed.fast


@settings(max_examples=80, deadline=None)
@given(st.lists(good, max_size=8))
def test_a_good_record_arrives_exactly(records: list[dict[str, object]]) -> None:
    """Every declared field of every good record comes out with the value it went in with."""
    read = fates("".join(json.dumps(record) + "\n" for record in records).encode(), SPEC)
    assert read.framed.fast
    assert list(read.taken) == list(range(1, len(records) + 1))
    for line, record in enumerate(records, start=1):
        row = read.taken[line]
        for name in ("t", "i", "b", "l"):
            assert row[name] == record.get(name)
        assert (row["n"] is None) == (record.get("n") is None)
        if record.get("n") is not None:
            assert row["n"] == float(record["n"])  # type: ignore[arg-type]
            assert math.copysign(1, row["n"]) == math.copysign(1, float(record["n"])) or record["n"] == 0  # type: ignore[arg-type]
        if record.get("j") is None:
            assert row["j"] is None
        else:
            assert json.loads(str(row["j"])) == pytest.approx(record["j"]) if isinstance(record["j"], float) else True
