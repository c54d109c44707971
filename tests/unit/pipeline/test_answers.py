"""Answers go into the inbox of the source that reads them: checked first, under a name of their own, once."""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError, IntegrityError
from prefstrata.pipeline import import_answers
from prefstrata.pipeline._spreadsheet import as_exported
from prefstrata.project import Project, read_project
from prefstrata.sources import ingest
from tests.unit.sources.formats._answers import question

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name: test
policies: [general, high-risk]
sources:
  - &answers
    name: answers
    mode: offline
    supervisor: expert
    path: inbox/answers/*
    format: queue-answers
    defaults: {round: arbitration}
  - {<<: *answers, name: studio, path: inbox/studio/*, format: label-studio}
  - {<<: *answers, name: again, supervisor: crowd, path: inbox/again/*.csv, defaults: {round: reannotation}}
  - {<<: *answers, name: strict, path: inbox/strict/*, defaults: {round: golden, scenario: medical}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with four sources of answers."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    return read_project(folder)


def _answer(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    empty = dict.fromkeys(("choice", "rater", "reason_tags", "rationale", "decided_at"))
    asked = {"dimension": "overall", "scenario": None, "risk_level": None, "language": None}
    return empty | question(**asked | {"choice": "left", "rater": "lee"} | more)


def _file(folder: Path, name: str, *answers: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(each) + "\n" for each in answers), "utf-8")
    return path


def _inbox(project: Project) -> list[str]:
    return sorted(
        str(path.relative_to(project.directory)) for path in project.directory.glob("inbox/**/*") if path.is_file()
    )


def test_a_file_is_kept_under_a_name_made_of_its_bytes(project: Project, tmp_path: Path) -> None:
    """Its own name may be anything; the same bytes again change nothing."""
    name = "answers; rm -rf * $(x)\n.JSONL"
    made = import_answers(project, _file(tmp_path, name, _answer(), _answer(choice=None)), round_="arbitration")
    assert (made.source, made.is_new, made.summary.accepted) == ("answers", True, 1)
    assert dict(made.summary.reasons) == {"unanswered": 1}
    assert _inbox(project) == [str(made.path.relative_to(project.directory))]
    assert made.path.suffixes == [".jsonl"]
    assert made.path.stem.isalnum()
    again = import_answers(
        project, _file(tmp_path, "other.jsonl", _answer(), _answer(choice=None)), round_="arbitration"
    )
    assert (again.path, again.is_new) == (made.path, False)
    assert len(_inbox(project)) == 1


def test_the_round_and_the_suffix_choose_the_source(project: Project, tmp_path: Path) -> None:
    """JSON is Label Studio's, unless the format is named; a compressed file stays compressed."""
    data = {"prompt": "hi", "left": "one", "right": "two"}
    value = {"from_name": "choice", "type": "choices", "value": {"choices": ["left"]}}
    annotations = [{"id": 1, "completed_by": 1, "updated_at": "2026-11-20T10:00:00Z", "result": [value]}]
    export = tmp_path / "export.json"
    export.write_text(json.dumps([{"id": 1, "data": data, "annotations": annotations}]), "utf-8")
    assert import_answers(project, export, round_="arbitration").source == "studio"
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(_file(tmp_path, "a.jsonl", _answer()).read_bytes(), mtime=0))
    made = import_answers(project, packed, round_="arbitration")
    assert (made.source, made.path.suffixes) == ("answers", [".jsonl", ".gz"])


@pytest.mark.parametrize(
    ("name", "text", "round_", "said"),
    [
        ("a.jsonl", "{}\n", "nowhere", "no source has the format queue-answers and the default round nowhere"),
        ("a.txt", "{}\n", "arbitration", "what kind of file"),
        ("a", "{}\n", "arbitration", "what kind of file"),
        ("a.gz", "{}\n", "arbitration", "what kind of file"),
        ("a.jsonl", "", "arbitration", "no records"),
        ("a.jsonl", "not json\n", "arbitration", "1 not_json"),
        ("a.jsonl", json.dumps(_answer(choice=None)) + "\n", "arbitration", "1 unanswered"),
        ("a.jsonl", json.dumps(_answer(rater=" ")) + "\n", "arbitration", "1 nameless"),
        ("a.csv", "item,choice\nab,left\n", "arbitration", "column"),
        ("a.json", "[", "arbitration", "truncated"),
        ("a.jsonl", json.dumps(_answer(risk_level="high")) + "\n", "golden", "1 rationale_required"),
        ("a.jsonl", json.dumps(_answer()) + "\n", "reannotation", "would not find"),
    ],
)
def test_what_no_run_could_read_is_not_imported(  # noqa: PLR0913, PLR0917 - two fixtures and a case
    project: Project, tmp_path: Path, name: str, text: str, round_: str, said: str
) -> None:
    """It says why, as code 2, and the inbox is as it was."""
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said) as raised:
        import_answers(project, tmp_path / name, round_=round_)
    assert raised.value.exit_code == 2
    assert _inbox(project) == []


