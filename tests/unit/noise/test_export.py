"""Tasks as files: complete, inert, and never over something that is there."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from prefstrata.model import ConfigError
from prefstrata.noise.queues import FORMATS, export_tasks

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = {"choice", "rater", "reason_tags", "rationale", "decided_at"}


def tasks(left: str = "one", right: str = "two") -> pl.DataFrame:
    """Two questions about one pair."""
    row = {"item": "ab", "question": "Which?", "prompt": "hi", "left": left, "right": right, "scenario": None}
    schema = dict.fromkeys((*row, "dimension"), pl.String)
    return pl.DataFrame([row | {"dimension": "overall"}, row | {"dimension": "tone"}], schema=schema)


def test_every_format_holds_every_question(tmp_path: Path) -> None:
    """JSON lines and CSV have empty places for the answers; a Label Studio task has all as its data."""
    made = export_tasks(tasks(), "jsonl", tmp_path / "t.jsonl")
    assert (made.items, made.questions, made.files) == (1, 2, (tmp_path / "t.jsonl",))
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text("utf-8").splitlines()]
    assert [line["dimension"] for line in lines] == ["overall", "tone"]
    assert {name for name, value in lines[0].items() if value is None} == {*ANSWERS, "scenario"}
    export_tasks(tasks(), "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{name: value or "" for name, value in line.items()} for line in lines]
    export_tasks(tasks(), "label-studio", tmp_path / "t.json")
    listed = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert listed == [{"data": {name: line[name] for name in line if name not in ANSWERS}} for line in lines]


def test_the_labelling_config_shows_the_data_and_asks_for_the_choices(tmp_path: Path) -> None:
    """It is XML, stands beside the tasks, and names what tasks and format have."""
    made = export_tasks(tasks(), "label-studio", tmp_path / "t.json")
    assert made.files == (tmp_path / "t.json", tmp_path / "t.xml")
    view = ET.fromstring((tmp_path / "t.xml").read_text("utf-8"))  # noqa: S314 - our own file
    shown = {value.removeprefix("$") for element in view.iter() if (value := element.get("value", "")).startswith("$")}
    assert shown == {"question", "prompt", "left", "right"}
    assert [choice.get("value") for choice in view.iter("Choice")] == ["left", "right", "tie", "both_bad"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@sum(a1)", "'=1", "''-1", "\uff1d1", "=a\nb", '=cmd|"/c calc"!a1']
)
def test_no_cell_of_a_table_begins_as_a_formula(tmp_path: Path, text: str) -> None:
    """An apostrophe stands before it, one more than before, so that it can be taken away again."""
    export_tasks(tasks(left=text), "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["left"] for row in rows] == [f"'{text}"] * 2
    export_tasks(tasks(left=text), "jsonl", tmp_path / "t.jsonl")
    assert json.loads((tmp_path / "t.jsonl").read_text("utf-8").splitlines()[0])["left"] == text


_REWRITTEN = [
    "1/2",
    "3-4",
    "0012",
    "1E5",
    "TRUE",
    "'1/2",
    " falsch\n",
    "5 %",
    "\uff11\uff12",
    "10:30 Uhr",
    "März 2026",
    "0" * 99,
]
"""What one spreadsheet or another takes for a date, a number or a truth value, and saves as it understood it."""


@pytest.mark.parametrize("text", _REWRITTEN)
def test_no_cell_of_a_table_can_be_taken_for_a_date_or_a_number(tmp_path: Path, text: str) -> None:
    """Behind an apostrophe it is a text to every spreadsheet, whichever column it stands in; JSON lines need none."""
    asked = tasks(left=text).with_columns(pl.lit(text).alias(name) for name in ("dimension", "scenario", "prompt"))
    export_tasks(asked, "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert {row[name] for name in ("left", "dimension", "scenario", "prompt")} == {f"'{text}"}
    export_tasks(asked, "jsonl", tmp_path / "t.jsonl")
    assert json.loads((tmp_path / "t.jsonl").read_text("utf-8").splitlines()[0])["left"] == text


def test_a_hash_is_marked_only_where_it_is_a_number(tmp_path: Path) -> None:
    """One in some hundred thousand is; the others, and the prompt as JSON, stay as they are for who reads the table."""
    asked = tasks().with_columns(
        pl.Series("item", ["0123456789e12345", "0123456789ab1234"]), check=pl.lit("12"), messages=pl.lit('[{"n": 1}]')
    )
    export_tasks(asked, "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["item"] for row in rows] == ["'0123456789e12345", "0123456789ab1234"]
    assert [(row["check"], row["messages"]) for row in rows] == [("'12", '[{"n": 1}]')] * 2


@pytest.mark.parametrize(
    "text", ["'quoted'", "a=b", "'", "l'eau", "truest", "Call 112 at once, then wait by the door for help.", "ab" * 40]
)
def test_other_texts_stay_as_they_are(tmp_path: Path, text: str) -> None:
    """An apostrophe that guards nothing is the text's own."""
    export_tasks(tasks(left=text), "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["left"] == text


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_overwritten_and_nothing_half_is_left(tmp_path: Path, form: str) -> None:
    """Not the tasks, and not the config beside them."""
    (tmp_path / "t.json").write_text("mine")
    with pytest.raises(ConfigError, match="there already"):
        export_tasks(tasks(), form, tmp_path / "t.json")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"t.json": "mine"}


def test_a_config_that_is_there_stops_the_export(tmp_path: Path) -> None:
    """It may be somebody's own."""
    (tmp_path / "t.xml").write_text("mine")
    with pytest.raises(ConfigError, match="there already"):
        export_tasks(tasks(), "label-studio", tmp_path / "t.json")
    assert not (tmp_path / "t.json").exists()


def test_nothing_to_ask_writes_nothing(tmp_path: Path) -> None:
    """An empty file would look like work."""
    assert export_tasks(tasks().clear(), "csv", tmp_path / "t.csv").files == ()
    assert list(tmp_path.iterdir()) == []


def test_the_key_goes_to_a_file_of_its_own_and_to_no_other(tmp_path: Path) -> None:
    """It holds the answers to what was asked, no more."""
    key = pl.DataFrame(
        {"item": ["ab", "ab", "mn"], "dimension": ["overall", "help", "overall"], "answer": ["left", "tie", "right"]}
    )
    export_tasks(tasks(), "jsonl", tmp_path / "t.jsonl", (key, tmp_path / "key.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "key.jsonl").read_text("utf-8").splitlines()]
    assert lines == [{"item": "ab", "dimension": "overall", "answer": "left"}]
    assert "answer" not in (tmp_path / "t.jsonl").read_text("utf-8")
    with pytest.raises(ConfigError, match="are one"):
        export_tasks(tasks(), "jsonl", tmp_path / "u.jsonl", (key, tmp_path / "u.jsonl"))
