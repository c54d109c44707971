"""Files that somebody should look at are told: those of which nothing was accepted, and those that were edited."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests._command import inside

pytestmark = pytest.mark.usefixtures("in_short")

CONFIG = """
name: test
sources:
  - name: pilot
    mode: offline
    supervisor: expert
    path: inbox/*.jsonl
    format: mapping
    map:
      fields: {p: text, a: text, b: text, said: text}
      where: p <> 'spare'
      prompt: p
      votes: [{left: {text: a}, right: {text: b}, choice: {from: said, values: {A: left, B: right}}}]
"""


def _put(project: Path, name: str, prompt: str, *words: object) -> None:
    records = ({"p": prompt, "a": "x", "b": "y", "said": said} for said in words)
    (project / "inbox" / name).write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one source."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a run that accepted a file whole and had nothing to tell of it; no test changes it."""
    folder = tmp_path_factory.mktemp("accepted")
    (folder / "inbox").mkdir()
    (folder / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    _put(folder, "a.jsonl", "q", "A", "B")
    done = inside("run", "--quiet", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return folder


@pytest.fixture
def released(accepted: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(accepted, tmp_path / "project"))


def test_a_file_refused_whole_is_told(project: Path) -> None:
    """With its source, the most frequent reason, and what reads it again; what `where` leaves out is not told."""
    _put(project, "a.jsonl", "q", "a", "b", 1)
    _put(project, "b.jsonl", "spare", "A", "B")
    told = "pilot: all records read of inbox/a.jsonl (3) were refused, mostly for unknown_value"
    done = inside("run", cwd=project)
    assert done.code == 0
    assert " ".join(done.err.split()).count("were refused") == 1
    assert told in " ".join(done.err.split())
    assert told in " ".join(inside("doctor", cwd=project).out.split())


def test_each_reason_is_told_with_its_first_record(project: Path) -> None:
    """Where it is and what is wrong with it, the most frequent reason first: no table need be asked."""
    _put(project, "a.jsonl", "q", 1, "neither", "both")
    done = inside("run", cwd=project)
    unknown = "unknown_value: votes[0].choice is neither; known are A, B"
    lines = [line.strip() for line in done.err.splitlines() if line.startswith("  ")]
    assert lines == [
        f"inbox/a.jsonl, line 2: {unknown}",
        "inbox/a.jsonl, line 1: wrong_type: said holds a number: 1; expected text",
    ]
    assert "unknown_value: line 2: votes[0]" in " ".join(inside("doctor", cwd=project).out.split())


def test_machines_are_told_each_reason_of_each_file(project: Path) -> None:
    """With `--json`, as the quarantine numbers the records."""
    _put(project, "a.jsonl", "q", 1, "neither", "both")
    _put(project, "b.jsonl", "q", "A", "none")
    _put(project, "c.jsonl", "q", "B")
    files = inside("run", "--json", cwd=project).document["files"]
    told = [[(each["reason"], each["records"], each["line"]) for each in file["refusals"]] for file in files]
    assert told == [[("unknown_value", 2, 2), ("wrong_type", 1, 1)], [("unknown_value", 1, 2)], []]
    assert "known are A, B" in files[0]["refusals"][0]["detail"]
    again = inside("run", "--json", cwd=project).document["files"]
    assert [file["refusals"] for file in again] == [[], [], []]


def test_what_a_refused_record_says_cannot_move_the_terminal(project: Path) -> None:
    """A value of a file is shown in one line, its control characters as escapes."""
    _put(project, "a.jsonl", "q", "\x1b[2J\nwarning: all is well")
    done = inside("run", cwd=project)
    assert "\x1b" not in done.err
    assert "line 1: unknown_value: votes[0].choice is \\x1b[2J\\nwarning: all is well" in done.err


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.csv", "p,a,b,said\n\n\nq,x,y,none\n", "record 1"),
        ("a.json", '[{"p": "q", "a": "x", "b": "y"}]', "record 1"),
    ],
)
def test_a_record_is_named_as_people_find_it(project: Path, name: str, text: str, place: str) -> None:
    """By its number among records: the header of a table is none, nor is an empty row."""
    (project / "prefstrata.yaml").write_text(CONFIG.replace("*.jsonl", "*"), "utf-8")
    (project / "inbox" / name).write_text(text, "utf-8")
    assert f"inbox/{name}, {place}: " in inside("run", cwd=project).err


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b'{"p": "q", "a": "x", "b": "y", "said": "A"}', "a .json file holds a list of records, [{…}, {…}]"),
        ("a.csv", "p,a,b,said\nä,x,y,A\n".encode("latin-1"), "save the file as UTF-8"),
    ],
)
def test_what_to_do_is_told_where_the_reason_does_not_say_it(project: Path, name: str, data: bytes, said: str) -> None:
    """Of one object where a list is meant, and of a table in another encoding; by `doctor`, too."""
    (project / "prefstrata.yaml").write_text(CONFIG.replace("*.jsonl", "*"), "utf-8")
    (project / "inbox" / name).write_bytes(data)
    assert said in inside("run", cwd=project).err
    assert said in inside("doctor", cwd=project).out


def test_a_file_that_is_edited_after_it_was_read_is_told(released: Path) -> None:
    """With how much of it counts twice: nothing of it was taken back, and its records have no id."""
    project = released
    _put(project, "a.jsonl", "q", "A", "B", "B")
    grown = inside("run", "--json", cwd=project)
    assert (grown.document["files"][0]["status"], "warning" in grown.err) == ("grown", False)
    _put(project, "a.jsonl", "q", "B", "B", "B")
    done = inside("run", cwd=project)
    assert "warning: pilot: inbox/a.jsonl was changed since it was read, so all of it was read" in done.err
    assert "2 statements without an id count a second time" in done.err
    assert "warning" not in inside("run", cwd=project).err


def test_who_wants_no_notes_is_warned_all_the_same(released: Path) -> None:
    """Of files refused whole, with their records, and of files that were edited."""
    project = released
    _put(project, "a.jsonl", "q", "B", "B")
    _put(project, "b.jsonl", "q", "none")
    refused, record, edited = inside("run", "--quiet", cwd=project).err.splitlines()
    assert refused.startswith("warning: pilot: all records read of inbox/b.jsonl (1) were refused")
    assert record.startswith("         inbox/b.jsonl, line 1: unknown_value")
    assert edited.startswith("warning: pilot: inbox/a.jsonl was changed since it was read")


def test_doctor_names_files_that_were_edited(project: Path) -> None:
    """From the ledger, for as long as it counts them twice; not those that grew."""
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        _put(project, name, name, "A", "B")
    inside("run", cwd=project)
    _put(project, "a.jsonl", "a.jsonl", "A", "B", "B")
    _put(project, "b.jsonl", "b.jsonl", "none", "B", "B")
    _put(project, "c.jsonl", "c.jsonl", "B", "B")
    inside("run", cwd=project)
    inside("run", cwd=project)
    told = [
        each["found"] for each in inside("doctor", "--json", cwd=project).document["checks"] if each["what"] == "files"
    ]
    twice = "was changed since it was read, so all of it was read again: what it said before stays"
    assert told == [
        f"pilot: inbox/{name}.jsonl {twice}, and {counts} without an id count a second time"
        for name, counts in (("b", "1 statement"), ("c", "1 statement"))
    ]


def test_files_are_told_where_a_check_stops_the_run(released: Path) -> None:
    """The next run knows them, so nobody else would say it."""
    project = released
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb") as warehouse:
        warehouse.execute("update ledger.batches set accepted = accepted + 1, rows = rows + 1")
    _put(project, "a.jsonl", "q", "B", "B")
    _put(project, "b.jsonl", "q", "none")
    done = inside("run", cwd=project)
    assert done.code == 3
    assert "warning: pilot: inbox/a.jsonl was changed since it was read" in done.err
    assert "inbox/b.jsonl, line 1: unknown_value" in done.err
    assert "warning" not in inside("run", cwd=project).err


def test_a_file_that_has_other_records_every_day_is_no_news(project: Path) -> None:
    """Nor one whose records have ids: what is said again under its id is said once."""
    (project / "prefstrata.yaml").write_text(
        CONFIG.replace("      prompt: p", "      id: a || said\n      prompt: p"), "utf-8"
    )
    for prompt, words in (("monday", "AB"), ("tuesday", "BA")):
        _put(project, "a.jsonl", prompt, *words)
        assert "warning" not in inside("run", cwd=project).err
    _put(project, "a.jsonl", "tuesday", "A")
    done = inside("run", "--json", cwd=project)
    assert (done.document["files"][0]["status"], "warning" in done.err) == ("changed", False)
