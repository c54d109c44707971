"""Files that are read together say what each of them says alone."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing import Framed, Framing, Limits, fields, frame_together, is_joinable
from prefstrata.sources.framing._frame import carefully
from tests.unit.sources.framing._reading import Fates, fates, fates_together, seen
from tests.unit.sources.framing.test_parts import LIMITS, LINES, SPEC

_PACKED = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}
_GOOD = [line for line in LINES[:4] if line]
_FILES = st.lists(
    st.tuples(st.lists(st.sampled_from(_GOOD), max_size=4), st.booleans(), st.sampled_from(sorted(_PACKED))),
    min_size=1,
    max_size=5,
)


def _alone(files: dict[str, bytes], spec: Framing) -> list[Fates]:
    return [fates(content, spec, name=name, limits=LIMITS) for name, content in files.items()]


def _agree(files: dict[str, bytes], spec: Framing) -> None:
    alone = _alone(files, spec)
    framed, together = fates_together(files, spec, limits=LIMITS)
    assert repr(together) == repr([(each.taken, each.refused) for each in alone])
    assert framed.read == tuple(each.framed.read for each in alone)


def _named(files: list[tuple[list[bytes], bool, str]]) -> dict[str, bytes]:
    return {
        f"{number}.jsonl{packed}": _PACKED[packed](b"\n".join(lines) + b"\n" * (ended and bool(lines)))
        for number, (lines, ended, packed) in enumerate(files)
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=_FILES)
@example([([], False, ""), ([_GOOD[0]], False, ""), ([], True, ""), ([_GOOD[1]], False, "")])
def test_good_records_are_taken_as_alone(files: list[tuple[list[bytes], bool, str]]) -> None:
    """Whether the last line has an end, and the file a record, packed or plain."""
    _agree(_named(files), SPEC)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=_FILES, bad=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(LINES)), min_size=1, max_size=4))
def test_bad_records_are_refused_as_alone(
    *, files: list[tuple[list[bytes], bool, str]], bad: list[tuple[int, bytes]]
) -> None:
    """With the same place and reason, and nothing beside them is lost."""
    for place, line in bad:
        files[place % len(files)][0].append(line)
    _agree(_named(files), SPEC)


@pytest.mark.parametrize("rows", [[b"t,n", b"a,1"], [b"t,n", b"a,1", b"b", b"c,x"], [b"t,n"]])
def test_tables_are_read_as_alone(rows: list[bytes]) -> None:
    """Each has its own header; another kind beside them changes nothing."""
    text = b"\n".join(rows)
    _agree({"0.csv": text, "1.csv": b"n,t\n2,b\n", "2.jsonl": b'{"t":"a"}\n', "3.json": b'[{"t":"c"},{"t":4}]'}, SPEC)


def test_a_field_may_be_called_as_a_column_of_ours() -> None:
    """The numbers of rows have a name in DuckDB, and files of a source may have a field of that name."""
    for name in ("rowid", "__begin", "__texts", "framed_rows"):
        spec = Framing(fields({name: "text"}))
        line = f'{{"{name}":"a"}}\n'.encode()
        _agree({"0.jsonl": line * 2, "1.jsonl": line}, spec)


def test_files_without_a_doubt_are_read_in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody judges their records; with one bad line in the last of them, all are judged."""
    judged: list[int] = []

    def careful(*given: Any) -> Framed:  # noqa: ANN401 - passed on
        judged.append(1)
        return carefully(*given)

    monkeypatch.setattr("prefstrata.sources.framing._together.carefully", careful)
    good = {f"{number}.jsonl": b'{"t":"a"}\n' * 3 for number in range(3)}
    fates_together(good, SPEC, limits=LIMITS)
    assert judged == []
    fates_together(good | {"3.jsonl": b"{"}, SPEC, limits=LIMITS)
    assert judged == [1]


def test_what_can_be_joined() -> None:
    """Texts of declared fields; what else a file may be is found out when it is read alone."""
    assert all(is_joinable(Path(name), SPEC) for name in ("a.jsonl", "a.csv.gz", "a.json"))
    assert not is_joinable(Path("a.parquet"), SPEC)
    assert not is_joinable(Path("a.csv"), replace(SPEC, fields=None))
    with pytest.raises(ConfigError, match="suffix"):
        is_joinable(Path("a.txt"), SPEC)


def test_each_header_must_have_the_fields(tmp_path: Path) -> None:
    """The file that lacks one is named."""
    for name, text in (("a.csv", "t,n\n"), ("b.csv", "t\n")):
        (tmp_path / name).write_text(text)
    files = [(path, seen(path)) for path in sorted(tmp_path.iterdir())]
    with duckdb.connect() as connection, pytest.raises(ConfigError, match="no column 'n'") as raised:
        frame_together(connection, files, SPEC, table="framed")
    assert raised.value.where.endswith("b.csv")


@pytest.mark.parametrize("kept", [3, -9], ids=["its head alone", "not its end"])
def test_a_broken_stream_is_named(kept: int, tmp_path: Path) -> None:
    """Nothing of the others is taken either: the run stops."""
    (tmp_path / "a.jsonl").write_bytes(b'{"t":"a"}\n')
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"t":"a"}\n' * 99)[:kept])
    files = [(path, seen(path)) for path in sorted(tmp_path.iterdir())]
    with duckdb.connect() as connection, pytest.raises(PrefstrataError, match="stream is broken") as raised:
        frame_together(connection, files, SPEC, table="framed")
    assert raised.value.where.endswith("b.jsonl.gz")


def test_a_file_that_changed_since_it_was_hashed_is_refused(tmp_path: Path) -> None:
    """Any of them."""
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        (tmp_path / name).write_bytes(b'{"t":"a"}\n')
    files = [(path, seen(path)) for path in sorted(tmp_path.iterdir())]
    (tmp_path / "b.jsonl").write_bytes(b'{"t":"a"}\n{"t":"b"}\n')
    with duckdb.connect() as connection, pytest.raises(PrefstrataError, match="it changed while it was read") as raised:
        frame_together(connection, files, SPEC, table="framed")
    assert raised.value.where.endswith("b.jsonl")


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Neither of what was taken, nor of what was refused."""
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    files = {"0.jsonl": b'{"t":"a"}\n', "1.jsonl": b"{\n"}
    fates_together(files, SPEC, limits=Limits(temp_directory=rooms))
    assert not list(rooms.iterdir())
