"""Small files of a source are read together, and the ledger cannot tell."""

from __future__ import annotations

import gzip
import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from prefstrata.model import PrefstrataError
from prefstrata.sources._spreading import SpreadStager
from prefstrata.sources.framing._records import placed
from prefstrata.sources.mapping import File, Refused, stage
from prefstrata.sources.mapping._run import _spans
from tests.unit.sources._desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefstrata.engine import DuckDBEngine
    from prefstrata.sources import IngestSummary
    from prefstrata.sources.mapping import Demand

CONFIG = """
name: test
sources:
  - name: days
    mode: offline
    supervisor: user
    path: inbox/days/*
    format: mapping
    map:
      fields: {p: text, a: text, b: text, said: text, who: text, task: text}
      prompt: p
      task: task
      raw: "file || ' ' || line"
      rater: who
      votes: [{left: {text: a}, right: {text: b}, choice: {from: said, values: {A: left, B: right}}}]
  - name: parted
    mode: offline
    supervisor: expert
    path: inbox/parted/*
    format: mapping
    map:
      fields: {id: text, score: number}
      join: {as: of, path: texts.jsonl, fields: {id: text, q: text, answer: text}, match: {id: id}}
      prompt: of.q
      ratings:
        - {response: {text: of.answer}, value: score, scale: [1, 5]}
  - name: exam
    mode: offline
    supervisor: expert
    frozen: true
    path: inbox/exam/*
    format: seed-jsonl
"""
_TABLES = (
    "batches", "quarantine", "prompts", "responses", "raters", "votes", "ratings", "steps", "events", "frozen",
)  # fmt: skip


def _vote(number: int, said: str = "A", task: str = "chat") -> str:
    record = {
        "p": f"p{number % 3}",
        "a": f"a{number % 4}",
        "b": "b",
        "said": said,
        "who": f"u{number % 2}",
        "task": task,
    }
    return f"{json.dumps(record)}\n"


def _texts(ids: str) -> str:
    return "".join(json.dumps({"id": each, "q": "q", "answer": f"answer {each}"}) + "\n" for each in ids)


def _rating(key: str, score: object) -> str:
    return f"{json.dumps({'id': key, 'score': score})}\n"


def _pair(winner: str, loser: str, task: str) -> str:
    meta = {"task": task}
    return f"{json.dumps({'type': 'pairwise', 'prompt': 'p', 'winner': winner, 'loser': loser, 'meta': meta})}\n"


_FILES = {
    # Repeated texts, another task for one of them, a value that says nothing known, no end of the last line.
    "days/0.jsonl": _vote(1) + _vote(2) + _vote(3, "?") + _vote(4).rstrip(),
    "days/1.jsonl": "",
    "days/2.jsonl": _vote(1) + "\n" + _vote(1, task="code") + "not json\n" + _vote(2, "B"),
    "days/3.csv": "p,a,b,said,who,task\np1,x,y,A,u1,chat\np1,x,x,A,u1,chat\np1,x\n",
    "days/4.jsonl": _vote(1, "?") + "{\n",
    "days/5.json": "[" + _vote(8) + "," + _vote(9, "?") + "]",
    "days/6.jsonl": _vote(1),
    "days/7 copy.jsonl": _vote(1),
    "parted/0.jsonl": _rating("1", 2) + _rating("2", 9),
    "parted/1.jsonl": _rating("9", 2) + _rating("3", 2),
    "parted/2.jsonl": _rating("9", 3),
    "exam/0.jsonl": _pair("a", "b", "chat") + _pair("b", "c", "chat") + _pair("a", "c", "code"),
    "exam/1.jsonl": _pair("c", "d", "chat") + _pair("a", "b", "chat"),
}


_LATER = {
    "days/0.jsonl": _vote(1) + _vote(2) + _vote(3, "?") + _vote(4) + _vote(5),
    "days/8.jsonl": _vote(6) + "{",
    "days/9.jsonl.gz": _vote(7) + _vote(2, "B"),
    "parted/3.jsonl": _rating("2", 4),
}