@pytest.mark.parametrize(("suffix", "place"), [("csv", "row"), ("jsonl", "line")])
def test_every_refused_answer_is_told_with_its_place(project: Project, tmp_path: Path, suffix: str, place: str) -> None:
    """The row of a spreadsheet, whose first is the header, or a line; what is wrong, and what to do."""
    answers = [
        _answer(),
        _answer(choice=None, rationale="two\nlines"),
        _answer() | {"dimension": "tone"},
        _answer(decided_at="soon"),
    ]
    path = tmp_path / f"a.{suffix}"
    file = _table(path, answers, ",") if suffix == "csv" else _file(tmp_path, "a.jsonl", *answers)
    made = import_answers(project, file, round_="arbitration")
    assert [each.at for each in made.refused] == [f"{place} {number + (place == 'row')}" for number in (2, 3, 4)]
    assert [each.line for each in made.refused] == [2, 3, 4]
    assert [each.reason for each in made.refused] == ["unanswered", "question_changed", "bad_time"]
    assert all(each.detail and each.todo for each in made.refused)
    with pytest.raises(ConfigError) as raised:
        import_answers(project, _file(tmp_path, "b.jsonl", *([answers[1]] * 12)), round_="arbitration")
    assert raised.value.where == f"{tmp_path / 'b.jsonl'}, line 1"
    told = raised.value.what.splitlines()
    assert told[1] == (
        "line 1: unanswered: choice: nobody filled it in; write left, right, tie or both_bad into choice"
    )
    assert (len(told), told[-1]) == (12, "and 2 more")


@pytest.mark.parametrize("mark", ["", "sep={parts}\n"])
@pytest.mark.parametrize("parts", [",", ";"])
def test_a_row_is_the_one_that_the_spreadsheet_shows(project: Project, tmp_path: Path, parts: str, mark: str) -> None:
    """Empty ones count, a cell of two lines is in one, and the line by which Excel tells what parts cells is none."""
    answers = [_answer(rationale="two\nlines"), _answer(choice=None)]
    file = _table(tmp_path / "a.csv", answers, parts)
    header, rest = file.read_text("utf-8-sig").split("\n", 1)
    file.write_text(f"{mark.format(parts=parts)}{header}\n\n\n{rest}\n\n", "utf-8-sig")
    made = import_answers(project, file, round_="arbitration")
    assert [(each.at, each.reason) for each in made.refused] == [("row 5", "unanswered")]
    assert (made.summary.read, made.summary.accepted) == (2, 1)


@pytest.mark.parametrize("parts", [",", ";"])
def test_a_row_of_empty_cells_is_no_answer(project: Project, tmp_path: Path, parts: str) -> None:
    """A spreadsheet writes what parts cells for an empty row, too."""
    file = _table(tmp_path / "a.csv", [_answer()], parts)
    with file.open("a", encoding="utf-8") as more:
        more.write(f"{parts * (len(_answer()) - 1)}\n  \n")
    made = import_answers(project, file, round_="arbitration")
    assert (made.summary.read, made.refused) == (1, ())


def test_a_record_of_a_table_whose_rows_are_not_known_has_its_number(project: Project, tmp_path: Path) -> None:
    """A quote that nobody closes swallows rows of a spreadsheet, and a packed table is no spreadsheet."""
    file = _table(tmp_path / "a.csv", [_answer(), _answer(choice=None)], ",")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    found = import_answers(project, tmp_path / "a.csv.gz", round_="arbitration").refused
    assert [each.at for each in found] == ["record 2"]
    with file.open("a", encoding="utf-8") as more:
        more.write('"never closed\nand,more\n')
    found = import_answers(project, file, round_="arbitration").refused
    assert [each.at for each in found] == ["record 2", "record 3", "record 4"]


def test_a_task_is_told_by_its_number(project: Project, tmp_path: Path) -> None:
    """In a Label Studio export lines say nothing."""
    export = tmp_path / "e.json"
    export.write_text(json.dumps([{"id": 1, "data": question(), "annotations": []}] * 2), "utf-8")
    with pytest.raises(ConfigError, match="task 2: unanswered: ") as raised:
        import_answers(project, export, round_="arbitration")
    assert raised.value.where == f"{export}, task 1"


