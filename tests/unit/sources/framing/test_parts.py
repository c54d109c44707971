"""A file read in parts says what it says when it is read at once."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing import Framing, Limits, fields, frames
from prefstrata.sources.framing._parts import Parts
from tests._room import no_file_larger_than
from tests.unit.sources.framing._reading import fates, fates_in_parts

if TYPE_CHECKING:
    from pathlib import Path

SPEC = Framing(fields({"t": "text", "n": "number"}))
LINES = [
    b'{"t":"a"}', b'{"t":"b","n":1}', b'{"t":"long","n":2.5}'.ljust(90), b'{"n":-0.0}', b"", b" \t", b'{"t":1}', b"{",
    b'\xef\xbb\xbf{"t":"mark"}', b"null", b'{"t":"\\ud800"}', b'{"n":1e400}', b"\xff", b'{"t":"' + b"x" * 300 + b'"}',
    b"[" * 40 + b"]" * 40, b'{"t":"c"}\r', b'\v{"t":"d"}',
]  # fmt: skip
LIMITS = Limits(record_bytes=200, raw_bytes=50, depth=12)


def _parts(source: io.BytesIO, size: int, block: int) -> list[bytes]:
    parts, found = Parts(source, size), list[bytes]()
    while not found or parts.more:
        found.append(b"".join(iter(lambda: parts.read(block), b"")))
    return found


@given(
    lines=st.lists(st.sampled_from([b"", b"a", b"bb", b"c" * 30])),
    ended=st.booleans(),
    size=st.integers(1, 60),
    block=st.integers(1, 40),
)
def test_parts_are_cut_at_the_first_line_end_after_their_size(
    *, lines: list[bytes], ended: bool, size: int, block: int
) -> None:
    """Together they are the text, and none but the last is empty, unended or too short."""
    text = b"\n".join(lines) + b"\n" * ended
    found = _parts(io.BytesIO(text), size, block)
    assert b"".join(found) == text
    for part in found[:-1]:
        assert part.endswith(b"\n")
        assert len(part) >= size
        assert b"\n" not in part[size - 1 : -1]
    assert found[-1] or found == [b""]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=12),
    ended=st.booleans(),
    size=st.integers(1, 400),
    packed=st.sampled_from(["", ".gz", ".zst"]),
)
def test_every_record_has_the_fate_it_has_in_one_part(
    *, lines: list[bytes], ended: bool, size: int, packed: str
) -> None:
    """Its number, its place, its values or the reason against it; however small the parts, packed or plain."""
    text = b"\n".join(lines) + b"\n" * ended
    whole = fates(text, SPEC, limits=LIMITS)
    content = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[packed](text)
    parts, read = fates_in_parts(content, SPEC, name=f"a.jsonl{packed}", limits=replace(LIMITS, part_bytes=size))
    assert repr((read.taken, read.refused)) == repr((whole.taken, whole.refused))
    assert sum(part.read for part in parts) == whole.framed.read
    assert sum(part.rejected for part in parts) == whole.framed.rejected


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_record_that_is_too_long_is_refused_wherever_it_stands(suffix: str) -> None:
    """Between short ones, in a file that is read at once: how much a block of what is stored holds says nothing."""
    text = b'{"t":"a"}\n{"t":"' + b"x" * 292 + b'"}\n{"t":"b"}\n'
    content = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix](text)
    assert fates(content, SPEC, name=f"a.jsonl{suffix}", limits=LIMITS).reasons == {2: "too_long"}


def test_only_the_part_with_a_doubt_is_read_line_by_line() -> None:
    """One bad line does not make all of a large file slow."""
    lines = [b'{"t":"%d"}' % number for number in range(100)]
    lines[50] = b"{"
    parts, read = fates_in_parts(b"\n".join(lines), SPEC, limits=Limits(part_bytes=100))
    assert len(parts) > 8
    assert [part.fast for part in parts].count(False) == 1
    assert read.reasons == {51: "not_json"}


def test_a_file_that_fits_one_part_is_not_copied(tmp_path: Path) -> None:
    """There is no room to copy it into, and it is read all the same; a larger one is not."""
    file, rooms = tmp_path / "a.jsonl", tmp_path / "rooms"
    rooms.mkdir()
    file.write_bytes(b'{"t":"a"}\n' * 10)
    with duckdb.connect() as connection:
        for size, links in ((100, [True]), (50, [False, False])):
            found = []
            limits = Limits(part_bytes=size, temp_directory=rooms)
            for _ in frames(connection, file, SPEC, table="framed", limits=limits):
                [plain, *_] = sorted(rooms.glob("*/*"))
                found.append(plain.is_symlink())
            assert found == links
    assert not list(rooms.iterdir())


def test_a_file_that_changes_between_its_parts_is_refused(tmp_path: Path) -> None:
    """What was read of it before must not be taken."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"t":"a"}\n' * 10)
    with duckdb.connect() as connection:
        parts = frames(connection, file, SPEC, table="framed", limits=Limits(part_bytes=30))
        next(parts)
        with file.open("ab") as more:
            more.write(b'{"t":"b"}\n')
        with pytest.raises(PrefstrataError, match="it changed while it was read"):
            list(parts)


@pytest.mark.parametrize("content", [b'{"t":"a"}\n', b'{"t":"a"}\n{\n'], ids=["the part", "what is good of it"])
def test_too_little_room_for_a_copy_is_told(content: bytes, tmp_path: Path) -> None:
    """Where, and what to do; the file itself is not to blame."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(content * 20_000)
    limits = Limits(part_bytes=150_000 if len(content) < 11 else None, temp_directory=tmp_path)
    with (
        no_file_larger_than(100_000),
        duckdb.connect() as connection,
        pytest.raises(PrefstrataError, match="set TMPDIR") as raised,
    ):
        list(frames(connection, file, SPEC, table="framed", limits=limits))
    assert raised.value.where == str(tmp_path)


@pytest.mark.parametrize("size", [0, -1])
def test_a_part_has_a_size(size: int) -> None:
    """A part of nothing would never end."""
    with pytest.raises(ConfigError, match="must be positive"):
        Limits(part_bytes=size)