class Days(Desk):
    """A project with three sources whose files are small."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, with texts to join."""
        super().__init__(folder, CONFIG)
        for name in ("days", "parted", "exam"):
            (folder / "inbox" / name).mkdir()
        (folder / "texts.jsonl").write_text(_texts("123"), "utf-8")

    def fill(self, files: dict[str, str]) -> None:
        """Write files; those packed by their name are."""
        for name, text in files.items():
            content = text.encode()
            packed = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
            (self.folder / "inbox" / name).write_bytes(packed)

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of the ledger, by table."""
        return {name: sorted(self.rows(f"ledger.{name}"), key=repr) for name in _TABLES}


class _Machines:
    """The part of an engine that has other machines: tasks travel as bytes, and each is run twice, as may happen."""

    def __init__(self, engine: DuckDBEngine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self.tasks: list[int] = []

    def new_folder(self, full_name: str) -> tuple[str, Path]:
        folder = self._folder / f"{full_name}-{len(list(self._folder.iterdir()))}"
        folder.mkdir()
        return str(folder), folder

    def spread(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any]:
        self.tasks += [len(item.files) for item in items]
        sent = [pickle.dumps(item) for item in items]
        for item in sent:
            function(pickle.loads(item))  # noqa: S301 - our own
        return [function(pickle.loads(item)) for item in reversed(sent)][::-1]  # noqa: S301 - our own

    def take(self, full_name: str, folder: str) -> None:
        if list(Path(folder).glob("*.parquet")):
            with self._engine.connection() as connection:
                rows = connection.read_parquet(f"{folder}/*.parquet")
                connection.register("taken", rows)
                connection.execute(f"insert into {full_name} by name from taken").fetchall()
                connection.unregister("taken")


def test_machines_stage_what_one_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets a group of small files of a source, and gives them their places among all."""
    monkeypatch.setenv("PREFSTRATA_PSEUDONYM_KEY", "of the tests of small files")
    of_one = _days(tmp_path / "one")
    (tmp_path / "staged").mkdir()
    tasks: list[int] = []

    def stager(engine: DuckDBEngine, demand: Demand, key: Callable[[], bytes]) -> SpreadStager:
        machines = _Machines(engine, tmp_path / "staged")
        machines.tasks = tasks
        return SpreadStager(machines, demand, key)

    monkeypatch.setattr("prefstrata.sources._ingest.stager_for", stager)
    of_several = _days(tmp_path / "several")
    for one, several in zip(of_one[0], of_several[0], strict=True):
        assert one.files == several.files
    assert of_one[1] == of_several[1]
    assert tasks == [2, 7, 3, 1, 2, 1, 1, 1]


@pytest.mark.parametrize("change", ["longer", "shorter"])
def test_a_file_that_changes_while_it_is_mapped_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """What is refused is fetched from the file again: it must be the same one."""
    monkeypatch.setenv("PREFSTRATA_PSEUDONYM_KEY", "of the tests of small files")
    desk = Days(tmp_path)
    desk.fill({"days/a.jsonl": _vote(1), "days/b.jsonl": _vote(2) + _vote(3, "?")})

    def changing(*given: Any, **named: Any) -> list[Refused]:  # noqa: ANN401 - passed on
        desk.fill({"days/b.jsonl": _vote(2) * (3 if change == "longer" else 1)})
        return stage(*given, **named)

    monkeypatch.setattr("prefstrata.sources._staging.stage", changing)
    with pytest.raises(PrefstrataError, match="it changed while it was read"):
        desk.ingest()
    assert desk.engine.read("ledger.batches").is_empty()
    desk.engine.close()


def _days(folder: Path) -> tuple[list[IngestSummary], list[dict[str, list[dict[str, Any]]]]]:
    """What three runs tell, and the ledger after each: the files; more of them, and one grown; other texts to join."""
    desk = Days(folder)
    told, ledgers = [], []
    for files, texts in ((_FILES, "123"), (_LATER, "123"), ({}, "1239")):
        desk.fill(files)
        (folder / "texts.jsonl").write_text(_texts(texts), "utf-8")
        told.append(desk.ingest())
        ledgers.append(desk.ledger())
    desk.engine.close()
    return told, ledgers