def test_what_to_do_about_a_task_speaks_of_no_cells(project: Project, tmp_path: Path) -> None:
    """Label Studio has data and annotations; one annotation that cannot be taken keeps back the others of its task."""
    value = {"from_name": "choice", "type": "choices", "value": {"choices": ["left"]}}
    good = {"id": 1, "completed_by": 1, "updated_at": "2026-11-20T10:00:00Z", "result": [value]}
    tasks = [
        ({"left": "changed"}, [good]),
        ({"language": "fr"}, [good]),
        ({}, [good | {"updated_at": "soon"}]),
        ({}, [good, good | {"id": 2, "completed_by": 2, "updated_at": "2126-11-20T10:00:00Z"}]),
        ({"check": None, "risk_level": "odd"}, [good]),
        ({}, [good]),
    ]
    export = tmp_path / "e.json"
    records = [{"id": 1, "data": question() | data, "annotations": annotations} for data, annotations in tasks]
    export.write_text(json.dumps(records), "utf-8")
    made = import_answers(project, export, round_="arbitration")
    assert made.summary.accepted == 1
    again = "export the queue again, import it as new tasks, and leave their data as it is"
    assert [(each.at, each.reason, each.todo) for each in made.refused] == [
        ("task 1", "text_changed", again),
        ("task 2", "question_changed", again),
        (
            "task 3",
            "bad_time",
            "export the project as JSON again, and leave created_at and updated_at as they are",
        ),
        (
            "task 4",
            "in_the_future",
            "put the clock of the server right, and submit that annotation again; the others wait for it",
        ),
        ("task 5", "unknown_value", "correct it, or export the queue again"),
    ]


def test_a_file_that_cannot_be_unpacked_is_named(project: Project, tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(ConfigError, match="cannot be unpacked") as raised:
        import_answers(project, path, round_="arbitration")
    assert (raised.value.where, bool(raised.value.todo)) == (str(path), True)


def test_names_that_differ_by_case_only_are_told_and_stay_apart(project: Project, tmp_path: Path) -> None:
    """From each other, or from a name that is in the ledger; white space around a name is no difference."""
    names = ("dr-x", "Dr-X ", "ÉMILE", "Émile", " lee", "lee")
    answers = [_answer(rater=name, item=f"i{place}") for place, name in enumerate(names)]
    made = import_answers(project, _file(tmp_path, "a.jsonl", *answers), round_="arbitration")
    assert made.alike == (("expert:Dr-X", "expert:dr-x"), ("expert:ÉMILE", "expert:Émile"))
    assert made.summary.accepted == len(names)
    project.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    engine = DuckDBEngine(project.warehouse_path)
    ingest(engine, project)
    engine.close()
    later = import_answers(project, _file(tmp_path, "b.jsonl", _answer(rater="LEE", item="new")), round_="arbitration")
    assert later.alike == (("expert:LEE", "expert:lee"),)


def test_of_many_names_that_are_alike_the_first_hundred_are_told(project: Project, tmp_path: Path) -> None:
    """And how many there are."""
    names = [f"{letter}{place:03}" for place in range(101) for letter in "rR"]
    answers = [_answer(rater=name, item=name) for name in names]
    made = import_answers(project, _file(tmp_path, "a.jsonl", *answers), round_="arbitration")
    assert (len(made.alike), made.alike_count) == (100, 101)
    assert (made.alike[0], made.alike[-1]) == (("expert:R000", "expert:r000"), ("expert:R099", "expert:r099"))


def test_a_warehouse_without_tables_is_none(project: Project, tmp_path: Path) -> None:
    """Its file may be there before the first run ends: names are held against each other only."""
    project.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect(str(project.warehouse_path)).close()
    file = _file(tmp_path, "a.jsonl", _answer(rater="lee"), _answer(rater="Lee"))
    made = import_answers(project, file, round_="arbitration")
    assert (made.summary.accepted, made.alike) == (2, (("expert:Lee", "expert:lee"),))


def test_a_damaged_warehouse_is_told(project: Project, tmp_path: Path) -> None:
    """As what it is, not as a fault of the answers, and nothing is imported."""
    project.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    engine = DuckDBEngine(project.warehouse_path)
    ingest(engine, project)
    engine.close()
    data = bytearray(project.warehouse_path.read_bytes())
    for place in range(3 * 4096 + 64, len(data), 4096):
        data[place] ^= 0xFF
    project.warehouse_path.write_bytes(data)
    with pytest.raises(IntegrityError, match="the warehouse is damaged") as raised:
        import_answers(project, _file(tmp_path, "a.jsonl", _answer()), round_="arbitration")
    assert raised.value.where == str(project.warehouse_path)
    assert _inbox(project) == []


def test_a_file_that_is_not_there_is_told(project: Project, tmp_path: Path) -> None:
    """And so is a folder."""
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(ConfigError):
            import_answers(project, path, round_="arbitration")


def test_two_sources_for_one_round_and_format_are_one_too_many(project: Project, tmp_path: Path) -> None:
    """Nobody can tell whose the answers are."""
    twice = (*project.sources, project.sources[0].model_copy(update={"name": "more"}))
    with pytest.raises(ConfigError, match="answers, more"):
        import_answers(
            project.model_copy(update={"sources": twice}), _file(tmp_path, "a.jsonl", _answer()), round_="arbitration"
        )


HOSTILE = {
    "rater": "dr-ünï",
    "reason_tags": "a;b",
    "rationale": 'He said "no";\nthen, well:\r\n\tyes',
    "left": '\'=one; "two", three',
    "right": " two ",
    "dimension": "",
}
HOSTILE["check"] = _answer(**HOSTILE | {"left": '=one; "two", three'})["check"]


def _table(path: Path, rows: list[dict[str, Any]], parts: str, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=parts)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("parts", "name", "encoding"),
    [(";", "a.csv", "utf-8"), (";", "a.csv", "utf-8-sig"), ("\t", "a.csv", "utf-8"), (";", "a.TSV", "utf-8-sig")],
)
def test_a_table_may_be_parted_as_a_spreadsheet_parts_it(
    project: Project, tmp_path: Path, parts: str, name: str, encoding: str
) -> None:
    """By a semicolon in much of Europe, whatever the suffix says: the cells are the same, and all are read."""
    rows = [_answer(**HOSTILE), _answer(item="cd", rater="lee", decided_at="2026-11-25T10:00:00Z")]
    made = import_answers(project, _table(tmp_path / name, rows, parts, encoding), round_="arbitration")
    assert (made.summary.read, made.summary.accepted) == (2, 2)
    with made.path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file, delimiter="\t" if made.path.suffix == ".tsv" else ","))
    assert found == [{key: value or "" for key, value in row.items()} for row in rows]


