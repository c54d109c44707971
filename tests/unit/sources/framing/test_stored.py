"""Files as stored: compressed, linked, broken, missing."""

from __future__ import annotations

import gzip
import hashlib
import os
from typing import TYPE_CHECKING

import duckdb
import pytest
import zstandard

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing import Framing, Seen, fetch_records, fields, frame
from tests.unit.sources.framing._reading import fates, fates_of_file

if TYPE_CHECKING:
    from pathlib import Path

SPEC = Framing(fields({"t": "text"}))
CLEAN = b'{"t":"a"}\n{"t":"b"}\n'
DIRTY = b'{"t":"a"}\n{"t":1}\n{"t":"b"}\n'
FORMS = {"jsonl": (CLEAN, DIRTY), "json": (b'[{"t":"a"},{"t":"b"}]', b'[{"t":"a"},{"t":1},{"t":"b"}]'),
         "csv": (b"t\na\nb\n", b"t\na\nx,y\nb\n")}  # fmt: skip


def zstd(content: bytes) -> bytes:
    """Compress ``content``."""
    # Two frames and unknown size, as streaming writers leave them.
    half = len(content) // 2
    return b"".join(
        zstandard.ZstdCompressor(write_content_size=False).compress(part) for part in (content[:half], content[half:])
    )


PACKERS = {"gz": lambda content: gzip.compress(content[:5], mtime=0) + gzip.compress(content[5:], mtime=0), "zst": zstd}


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("suffix", PACKERS)
def test_a_compressed_file_is_read_like_a_plain_one(kind: str, suffix: str) -> None:
    """Same records, same refusals at the same places in the text."""
    for content in FORMS[kind]:
        plain = fates(content, SPEC, name=f"a.{kind}")
        packed = fates(PACKERS[suffix](content), SPEC, name=f"a.{kind}.{suffix}")
        assert (plain.taken, plain.refused) == (packed.taken, packed.refused)


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("kind", FORMS)
def test_a_compressed_stream_that_is_cut_or_spoilt_is_an_error(kind: str, suffix: str) -> None:
    """It will be delivered whole later; taking its start now would say the same things twice."""
    packed = PACKERS[suffix](FORMS[kind][0] * 50)
    for broken in (packed[:-1], packed[: len(packed) // 3], b"no such stream"):
        with pytest.raises(PrefstrataError, match=f"a.{kind}.{suffix}: its compressed stream is broken"):
            fates(broken, SPEC, name=f"a.{kind}.{suffix}")


def test_kind_and_compression_can_be_declared_against_the_suffix() -> None:
    """A suffix is a hint, a declaration is an order."""
    spec = Framing(SPEC.fields, kind="jsonl", compression="gzip")
    assert len(fates(gzip.compress(CLEAN), spec, name="export.dump").taken) == 2
    with pytest.raises(ConfigError, match="suffix"):
        fates(CLEAN, SPEC, name="export.dump")


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.parquet", "a.jsonl.gz"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    """The error says which file, and what to do."""
    with pytest.raises(PrefstrataError, match=f"{name}: it cannot be read: No such file"):
        fates_of_file(tmp_path / name, SPEC)
    with pytest.raises(PrefstrataError, match=name):
        fetch_records(tmp_path / name, SPEC, [1])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """The error says so."""
    with pytest.raises(PrefstrataError, match="Is a directory"):
        fates_of_file(tmp_path, Framing(SPEC.fields, kind="jsonl"))


@pytest.mark.parametrize("name", ["a[1].jsonl", "*.jsonl", "it's {0}.jsonl", "ü \\.jsonl"])
def test_a_path_is_no_pattern(name: str, tmp_path: Path) -> None:
    """Characters that mean something to the bulk reader mean nothing here."""
    (tmp_path / "a1.jsonl").write_bytes(b'{"t":"other"}\n')
    (tmp_path / name).write_bytes(CLEAN)
    read = fates_of_file(tmp_path / name, SPEC)
    assert [row["t"] for row in read.taken.values()] == ["a", "b"]
    assert read.framed.fast


@pytest.mark.parametrize("kind", ["jsonl", "json"])
def test_json_needs_fields(kind: str) -> None:
    """There is no header to go by."""
    with pytest.raises(ConfigError, match="Declare its fields"):
        fates(b"[]", Framing(), name=f"a.{kind}")


def _seen(path: Path) -> Seen:
    found = path.stat()
    return Seen(hashlib.sha256(path.read_bytes()).hexdigest(), found.st_size, found.st_mtime_ns)


@pytest.mark.parametrize("kind", FORMS)
def test_a_file_that_was_hashed_is_taken_as_seen_and_refused_when_written_to_since(kind: str, tmp_path: Path) -> None:
    """What is taken are the bytes that were hashed: a later write, even of as many bytes, is noticed."""
    path = tmp_path / f"a.{kind}"
    path.write_bytes(FORMS[kind][0])
    seen = _seen(path)
    with duckdb.connect() as connection:
        assert frame(connection, path, SPEC, table="framed", seen=seen).read == 2
        os.utime(path, ns=(0, seen.modified_ns + 1))
        with pytest.raises(PrefstrataError, match="it changed while it was read"):
            frame(connection, path, SPEC, table="framed", seen=seen)
        path.write_bytes(FORMS[kind][0] + b"\n")
        os.utime(path, ns=(0, seen.modified_ns))
        with pytest.raises(PrefstrataError, match="it changed while it was read"):
            frame(connection, path, SPEC, table="framed", seen=seen)
