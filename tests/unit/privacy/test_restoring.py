"""Answers to texts with placeholders: what is put back is told by whole projects; here, what is left alone."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.privacy import restored
from prefstrata.privacy._restoring import _put_back

if TYPE_CHECKING:
    from pathlib import Path

_ROW = b'{"item": "p", "check": "c", "left": "<b>one</b>", "right": "two"}\n'


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A file that cannot be opened as a warehouse."""
    path = tmp_path / "warehouse"
    path.write_bytes(b"no warehouse")
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_answers_without_placeholders_need_no_warehouse(warehouse: Path, suffix: str) -> None:
    """Whatever marks there are in them: nobody has to wait for a run to end."""
    data = gzip.compress(_ROW) if suffix.endswith(".gz") else _ROW
    assert restored(warehouse, data, suffix) is data


def test_answers_with_placeholders_look_into_it(warehouse: Path) -> None:
    """Only there is what they stand for."""
    with pytest.raises(ConfigError, match="cannot open the warehouse"):
        restored(warehouse, _ROW.replace(b"<b>", b"<EMAIL_ADDRESS>"), ".jsonl")


def test_a_file_that_is_not_what_its_name_says_is_left_to_whoever_reads_it(warehouse: Path) -> None:
    """Reading it says what is wrong with it, record by record; what cannot be unpacked is refused here."""
    broken = b"{<EMAIL_ADDRESS>"
    assert restored(warehouse, broken, ".jsonl") is broken
    assert restored(warehouse, b"[1, '<EMAIL_ADDRESS>']", ".json") == b"[1, '<EMAIL_ADDRESS>']"
    with pytest.raises(ConfigError, match="cannot be unpacked"):
        restored(warehouse, _ROW, ".jsonl.gz")


def test_the_conversation_that_is_put_back_into_a_table_is_json() -> None:
    """However short and full of digits: only what a person reads stands behind an apostrophe."""
    own = {"messages": '[{"role":"user","content":"2+2?"}]', "a": "ask me@x.org", "b": "4"}
    shown = {"shown_messages": own["messages"], "shown_a": "ask <EMAIL_ADDRESS>", "shown_b": "4"}
    row = {"item": "p", "check": "c-q", "messages": own["messages"], "left": shown["shown_a"], "right": "'4"}
    assert _put_back(row, {"p": {"check_ab": "c", "check_ba": "d"} | own | shown}, is_table=True)
    assert (row["messages"], row["left"], row["right"]) == (own["messages"], own["a"], "'4")


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (_ROW.replace(b"<b>", b"<EMAIL_ADDRESS> \xe2\x80\xa8 and \xc2\x85"), ".jsonl"),
        (b"item,check,left,right\n" + b"p,c,<EMAIL_ADDRESS>,%s\n" % (b"long " * 40_000), ".csv"),
    ],
    ids=["separators of lines that end none", "a cell longer than Python's csv takes"],
)
def test_no_answer_is_passed_over(warehouse: Path, data: bytes, suffix: str) -> None:
    """What can be read is looked up, however odd it is."""
    with pytest.raises(ConfigError, match="cannot open the warehouse"):
        restored(warehouse, data, suffix)