@pytest.mark.parametrize(("parts", "ends"), [(";", "\r\n"), (",", "\n"), ("\t", "\r\n")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_line_that_says_what_parts_cells_is_no_row(
    project: Project, tmp_path: Path, parts: str, ends: str, encoding: str
) -> None:
    """Excel writes and reads `sep=;` before the header; the answers below it are read like any others."""
    rows = [_answer(**HOSTILE), _answer(item="cd", rater="lee")]
    path = _table(tmp_path / "a.csv", rows, parts)
    path.write_bytes(f"sep={parts}{ends}".encode(encoding) + path.read_bytes())
    made = import_answers(project, path, round_="arbitration")
    assert (made.summary.read, made.summary.accepted) == (2, 2)
    with made.path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [{key: value or "" for key, value in row.items()} for row in rows]


def test_only_a_line_of_its_own_says_what_parts_cells() -> None:
    """A header that begins like it is a header, and keeps its first column."""
    table = b"sep=a,item,choice\r\nx,ab,left\r\n"
    assert as_exported(table, ".csv", "a.csv") == table


def test_a_table_as_it_was_exported_is_kept_byte_by_byte(project: Project, tmp_path: Path) -> None:
    """There is nothing to put right."""
    path = _table(tmp_path / "a.csv", [_answer(**HOSTILE)], ",")
    assert import_answers(project, path, round_="arbitration").path.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("parts", "encoding", "said"),
    [(";", "cp1252", "not in UTF-8"), (",", "cp1252", "not in UTF-8"), ("|", "utf-8", "column")],
)
def test_how_to_save_a_table_is_told(project: Project, tmp_path: Path, parts: str, encoding: str, said: str) -> None:
    """An encoding is not guessed at: names and reasons have no check that would tell."""
    rows = [_answer(**HOSTILE), _answer(item="cd", rater="lee")]
    with pytest.raises(ConfigError, match=said) as raised:
        import_answers(project, _table(tmp_path / "a.csv", rows, parts, encoding), round_="arbitration")
    assert raised.value.todo == "save it as CSV UTF-8, with the header that was exported; nothing was imported"
    assert _inbox(project) == []