def test_the_ledger_is_the_same_as_when_each_is_read_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches, places, ids, texts, and what was refused why; and so is what is told of the files."""
    monkeypatch.setenv("PREFSTRATA_PSEUDONYM_KEY", "of the tests of small files")
    mapped: list[int] = []
    monkeypatch.setattr("prefstrata.sources._staging.stage", lambda *given, **named: _counted(mapped, *given, **named))
    together, ledgers = _days(tmp_path / "together")
    groups = list(mapped)
    monkeypatch.setattr("prefstrata.sources._staging._TOGETHER", 0)
    alone, of_each = _days(tmp_path / "alone")
    for found, expected in zip(ledgers, of_each, strict=True):
        for name in _TABLES:
            assert found[name] == expected[name], name
    for one, other in zip(together, alone, strict=True):
        assert one.files == other.files
        assert one.refusals == other.refusals
    # What is read on, or again for what is joined now, is read alone.
    assert groups == [2, 7, 3, 1, 2, 1, 1, 1]
    assert mapped[len(groups) :] == [1] * sum(len(summary.new) for summary in alone)


def _counted(mapped: list[int], *given: Any, files: list[File], **named: Any) -> list[Refused]:  # noqa: ANN401 - passed on
    mapped.append(len(files))
    return stage(*given, files=files, **named)


def test_of_each_file_is_told_what_became_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records, those refused, why, and under which batch; the words of its name and its lines are its own."""
    monkeypatch.setenv("PREFSTRATA_PSEUDONYM_KEY", "of the tests of small files")
    desk = Days(tmp_path)
    desk.fill(_FILES)
    summary = desk.ingest()
    assert [(each.uri, each.status, each.read, dict(each.reasons)) for each in summary.files] == [
        ("inbox/exam/0.jsonl", "new", 3, {}),
        ("inbox/exam/1.jsonl", "new", 2, {}),
        ("inbox/days/0.jsonl", "new", 4, {"unknown_value": 1}),
        ("inbox/days/1.jsonl", "new", 0, {}),
        ("inbox/days/2.jsonl", "new", 4, {"not_json": 1}),
        ("inbox/days/3.csv", "new", 3, {"identical_sides": 1, "wrong_cells": 1}),
        ("inbox/days/4.jsonl", "new", 2, {"not_json": 1, "unknown_value": 1}),
        ("inbox/days/5.json", "new", 2, {"unknown_value": 1}),
        ("inbox/days/6.jsonl", "new", 1, {}),
        ("inbox/days/7 copy.jsonl", "known", 0, {}),
        ("inbox/parted/0.jsonl", "new", 2, {"out_of_scale": 1}),
        ("inbox/parted/1.jsonl", "new", 2, {"no_match": 1}),
        ("inbox/parted/2.jsonl", "new", 1, {"no_match": 1}),
    ]
    refused = {(row["batch_id"], row["line"]): row["raw"] for row in desk.ledger()["quarantine"]}
    batches = {each.uri: each.batch_id for each in summary.files}
    assert refused[batches["inbox/days/2.jsonl"], 4] == "not json"
    assert json.loads(refused[batches["inbox/parted/1.jsonl"], 1]) == {"id": "9", "score": 2}
    assert {row["raw"] for row in desk.ledger()["votes"]} >= {"0.jsonl 4", "2.jsonl 5", "3.csv 1", "6.jsonl 1"}
    desk.engine.close()


def test_a_frozen_set_has_a_row_for_each_of_its_judgements(tmp_path: Path) -> None:
    """However many are about one prompt, or one answer to it; in another file, the same judgement is none."""
    desk = Days(tmp_path)
    desk.fill({name: text for name, text in _FILES.items() if name.startswith("exam")})
    desk.ingest()
    rows = desk.ledger()["frozen"]
    found = {(row["task"], *sorted((row["left_text"], row["right_text"])), row["line"]) for row in rows}
    assert found == {("chat", "a", "b", 1), ("chat", "b", "c", 2), ("code", "a", "c", 3), ("chat", "c", "d", 1)}
    desk.engine.close()


@pytest.mark.parametrize("broken", ["days/1.jsonl", "days/6.jsonl"])
def test_a_file_that_cannot_be_read_stops_all(tmp_path: Path, broken: str) -> None:
    """Nothing but the frozen set, which comes first, is taken; when the file is whole, all is."""
    desk = Days(tmp_path)
    desk.fill(_FILES | {f"{broken}.gz": _vote(7)})
    packed = tmp_path / "inbox" / f"{broken}.gz"
    whole = packed.read_bytes()
    packed.write_bytes(whole[:-3])
    with pytest.raises(PrefstrataError, match="stream is broken"):
        desk.ingest()
    assert set(desk.engine.read("ledger.batches")["source"]) == {"exam"}
    packed.write_bytes(whole)
    assert desk.ingest().read == 22
    desk.engine.close()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(0, 1, 4), (1, 1, 3), (2, 1, 4)], [(0, 1, 1, 3), (2, 1, 2, 4)]),
        ([(0, 1, 25)], [(0, 1, 0, 10), (0, 11, 0, 20), (0, 21, 0, 25)]),
        ([(0, 5, 9), (1, 2, 26)], [(0, 5, 0, 9), (1, 2, 1, 11), (1, 12, 1, 21), (1, 22, 1, 26)]),
        ([(0, 1, 12), (2, 1, 8), (3, 1, 1)], [(0, 1, 0, 10), (0, 11, 2, 8), (3, 1, 3, 1)]),
        ([], []),
    ],
)  # fmt: skip
def test_what_is_mapped_at_once(
    lines: list[tuple[int, int, int]], expected: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some small files, or a piece of a large one: never more records than are allowed at once."""
    monkeypatch.setattr("prefstrata.sources.mapping._run._AT_ONCE", 10)
    with duckdb.connect() as connection:
        connection.execute("create table framed (__line bigint)")
        for file, first, last in lines:
            connection.execute(
                "insert into framed select unnest(?)", [[placed(file, n) for n in range(first, last + 1)]]
            )
        found = list(_spans(connection, "framed"))
    assert found == [(placed(*each[:2]), placed(*each[2:])) for each in expected]
