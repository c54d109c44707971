"""Consent taken back: a planted subject in five releases is in none that follows, and the old ones can be destroyed."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from prefstrata.engine import demand_built, read_warehouse
from prefstrata.model import ConfigError, IntegrityError
from prefstrata.project import open_project_store, read_project
from prefstrata.sources import KEY_FILE, pseudonym_key, pseudonym_of
from tests._command import command, inside, put

pytestmark = pytest.mark.usefixtures("in_short")

SUBJECT = "planted.person@example.org"
WORDS = "My locker is number 4711"
CONFIG = """\
name: clinic
policies: [general]
sources:
  - name: app
    mode: online
    supervisor: user
    path: inbox/*.jsonl
    format: mapping
    map:
      fields: {id: text, who: text, did: text, asked: text, got: text, made: text, at: text}
      prompt: asked
      events:
        - {id: id, user: who, kind: did, response: {text: got}, became: {text: made}, session: who, occurred_at: at}
"""
JUDGED = """\
  - name: verdicts
    mode: synthetic
    supervisor: judge
    path: verdicts/*.jsonl
    format: mapping
    map:
      fields: {asked: text, one: text, two: text, stars: number}
      prompt: asked
      responses: {one: {text: one}, two: {text: two, generator: {constant: writer-1}}}
      votes: [{left: one, right: two, choice: {constant: left}, rater: {constant: it}}]
      ratings: [{response: one, value: stars, scale: [1, 5], dimension: {constant: overall}, rater: {constant: it}}]
"""


def _event(number: int, who: str, did: str, asked: str, *texts: str) -> dict[str, Any]:
    got, made = (*texts, None)[:2]
    at = f"2026-11-{1 + number // 10:02}T10:{number % 60:02}:00Z"
    return {"id": f"{who}-{number}", "who": who, "did": did, "asked": asked, "got": got, "made": made, "at": at}


def _day(day: int) -> list[dict[str, Any]]:
    """What the subject and two others did on a day; one question was asked by all of them."""
    mine = f"{WORDS}, what about day {day}?"
    events = [
        _event(10 * day, SUBJECT, "like", mine, f"Answer {day} to you alone."),
        _event(
            10 * day + 1,
            SUBJECT,
            "edit",
            mine,
            f"Answer {day} to you alone.",
            f"{WORDS} is what I wrote on day {day}.",
        ),
        _event(10 * day + 2, SUBJECT, "like", f"Common question {day}?", "Yes."),
    ]
    # Not all alike: two who always did the same in the same hour would be taken for one hand.
    common = f"Common question {day}?"
    events += [_event(10 * day + 3 + n, who, "like", common, "Yes.") for n, who in enumerate(("ben", "eva"))]
    events.append(_event(10 * day + 5, "ben", "edit", common, "Yes.", "Yes, and why."))
    return events


def _read(project: Path, tag: str) -> dict[str, str]:
    """Everything a release holds, as text: bytes are searched as they are, and Parquet is unpacked first."""
    with open_project_store(read_project(project)) as store:
        commit = store.resolve(tag).id
        texts = {}
        for file in store.list(commit):
            with store.open(commit, file.path) as reader:
                content = reader.read()
            unpacked = pl.read_parquet(io.BytesIO(content)).write_ndjson() if file.path.endswith(".parquet") else ""
            texts[file.path] = content.decode("utf-8", "replace") + unpacked
        return texts


def _release_day(folder: Path, day: int) -> None:
    put(folder, f"2026-11-0{day + 1}.jsonl", *_day(day))
    # A model was asked about what the subject alone had asked, and wrote another answer to it.
    asked = {"asked": f"{WORDS}, what about day {day}?", "one": f"Answer {day} to you alone.", "stars": 4}
    said = json.dumps({**asked, "two": "A model wrote this to you alone."})
    (folder / "verdicts" / f"{day}.jsonl").write_text(f"{said}\n", "utf-8")
    assert inside("run", "--quiet", cwd=folder).code == 0


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One release with the subject in it; no test changes it."""
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "prefstrata.yaml").write_text(CONFIG + JUDGED)
    (folder / "inbox").mkdir()
    (folder / "verdicts").mkdir()
    _release_day(folder, 0)
    return folder


@pytest.fixture(scope="module")
def project(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five releases, the subject in each."""
    folder = Path(shutil.copytree(first_day, tmp_path_factory.mktemp("clinic") / "project"))
    for day in range(1, 5):
        _release_day(folder, day)
    return folder


def test_a_process_of_its_own_has_the_key_of_the_tests(first_day: Path) -> None:
    """What a test ran in its own process can be gone on with by the command: users are the same to both."""
    done = command("doctor", cwd=first_day)
    assert "pseudonyms: their key is the one that the ledger knows" in done.out
    assert not (first_day / KEY_FILE).exists()


def test_what_a_subject_said_is_gone_and_old_releases_can_be_destroyed(project: Path) -> None:
    """Byte search over layers, report, card and manifest; it counts; purged files say so, the newest is whole."""
    found = read_project(project)
    subject = pseudonym_of(pseudonym_key(found), "app", SUBJECT)
    ids = {
        row["event_id"]
        for row in inside("sql", "select event_id, user_id from ledger.events", "--json", cwd=project).document
        if row["user_id"] == subject
    }
    assert len(ids) == 15
    traces = {SUBJECT, subject, WORDS, "to you alone", *ids}
    for number in range(1, 6):
        held = "".join(_read(project, f"v{number:06}").values())
        assert WORDS in held, "the subject was never in the release, so nothing is shown"
        assert "A model wrote this" in held, "the judge's verdict was never in the release, so nothing is shown"
        assert SUBJECT not in held

    done = inside("withdraw", SUBJECT, "--json", cwd=project)
    assert "warning" not in done.err
    assert done.document == [{"source": "app", "subject": subject, "events": 15, "judgements": 0, "new": True}]
    assert inside("run", "--quiet", cwd=project).code == 0
    texts = _read(project, "v000006")
    assert {path.split("/")[0] for path in texts} >= {"weak", "report", "manifest.json", "CARD.md", "calibration"}
    assert [(path, trace) for path, text in texts.items() for trace in traces if trace in text] == []
    assert "Common question 4?" in "".join(texts.values()), "what others said of the same stays"
    manifest = json.loads(texts["manifest.json"])
    told = manifest["online"]["withdrawn"]
    assert (told["subjects"], told["events"], told["judgements"], len(told["hashes"])) == (1, 15, 0, 1)
    assert {row["change"] for row in manifest["changes"] if row["kind"] != "unpaired"} <= {"withdrawn", "reweighted"}
    before = json.loads(_read(project, "v000005")["manifest.json"])
    assert {key: manifest["ledger"][key] == before["ledger"][key] for key in ("read", "accepted", "rows")} == {
        "read": True,
        "accepted": True,
        "rows": False,
    }
    assert manifest["batches"] == before["batches"], "what a command records is no file"
    assert inside("withdraw", SUBJECT, cwd=project).out == "consent was withdrawn before; nothing to do\n"
    erased = "select kind, count(*) as n from evidence.erased group by kind order by kind"
    assert inside("sql", erased, "--json", cwd=project).document == [
        {"kind": "prompt", "n": 5},
        {"kind": "response", "n": 10},
    ]
    back = inside("rollback", "v000005", cwd=project)
    assert (back.code, "before 1 withdrew" in back.err) == (3, True)

    old = [f"v{number:06}" for number in range(1, 6)]
    assert inside("purge", "v000006", "--reason", "no", cwd=project).code == 2
    done = inside("purge", *old, "--reason", "request 17 of 2026-11-25", "--json", cwd=project)
    assert done.document["releases"] == old
    assert done.document["recorded"] == done.document["deleted"] > 0
    for tag in old:
        with pytest.raises(IntegrityError, match="purged: request 17 of 2026-11-25"):
            _read(project, tag)
    stored = b"".join(path.read_bytes() for path in (project / "releases").rglob("*") if path.is_file())
    assert WORDS.encode() not in stored
    assert inside("verify", "v000006", cwd=project).code == 0


ANSWERS = """\
  - name: answers
    mode: offline
    supervisor: expert
    path: inbox/answers/*
    format: queue-answers
    defaults: {round: arbitration}
"""


def test_an_answer_about_a_text_that_left_is_not_imported(first_day: Path, tmp_path: Path) -> None:
    """An annotator's word would bring it back, into golden; the answers about other texts are taken."""
    shutil.copytree(first_day, tmp_path, dirs_exist_ok=True)
    (tmp_path / "prefstrata.yaml").write_text(CONFIG + JUDGED + ANSWERS)
    asked, answers = tmp_path / "asked.csv", tmp_path / "answers.csv"
    assert inside("queue", "export", "backflow", "--out", asked, cwd=tmp_path).code == 0
    tasks = pl.read_csv(asked, infer_schema=False).with_columns(choice=pl.lit("left"), rater=pl.lit("zoe"))
    mine = tasks["prompt"].str.contains(WORDS, literal=True)
    assert 0 < mine.sum() < tasks.height, "both kinds of answers are there"
    tasks.write_csv(answers)

    assert inside("withdraw", SUBJECT, cwd=tmp_path).code == 0
    early = inside("queue", "import", answers, "--as", "arbitration", cwd=tmp_path)
    assert (early.code, "withdrew consent since the last run" in early.err) == (2, True)
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    refused = inside("queue", "import", answers, "--as", "arbitration", cwd=tmp_path)
    assert (refused.code, f"{mine.sum()} of its answers" in refused.err) == (2, True)
    assert f"       row {mine.arg_true()[0] + 2}\n" in refused.err, "as a spreadsheet counts them"
    assert list((tmp_path / "inbox" / "answers").iterdir()) == []

    tasks.filter(~mine).write_csv(answers)
    assert inside("queue", "import", answers, "--as", "arbitration", cwd=tmp_path).code == 0
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    texts = "".join(_read(tmp_path, "latest").values())
    assert (WORDS in texts, "to you alone" in texts) == (False, False)


def test_a_subject_nobody_knows_is_remembered(project: Path) -> None:
    """Consent may be withdrawn before a file arrives; a source that is not there is a mistake."""
    done = inside("withdraw", "stranger", "--source", "app", "--json", cwd=project)
    assert "warning: nothing of this user is in the ledger (app)" in done.err
    assert [(each["events"], each["new"]) for each in done.document] == [(0, True)]
    assert inside("withdraw", "stranger", "--source", "app", "--json", cwd=project).document[0]["new"] is False
    assert inside("withdraw", "stranger", "--source", "web", cwd=project).code == 2
    odd = inside("withdraw", "str\udcffnger", cwd=project)  # as Python passes on an argument that is not UTF-8
    assert (odd.code, "the name is not UTF-8" in odd.err) == (2, True)
    put(project, "2026-11-09.jsonl", _event(90, "stranger", "like", "Unheard of?", "No."))
    assert inside("run", "--quiet", cwd=project).code == 0
    [row] = inside(
        "sql",
        "select count(*) as n from evidence.events where source = 'app' and prompt_id in"
        " (select prompt_id from ledger.prompts where messages::varchar like '%Unheard%')",
        "--json",
        cwd=project,
    ).document
    assert row == {"n": 0}


def test_whoever_judged_can_withdraw_too_and_so_can_users_of_sources_that_are_no_more(tmp_path: Path) -> None:
    """A rater is named as the ledger names raters; a source that left prefstrata.yaml left its records behind."""
    crowd = JUDGED.replace("mode: synthetic", "mode: offline").replace("supervisor: judge", "supervisor: crowd")
    config = tmp_path / "prefstrata.yaml"
    config.write_text(CONFIG + crowd)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "verdicts").mkdir()
    put(tmp_path, "2026-11-01.jsonl", *_day(0))
    said = {"asked": "What else?", "one": "This.", "two": "That.", "stars": 5}
    (tmp_path / "verdicts" / "a.jsonl").write_text(json.dumps(said) + "\n", "utf-8")
    # Nobody has read a file yet: who judges in a source without users is known by name then, too.
    [one] = inside("withdraw", "late", "--source", "verdicts", "--json", cwd=tmp_path).document
    assert (one["subject"], one["new"]) == ("crowd:late", True)
    # Accents may be spelled as letters of their own; the ledger has them composed.
    for spelled, is_new in (("crowd:Zoe\u0301", True), ("crowd:Zo\u00e9", False)):
        [one] = inside("withdraw", spelled, "--json", cwd=tmp_path).document
        assert (one["subject"], one["new"]) == ("crowd:Zo\u00e9", is_new)
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    assert "What else?" in "".join(_read(tmp_path, "v000001").values())

    config.write_text(CONFIG.split("sources:", maxsplit=1)[0] + "sources:\n" + crowd)
    [done] = inside("withdraw", SUBJECT, "--json", cwd=tmp_path).document
    assert (done["source"], done["events"], done["new"]) == ("app", 3, True)
    [one] = inside("withdraw", "crowd:it", "--json", cwd=tmp_path).document
    assert (one["subject"], one["judgements"], one["new"]) == ("crowd:it", 2, True)
    [again] = inside("withdraw", "it", "--source", "verdicts", "--json", cwd=tmp_path).document
    assert (again["subject"], again["judgements"], again["new"]) == ("crowd:it", 2, False)
    with (
        read_warehouse(read_project(tmp_path).warehouse_path) as connection,
        pytest.raises(ConfigError, match="withdrew consent since the last run"),
    ):
        demand_built(connection, "evidence.pairs")  # as whoever is to ask people or models does first
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    with read_warehouse(read_project(tmp_path).warehouse_path) as connection:
        demand_built(connection, "evidence.pairs")
    texts = "".join(_read(tmp_path, "v000002").values())
    assert [trace for trace in (WORDS, "What else?", "crowd:it") if trace in texts] == []

    # The warehouse can be made anew from the inbox, and who withdrew stays away.
    config.write_text(CONFIG + crowd)
    shutil.rmtree(tmp_path / "warehouse")
    kept = tmp_path / "withdrawals.jsonl"
    assert SUBJECT not in kept.read_text()
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    texts = "".join(_read(tmp_path, "latest").values())
    assert [trace for trace in (WORDS, "What else?", "crowd:it") if trace in texts] == []
    kept.unlink()
    shutil.rmtree(tmp_path / "warehouse")
    stopped = inside("run", "--quiet", cwd=tmp_path)
    assert (stopped.code, "leaves out 4 who withdrew, and this ledger does not know 4" in stopped.err) == (3, True)


def test_steps_that_a_rater_left_unjudged_are_no_judgements_of_theirs(tmp_path: Path) -> None:
    """They stand in the ledger to show the trace whole; what is told is what the rater said."""
    assert inside("init", tmp_path / "project", cwd=tmp_path).code == 0
    steps = [{"output": f"Step {place}.", "reward": reward} for place, reward in enumerate((1, None, -1, None))]
    put(
        tmp_path / "project",
        "a.jsonl",
        {"type": "process", "prompt": "Prove it.", "steps": steps, "meta": {"rater": "ann"}},
    )
    assert inside("run", "--quiet", cwd=tmp_path / "project").code == 0
    [row] = inside("sql", "select count(*) as n from ledger.steps", "--json", cwd=tmp_path / "project").document
    assert row == {"n": 4}
    [done] = inside("withdraw", "crowd:ann", "--json", cwd=tmp_path / "project").document
    assert (done["subject"], done["judgements"], done["new"]) == ("crowd:ann", 2, True)


def test_a_withdrawal_holds_for_events_that_a_rule_supervises(tmp_path: Path) -> None:
    """The rater of such an event is no ``user:``; the user is the same, and gone from the evidence as well."""
    (tmp_path / "prefstrata.yaml").write_text(CONFIG.replace("supervisor: user", "supervisor: rule"))
    (tmp_path / "inbox").mkdir()
    put(tmp_path, "2026-11-01.jsonl", *_day(0))
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    assert WORDS in "".join(_read(tmp_path, "v000001").values()), "the subject was never there, so nothing is shown"
    [done] = inside("withdraw", SUBJECT, "--source", "app", "--json", cwd=tmp_path).document
    assert (done["events"], done["new"]) == (3, True)
    assert SUBJECT not in (tmp_path / "withdrawals.jsonl").read_text()
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    texts = _read(tmp_path, "v000002")
    traces = {SUBJECT, done["subject"], WORDS, "to you alone"}
    assert [(path, trace) for path, text in texts.items() for trace in traces if trace in text] == []
    told = json.loads(texts["manifest.json"])["online"]["withdrawn"]
    assert (told["subjects"], told["events"], told["judgements"]) == (1, 3, 0)
    [row] = inside("sql", "select count(*) as n from evidence.actions", "--json", cwd=tmp_path).document
    assert row == {"n": 3}
