"""The named format queue-answers: what was exported, with the answers filled in."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.noise.queues import export_tasks
from prefstrata.pipeline._spreadsheet import as_exported
from tests.unit.sources.formats._answers import PROMPT, question, read, winners

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ["=1+1", "'=1+1", "''@x", "-\nmore", '"quoted", and ; more', "\uff1d1", "'plain'"]


def _lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps({"rater": "lee"} | record) + "\n" for record in records).encode()


def _csv(rows: list[dict[str, Any]]) -> bytes:
    table = io.StringIO()
    empty = dict.fromkeys(("rater", "reason_tags", "rationale", "decided_at"))
    writer = csv.DictWriter(table, list(rows[0] | empty))
    writer.writeheader()
    writer.writerows({"rater": "lee"} | row for row in rows)
    return table.getvalue().encode()


def test_an_answer_is_a_vote_in_the_round_of_its_source(tmp_path: Path) -> None:
    """With rater, time, reasons, dimension and the display order; the prompt is the one that was asked about."""
    answer = {"choice": " Right", "rater": "lee", "reason_tags": "vague; too long;", "rationale": " Clear. "}
    summary, tables = read(
        tmp_path, "queue-answers", "a.jsonl", _lines(question(**answer, decided_at="2026-11-20T10:00:00+01:00"))
    )
    assert (summary.accepted, summary.quarantined) == (1, 0)
    [vote] = tables["votes"]
    assert winners(tables) == ["two"]
    assert (vote["dimension"], vote["rater_id"], vote["round"]) == ("tone", "expert:lee", "arbitration")
    assert (vote["reason_tags"], vote["rationale"]) == (["too long", "vague"], "Clear.")
    assert vote["decided_at"] == datetime(2026, 11, 20, 9)  # noqa: DTZ001 - the ledger's times are UTC without a zone
    [prompt] = tables["prompts"]
    assert prompt["messages"] == PROMPT
    assert [prompt[name] for name in ("task", "scenario", "risk_level", "language")] == ["chat", "care", "high", "en"]


@pytest.mark.parametrize(("choice", "said"), [("tie", "tie"), ("both_bad", "both_bad"), ("LEFT", "left")])
def test_every_choice_is_known(tmp_path: Path, choice: str, said: str) -> None:
    """In capitals too; any other word is refused."""
    _, tables = read(tmp_path, "queue-answers", "a.jsonl", _lines(question(choice=choice)))
    assert [vote["choice"] for vote in tables["votes"]] == [said]
    summary, _ = read(tmp_path, "queue-answers", "b.jsonl", _lines(question(choice=f"{choice}?")))
    assert summary.reasons == {"unknown_value": 1}


@pytest.mark.parametrize("choice", [None, "", "  "])
def test_what_nobody_answered_is_refused_as_that(tmp_path: Path, choice: str | None) -> None:
    """An empty place is no opinion, and no tie."""
    summary, _ = read(tmp_path, "queue-answers", "a.jsonl", _lines(question(choice=choice)))
    assert summary.reasons == {"unanswered": 1}


@pytest.mark.parametrize("rater", [None, "", "   ", "\t\n", "\u00a0", "\u3000 ", "\x1f\x85\u2028"])
def test_an_answer_of_nobody_is_refused(tmp_path: Path, rater: str | None) -> None:
    """Two who do not say who they are would count as one."""
    answers = [question(choice=choice, rater=rater) for choice in ("left", "right")]
    summary, tables = read(tmp_path, "queue-answers", "a.jsonl", _lines(*answers, question(choice="left", rater="0")))
    assert summary.reasons == {"nameless": 2}
    assert [vote["rater_id"] for vote in tables["votes"]] == ["expert:0"]
    assert all(row["detail"].startswith("rater: it is empty") for row in tables["quarantine"])


@pytest.mark.parametrize(
    "changed",
    [{"left": "one."}, {"right": "two "}, {"messages": json.dumps(PROMPT[1:])}, {"left": "two", "right": "one"}],
)
def test_a_text_that_was_changed_was_not_compared(tmp_path: Path, changed: dict[str, str]) -> None:
    """A cell that a program cut, or two columns that changed places, would be a vote on something else."""
    summary, _ = read(tmp_path, "queue-answers", "a.jsonl", _lines(question(choice="left") | changed))
    assert summary.reasons == {"text_changed": 1}


@pytest.mark.parametrize(
    "changed",
    [
        {"dimension": "help"},
        {"dimension": None},
        {"item": "nonsense"},
        {"item": None},
        {"task": "code"},
        {"scenario": None},
        {"risk_level": "low"},
        {"language": "de"},
        {"dimension": "care", "scenario": "tone"},
    ],
)
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_question_that_nobody_asked_is_not_answered(
    tmp_path: Path, changed: dict[str, str | None], suffix: str
) -> None:
    """Another pair, dimension or scenario is another question; the row beside it is taken."""
    rows = [question(choice="left") | changed, question(choice="left")]
    summary, tables = read(tmp_path, "queue-answers", f"a.{suffix}", _lines(*rows) if suffix == "jsonl" else _csv(rows))
    assert summary.reasons == {"question_changed": 1}
    assert [vote["dimension"] for vote in tables["votes"]] == ["tone"]


@pytest.mark.parametrize("check", [None, "", "  ", "'"])
def test_an_answer_without_its_check_is_refused(tmp_path: Path, check: str | None) -> None:
    """Nobody can tell what was asked."""
    summary, _ = read(tmp_path, "queue-answers", "a.jsonl", _lines(question(choice="left") | {"check": check}))
    assert summary.reasons == {"unchecked": 1}


def test_an_answer_to_an_earlier_export_is_held_against_its_texts(tmp_path: Path) -> None:
    """Its check has no part for the question: what people have answered is not lost."""
    before = {"check": question()["check"].partition("-")[0], "choice": "left"}
    rows = (question() | before, question() | before | {"left": "another"})
    summary, tables = read(tmp_path, "queue-answers", "a.jsonl", _lines(*rows))
    assert (summary.reasons, winners(tables)) == ({"text_changed": 1}, ["one"])


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_an_answer_of_the_future_is_refused(tmp_path: Path, suffix: str) -> None:
    """It would hold against all that its rater says later; a time without its zone may be some hours ahead."""
    times = {hours: f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}" for hours in (-1, 14, 26)}
    rows = [question(choice="left", decided_at=each) for each in ("2126-11-20T10:00:00Z", *times.values())]
    summary, tables = read(tmp_path, "queue-answers", f"a.{suffix}", _lines(*rows) if suffix == "jsonl" else _csv(rows))
    assert summary.reasons == {"in_the_future": 2}
    assert len(tables["votes"]) == 2
    assert tables["quarantine"][0]["detail"] == "decided_at is 2126-11-20 10:00:00, and it is not that late yet"


def test_white_space_around_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    """One rater, who said one thing: however the name was typed, the answer is the same one."""
    names = ("dr-x", "dr-x ", "\u00a0dr-x", "\u3000dr-x\t", "dr-x\u2028")
    _, tables = read(tmp_path, "queue-answers", "a.jsonl", _lines(*(question(choice="left", rater=n) for n in names)))
    assert [vote["rater_id"] for vote in tables["votes"]] == ["expert:dr-x"]


def test_the_same_answer_in_two_files_is_one_vote(tmp_path: Path) -> None:
    """A file that was sent in half filled in, and again when it was full, counts once."""
    first, second = (
        question(choice="left", rater="lee"),
        question(choice="tie", rater="lee", item="mn", dimension="help"),
    )
    read(tmp_path, "queue-answers", "a.jsonl", _lines(first, second | {"choice": None}))
    _, tables = read(tmp_path, "queue-answers", "b.jsonl", _lines(first, second))
    assert sorted(vote["dimension"] for vote in tables["votes"]) == ["help", "tone"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_comes_back_as_it_went(tmp_path: Path, text: str) -> None:
    """Through the export, a program that writes CSV in its own way, and back: the same texts, marks taken away."""
    asked = question(left=text, right=f"{text}.", dimension="=tone")
    schema = dict.fromkeys(asked, pl.String)
    export_tasks(pl.DataFrame([asked], schema=schema), "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    answered = io.StringIO()
    writer = csv.DictWriter(answered, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    left = rows[0]["left"].replace("\n", "\r\n")
    writer.writerow(
        rows[0] | {"left": left, "choice": "left", "rater": "lee", "rationale": "'=because", "reason_tags": "'-x; y"}
    )
    summary, tables = read(tmp_path, "queue-answers", "a.csv", answered.getvalue().encode())
    assert summary.reasons == {}
    assert winners(tables) == [text]
    [vote] = tables["votes"]
    assert (vote["dimension"], vote["rationale"], vote["reason_tags"]) == ("=tone", "=because", ["-x", "y"])


TEXTS = [
    *(
        *HOSTILE,
        "1/2",
        "3-4",
        "0012",
        "1E5",
        "TRUE",
        " wahr",
        "\u00a0true",
        "\u2003wahr",
        "true\u00a0",
        "\x0btrue",
        "'\u00a0TRUE",
        "-5",
        "12.50 EUR",
        "5 %",
        "10:30",
        "March 2026",
        "\uff11/\uff12",
    ),
    *("'1/2", "''0012", "'TRUE'", "'90s", "\n7\n", "9" * 60, "e" * 60, "Step 1. Do not.", "plain", "'", "''"),
    *(f"{'x' * (length - 2)} {digit}" for length in (39, 40, 41) for digit in (1, "one")),
    *(f"'{'x' * (length - 4)}\n{length % 10}'" for length in (40, 41, 42, 43)),
]
"""What spreadsheets rewrite, what they leave, and what lies between: apostrophes, line ends, lengths."""


def _saved(cell: str) -> str:
    """A cell as a spreadsheet saves it that took it for what it may be, a formula, a number or a date among them."""
    text = cell.strip()
    if cell.startswith(("=", "+", "-", "@", "\t", "\n")):
        return "#NAME?"
    if re.fullmatch(r"\d{1,2}[/:-]\d{1,2}|[A-Z][a-z]+ \d{4}", text):
        return "02. Jan 26"
    if re.fullmatch(r"[\d.]+(E\d+)?( %| EUR)?", text):
        return f"{float(text.removesuffix(' %').removesuffix(' EUR')):g}"
    return text.upper() if text.lower() in {"true", "false", "wahr", "falsch"} else cell.replace("\n", "\r\n")


def test_a_spreadsheet_that_rewrites_what_it_can_rewrites_nothing(tmp_path: Path) -> None:
    """Opened, filled in and saved, a table has the texts, the dimension and the task that were exported."""
    more = {"task": "3-4", "scenario": "0012", "dimension": "1/2", "language": "es-419"}
    asked = [question(left=text, right=f"{text}.", item=f"i{n}", **more) for n, text in enumerate(TEXTS)]
    export_tasks(pl.DataFrame(asked, schema=dict.fromkeys(asked[0], pl.String)), "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: _saved(cell) for name, cell in row.items()} for row in csv.DictReader(file)]
    answered = io.StringIO()
    writer = csv.DictWriter(answered, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(row | {"choice": "left", "rater": "lee", "rationale": "why"} for row in rows)
    data = as_exported(answered.getvalue().encode(), ".csv", "a.csv")
    summary, tables = read(tmp_path, "queue-answers", "a.csv", data)
    assert (summary.reasons, summary.accepted) == ({}, len(TEXTS))
    assert sorted(str(text).strip() for text in winners(tables)) == sorted(text.strip() for text in TEXTS)
    assert {vote["dimension"] for vote in tables["votes"]} == {"1/2"}
    assert {(row["task"], row["scenario"], row["language"]) for row in tables["prompts"]} == {("3-4", "0012", "es-419")}


def test_only_tables_lose_an_apostrophe(tmp_path: Path) -> None:
    """In JSON lines nothing was added, so nothing is taken away."""
    _, tables = read(tmp_path, "queue-answers", "a.jsonl", _lines(question(left="'=1", choice="left")))
    assert winners(tables) == ["'=1"]
