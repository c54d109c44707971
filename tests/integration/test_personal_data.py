"""Personal data in texts: with `mask` none of it leaves the ledger, whichever way; and people's answers come back."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.project import open_project_store, read_project
from tests._command import inside, pairwise, put

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("in_short")]

PLANTED = (
    "ann.planted@example.org",
    "+49 30 901820",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
    "103.16.156.24",
    "536-22-8726",
    "tag.planted@example.org",
    "step.planted@example.org",
    "state.planted@example.org",
    "thumb.planted@example.org",
)
ASKED = "Write to ann.planted@example.org or +49 30 901820."
GOOD, BAD = "=Pay from DE89 3704 0044 0532 0130 00 at 103.16.156.24.", "Card 4111 1111 1111 1111, SSN 536-22-8726."
SHOWN = "=Pay from <IBAN_CODE> at <IP_ADDRESS>."
APP = """
  - name: app
    mode: online
    supervisor: user
    path: app/*.jsonl
    format: mapping
    map:
      fields: {id: text, who: text, did: text, asked: text, got: text}
      prompt: asked
      events: [{id: id, user: who, kind: did, response: {text: got}}]
"""


def _records() -> Iterator[dict[str, Any]]:
    """A dispute, a settled pair, ratings and a trace, all with something planted."""
    for name, sides in (("a", (GOOD, BAD)), ("b", (BAD, GOOD))):
        for n in range(3):
            tags = ["as tag.planted@example.org says", "quick"]
            yield pairwise(ASKED, *sides, rater=f"{name}{n}", dims=["helpfulness"], reason_tags=tags)
    yield {"type": "scalar", "prompt": ASKED, "response": GOOD, "score": 1, "meta": {"rater": "a0"}}
    steps = [
        {"state": "state.planted@example.org", "output": "Ask step.planted@example.org.", "reward": 1},
        {"state": None, "output": "Done.", "reward": 0},
    ]
    yield {"type": "process", "prompt": ASKED, "steps": steps, "meta": {"rater": "a0"}}
    for n in range(3):
        for rater in ("a0", "b0"):
            yield pairwise(f"Question {n}, ann.planted@example.org?", "Yes.", "Who knows.", rater=rater)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project whose policy says mask."""
    folder = tmp_path_factory.mktemp("masked") / "p"
    assert inside("init", str(folder), cwd=folder.parent).code == 0
    config = folder / "prefstrata.yaml"
    config.write_text(config.read_text("utf-8").replace("\nsources:\n", f"\nsources:{APP}"), "utf-8")
    _say(folder, "mask")
    put(folder, "first.jsonl", *_records())
    (folder / "app").mkdir()
    event = {"who": "u", "did": "like", "asked": "Who?", "got": "thumb.planted@example.org"}
    (folder / "app" / "one.jsonl").write_text(json.dumps({"id": "1", **event}) + "\n", "utf-8")
    assert inside("run", "--quiet", cwd=folder).code == 0
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(made, tmp_path / "p"))


def _say(folder: Path, word: str, kinds: str = "") -> None:
    policy = folder / "policies" / "general.yaml"
    kept = policy.read_text("utf-8").partition("\nprivacy:")[0]
    policy.write_text(f"{kept}\nprivacy: {{personal_data: {word}{kinds}}}\n", "utf-8")


def _released(folder: Path, tag: str = "latest") -> dict[str, str]:
    """Everything a release holds, as text: bytes are searched as they are, and Parquet is unpacked first."""
    with open_project_store(read_project(folder)) as store:
        commit = store.resolve(tag).id
        texts = {}
        for file in store.list(commit):
            with store.open(commit, file.path) as reader:
                content = reader.read()
            unpacked = pl.read_parquet(io.BytesIO(content)).write_ndjson() if file.path.endswith(".parquet") else ""
            texts[file.path] = content.decode("utf-8", "replace") + unpacked
        return texts


def _planted(text: str) -> list[str]:
    return [each for each in PLANTED if each in text]


def _document(folder: Path, *call: str) -> Any:  # noqa: ANN401 - any JSON
    done = inside(*call, "--json", cwd=folder)
    assert done.code == 0, done.err
    return done.document


def test_nothing_planted_is_in_the_release(made: Path) -> None:
    """Byte search over layers, manifest, report and card; every kind of record has a placeholder in its place."""
    files = _released(made)
    assert {path: _planted(text) for path, text in files.items() if _planted(text)} == {}
    kinds = {path.split("/")[1] for path, text in files.items() if "<EMAIL_ADDRESS>" in text and "/" in path}
    assert kinds >= {"pairs", "ratings", "traces", "unpaired"}
    everything = "".join(files.values())
    for name in ("IBAN_CODE", "CREDIT_CARD", "IP_ADDRESS", "NATIONAL_ID", "PHONE_NUMBER"):
        assert f"<{name}>" in everything
    assert "as <EMAIL_ADDRESS> says" in everything


def test_manifest_and_report_say_what_was_hidden(made: Path) -> None:
    """What was looked for, with what, and how many records held it."""
    privacy = _document(made, "show", "latest")["privacy"]
    assert (privacy["personal_data"], privacy["regions"]) == ("mask", ["US"])
    assert privacy["searched_with"].startswith("phonenumbers ")
    counts = {(row["layer"], row["kind"], row["personal_data"]): row["records"] for row in privacy["records"]}
    assert (counts["main", "pairs", "email_address"], counts["backflow", "pairs", "email_address"]) == (3, 1)
    assert counts["weak", "traces", "phone_number"] == 1
    files = _released(made)
    for page in ("CARD.md", "report/index.html"):
        assert "Texts were searched for" in files[page]
        assert "Placeholders such as" in files[page]
        assert "iban code" in files[page]


def test_nothing_planted_is_in_a_checkout(made: Path, tmp_path: Path) -> None:
    """The rows of a trainer are those of the release, and so are those that somebody looks at."""
    for layer, form in (("backflow", "jsonl"), ("main", "trl-dpo")):
        out = tmp_path / form
        assert inside("checkout", layer, "--for", form, "--out", str(out), cwd=made).code == 0
        text = "".join(file.read_text("utf-8") for file in out.iterdir())
        assert _planted(text) == []
        assert "<EMAIL_ADDRESS>" in text


@pytest.mark.parametrize("name", ["tasks.jsonl", "tasks.csv", "tasks.json"])
def test_people_see_placeholders_and_their_answer_settles_the_pair_itself(project: Path, name: str) -> None:
    """Exported, answered, imported, run: the dispute is settled, no text is new, and nothing planted is shown."""
    out = project / name
    [dispute] = _document(project, "queue", "list", "--queue", "arbitration")
    made = _document(project, "queue", "export", "arbitration", "--out", str(out))
    assert made["items"] == 1
    assert _planted(out.read_text("utf-8")) == []
    texts = (
        "select (select count(distinct prompt_id) from ledger.prompts) as p,"
        " (select count(distinct response_id) from ledger.responses) as r"
    )
    before = _document(project, "sql", texts)
    done = _answer(out, project / f"done{out.suffix}")
    imported = _document(project, "queue", "import", str(done), "--as", "arbitration")
    assert (imported["accepted"], imported["refused"]) == (made["questions"] if out.suffix != ".json" else 2, {})
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _document(project, "sql", texts) == before
    manifest = _document(project, "show", "latest")
    assert manifest["arbitrated"]["pairs"] == [dispute["pair_id"]]
    assert [path for path, text in _released(project).items() if _planted(text)] == []
    [row] = _document(
        project,
        "sql",
        f"select p_a > p_b as a_wins, r.content = '{GOOD}' as is_good from noise.preferences n"  # noqa: S608 - own text
        " join evidence.pairs e using (pair_id) join ledger.responses r on r.response_id = e.a"
        f" where pair_id = '{dispute['pair_id']}' and dimension = 'overall' limit 1",
    )
    assert row["a_wins"] == row["is_good"]


def _answer(path: Path, out: Path) -> Path:
    """Answer every question as a person would: the good response is better, wherever it stands."""
    if path.suffix == ".json":
        tasks = json.loads(path.read_text("utf-8"))
        for number, task in enumerate(tasks):
            side = "left" if task["data"]["left"] == SHOWN else "right"
            result = [{"from_name": "choice", "type": "choices", "value": {"choices": [side]}}]
            task |= {"id": number, "annotations": [{"id": number, "completed_by": 1, "result": result}]}
        out.write_text(json.dumps(tasks), "utf-8")
        return out
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    for row in rows:
        row.update(choice="left" if row["left"].endswith(SHOWN) else "right", rater="senior-1", rationale="It is safe.")
    if out.suffix == ".jsonl":
        out.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return out


def test_a_line_that_is_no_record_costs_that_line(project: Path) -> None:
    """A mark of the byte order before the answers, one cut off behind them: the others settle what they were asked."""
    out = project / "tasks.jsonl"
    made = _document(project, "queue", "export", "arbitration", "--out", str(out))
    done = _answer(out, project / "done.jsonl")
    done.write_bytes(b"\xef\xbb\xbf" + done.read_bytes() + b'{"item": "cut off <EMAIL_ADDRESS>')
    imported = _document(project, "queue", "import", str(done), "--as", "arbitration")
    assert (imported["accepted"], imported["refused"]) == (made["questions"], {"truncated": 1})


def test_answers_that_never_came_by_the_import_are_refused(project: Path) -> None:
    """A text with placeholders is not the text that is asked about: put into the inbox by hand, it settles nothing."""
    out = project / "tasks.jsonl"
    _document(project, "queue", "export", "arbitration", "--out", str(out))
    (project / "inbox" / "answers").mkdir()
    _answer(out, project / "inbox" / "answers" / "done.jsonl")
    assert inside("run", "--quiet", cwd=project).code == 0
    refused = _document(project, "sql", "select distinct reason from ledger.quarantine")
    assert refused == [{"reason": "text_changed"}]


def test_a_text_that_was_changed_on_the_way_is_refused(project: Path) -> None:
    """The import puts back what was shown, and nothing else."""
    out = project / "tasks.jsonl"
    _document(project, "queue", "export", "arbitration", "--out", str(out))
    done = _answer(out, project / "done.jsonl")
    done.write_text(done.read_text("utf-8").replace("Pay from", "Pay all from"), "utf-8")
    failed = inside("queue", "import", str(done), "--as", "arbitration", cwd=project)
    assert failed.code == 2
    assert "text_changed" in failed.err


def test_another_word_of_the_policy_is_another_release(project: Path) -> None:
    """What the policy says is part of what a release is; until it was run, nothing is handed out under it."""
    _say(project, "mark")
    refused = inside("queue", "export", "arbitration", "--out", "t.jsonl", cwd=project)
    assert (refused.code, "`prefstrata run` first" in refused.err) == (2, True)
    assert inside("run", "--quiet", cwd=project).code == 0
    files = _released(project)
    assert "What was found is still there." in files["CARD.md"]
    assert _planted("".join(files.values())) == list(PLANTED)
    marked = _document(project, "show", "latest")["privacy"]
    assert marked["records"] == _document(project, "show", "v000001")["privacy"]["records"]
    _say(project, "off")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _document(project, "show", "latest")["privacy"] == {
        "personal_data": "off", "kinds": [], "regions": [], "searched_with": "", "records": [],
    }  # fmt: skip
    assert "Texts were not searched for personal data." in _released(project)["CARD.md"]
    _say(project, "mask")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert [path for path, text in _released(project).items() if _planted(text)] == []
    _say(project, "mask", ", kinds: [iban_code]")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _planted("".join(_released(project).values())) == [each for each in PLANTED if not each.startswith("DE89")]


def test_doctor_says_whether_texts_are_searched(project: Path) -> None:
    """That nobody searches what users write deserves a word, and is no fault."""
    assert "\nOK  personal data: mask, by phonenumbers" in inside("doctor", cwd=project).out
    _say(project, "off")
    told = inside("doctor", cwd=project)
    assert told.code == 0
    assert "\n--  personal data: nobody searches the texts of app, whose users write what they like" in told.out


def test_a_gate_tells_how_much_of_a_release_is_only_marked(project: Path) -> None:
    """Where the policy hides there is nothing to tell; where it only marks, a limit can stop the release."""
    tripped = "select slice, value, severity from gates.results where gate = 'personal_data'"
    assert _document(project, "sql", tripped) == []
    _say(project, "mark")
    policy = project / "policies" / "general.yaml"
    limit = "{limit: 0, rise: null, min_n: 1, severity: block}"
    policy.write_text(f"{policy.read_text('utf-8')}\ngates: {{personal_data: {limit}}}\n", "utf-8")
    stopped = inside("run", "--quiet", cwd=project)
    assert stopped.code == 3
    assert "hold personal data, which the policy marks and does not hide" in stopped.err
    kinds = _document(project, "sql", "select distinct kind from gates.marked where personal_data order by kind")
    assert [row["kind"] for row in kinds] == ["pairs", "ratings", "traces", "unpaired"]
