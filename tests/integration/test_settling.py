"""The loop through people, on files only: a dispute is exported, answered, imported, and the next release follows."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests._command import inside, pairwise, put

pytestmark = pytest.mark.usefixtures("in_short")

GOOD, BAD = "=Open the lid, then press Start.", "Press everything."


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project with one dispute, of two dimensions, and pairs that nobody disputes; no test changes it."""
    folder = tmp_path_factory.mktemp("disputed") / "p"
    inside("init", folder, cwd=folder.parent)
    records = [
        pairwise(
            "How do I start it?", *sides, rater=f"{name}{n}", dims=["helpfulness"], scenario="care", reason_tags=tags
        )
        for name, sides, tags in (("a", (GOOD, BAD), ["dangerous"]), ("b", (BAD, GOOD), ["quick", "short"]))
        for n in range(3)
    ]
    records += [
        pairwise(f"Question {n}?", "Yes.", "Who knows.", rater=rater) for n in range(3) for rater in ("a0", "b0")
    ]
    put(folder, "first.jsonl", *records)
    assert inside("run", "--quiet", cwd=folder).code == 0
    return folder


@pytest.fixture
def project(disputed: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(disputed, tmp_path / "p"))


def _document(project: Path, *call: str) -> Any:  # noqa: ANN401 - any JSON
    done = inside(*call, "--json", cwd=project)
    assert done.code == 0, done.err
    return done.document


def _record(project: Path) -> dict[str, Any]:
    [found] = _document(
        project,
        "sql",
        "select p.pair_id, l.layer, l.rule, p.dimension, p.p_a, p.p_b, p.disagreement from noise.preferences p"
        " join layers.records l on l.record_id = p.pair_id where p.dimension = 'overall' and p.pair_id in"
        " (select pair_id from evidence.votes where dimension = 'helpfulness')",
    )
    assert isinstance(found, dict)
    return found


def _fill_in(path: Path, out: Path, **answer: str) -> Path:
    """Answer every question of a JSON lines or CSV file: the good response is better, wherever it stands."""
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    for row in rows:
        row.update(choice="left" if row["left"].endswith(GOOD) else "right", **answer)
    if out.suffix == ".jsonl":
        out.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return out


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_settled_dispute_changes_everything_it_must(project: Path, suffix: str) -> None:
    """Preference, layer, queue and manifest follow the answers; running again publishes nothing."""
    before = _record(project)
    assert before["layer"] == "backflow"
    assert before["disagreement"] == pytest.approx(0.5, abs=0.05)
    [dispute] = _document(project, "queue", "list", "--queue", "arbitration")
    assert (dispute["pair_id"], dispute["dimensions"]) == (before["pair_id"], ["helpfulness", "overall"])

    out = project / f"tasks{suffix}"
    made = _document(project, "queue", "export", "arbitration", "--out", str(out))
    assert (made["items"], made["questions"]) == (1, 2)
    done = _fill_in(
        out, project / f"done{suffix}", rater="senior-1", reason_tags="dangerous; vague", rationale="It is safe."
    )
    imported = _document(project, "queue", "import", str(done), "--as", "arbitration")
    assert (imported["source"], imported["accepted"], imported["refused"]) == ("answers", 2, {})

    assert inside("run", "--quiet", cwd=project).code == 0
    after = _record(project)
    assert (after["layer"], after["rule"], after["disagreement"]) == ("golden", "arbitrated", 0)
    assert max(after["p_a"], after["p_b"]) > 0.8
    assert _document(project, "queue", "list", "--queue", "arbitration") == []
    manifest = _document(project, "show", "latest")
    assert manifest["arbitrated"] == {"count": 1, "pairs": [before["pair_id"]], "undisputed": 0}
    assert "arbitration" not in manifest["queues"]
    assert {"from_layer": "backflow", "to_layer": "golden"}.items() <= manifest["changes"][0].items()
    assert "settled 1 pair since the release before" in inside("show", cwd=project).out
    out = project / "golden"
    assert inside("checkout", "golden", "--for", "jsonl", "--out", str(out), cwd=project).code == 0
    [golden] = [json.loads(line) for line in (out / "pairs.jsonl").read_text("utf-8").splitlines()]
    assert (golden["chosen"], golden["settled"]) == (GOOD, ["helpfulness", "overall"])

    assert _document(project, "queue", "proposals")[0] == {
        "noise": None,
        "proposal": "Say in the definition of helpfulness what decides where somebody says dangerous.",
        "tag": "dangerous",
        "dimension": "helpfulness",
        "scenario": "care",
        "disputes": 1,
        "decisive": 1,
    }
    again = inside("run", "--quiet", cwd=project)
    assert "nothing new" in again.out
    assert _document(project, "queue", "import", str(done), "--as", "arbitration")["new"] is False
    assert "nothing new" in inside("run", "--quiet", cwd=project).out


def test_settlers_who_contradict_each_other_leave_it_open_until_one_gives_way(project: Path) -> None:
    """Two against one is no settlement; a rater's later answer takes the place of the earlier."""
    out = project / "tasks.jsonl"
    _document(project, "queue", "export", "arbitration", "--out", str(out))
    lee = _fill_in(out, project / "lee.jsonl", rater="lee", decided_at="2026-11-20T10:00:00Z")
    roy = project / "roy.jsonl"
    text = lee.read_text("utf-8").replace('"rater": "lee"', '"rater": "roy"')
    other = text.replace('"choice": "left"', '"choice": "?"').replace('"choice": "right"', '"choice": "left"')
    roy.write_text(other.replace('"choice": "?"', '"choice": "right"'), "utf-8")
    for file in (lee, roy):
        _document(project, "queue", "import", str(file), "--as", "arbitration")
    assert inside("run", "--quiet", cwd=project).code == 0
    [open_] = _document(project, "queue", "list", "--queue", "arbitration")
    assert open_["kind"] == "contradicted"
    assert _record(project)["layer"] == "backflow"
    assert _document(project, "show", "latest")["arbitrated"] == {"count": 0, "pairs": [], "undisputed": 0}
    later = project / "later.jsonl"
    later.write_text(text.replace("2026-11-20", "2026-11-21"), "utf-8")
    _document(project, "queue", "import", str(later), "--as", "arbitration")
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _document(project, "queue", "list", "--queue", "arbitration") == []
    assert _record(project)["layer"] == "golden"
    assert _document(project, "show", "latest")["arbitrated"]["count"] == 1


def test_a_crowd_does_not_settle_whatever_round_it_names(project: Path) -> None:
    """A round is what a file says of itself; who may settle is the policy's to say."""
    record = pairwise("How do I start it?", BAD, GOOD, rater="c", round="arbitration", scenario="care")
    put(project, "second.jsonl", record)
    assert inside("run", "--quiet", cwd=project).code == 0
    assert [item["kind"] for item in _document(project, "queue", "list", "--queue", "arbitration")] == ["dispute"]


GOLDEN = """
  - name: golden
    mode: offline
    supervisor: expert
    path: inbox/golden/*.jsonl
    format: seed-jsonl
    defaults: {round: golden}
"""


def _rated(project: Path, name: str, *ratings: tuple[str, str, float]) -> None:
    records = [
        {"type": "scalar", "prompt": prompt, "response": response, "score": score, "meta": {"rater": "eva"}}
        for prompt, response, score in ratings
    ]
    put(project, f"golden/{name}", *records)


def test_what_ratings_settle_follows_from_nothing_else_that_their_rater_says(tmp_path: Path) -> None:
    """A golden pair rated .80 against .75 stays decided when its rater rates other things much further apart."""
    project = tmp_path / "p"
    inside("init", project, cwd=tmp_path)
    (project / "inbox" / "golden").mkdir()
    with (project / "prefstrata.yaml").open("a", encoding="utf-8") as file:
        file.write(GOLDEN)
    close = [(f"Question {n}?", text, score) for n in range(4) for text, score in (("good", 0.8), ("bad", 0.75))]
    _rated(project, "a.jsonl", *close)
    settled = (
        "select pair_id, choice, settled from noise.settlements where pair_id in (select pair_id from evidence.pairs"
        " join ledger.responses on response_id in (a, b) where content = 'good') order by pair_id"
    )
    assert inside("run", "--quiet", cwd=project).code == 0
    before = _document(project, "sql", settled)
    assert [row["settled"] and row["choice"] in {"a", "b"} for row in before] == [True] * 4
    _rated(project, "b.jsonl", *((f"Other {n}?", f"{n} {m}", float(m)) for n in range(60) for m in (0, 1)))
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _document(project, "sql", settled) == before


def test_golden_answers_that_come_in_bulk_are_counted_and_are_no_disputes(project: Path) -> None:
    """Of four pairs one was disputed; all are settled, and that one was arbitrated."""
    (project / "inbox" / "golden").mkdir()
    with (project / "prefstrata.yaml").open("a", encoding="utf-8") as file:
        file.write(GOLDEN)
    known = [("How do I start it?", GOOD, BAD), *((f"Question {n}?", "Yes.", "Who knows.") for n in range(3))]
    put(project, "golden/known.jsonl", *(pairwise(*sides, rater="eva") for sides in known))
    assert inside("run", "--quiet", cwd=project).code == 0
    manifest = _document(project, "show", "latest")
    assert manifest["arbitrated"] == {"count": 1, "pairs": [_record(project)["pair_id"]], "undisputed": 3}
    assert {row["reason"]: row["records"] for row in manifest["moves"]} == {"arbitrated": 1, "settled": 3}
    shown = inside("show", cwd=project).out
    assert "settled 1 pair since the release before" in shown
    assert "settled 3 pairs that nobody had disputed since the release before" in shown


def test_where_nothing_waits_it_is_said_and_no_file_is_written(project: Path) -> None:
    """In the whole queue, or in the scenario asked for: nothing to do is no error, and a script can tell."""
    for asked, said in (
        (
            ("arbitration", "--scenario", "law"),
            "nothing in arbitration can be asked in the scenario law: none.csv was not written",
        ),
        (("calibration",), "nothing waits in calibration: none.csv was not written"),
    ):
        done = inside("queue", "export", *asked, "--out", "none.csv", cwd=project)
        assert (done.code, done.out.strip()) == (0, said)
        told = _document(project, "queue", "export", *asked, "--out", "none.csv")
        assert (told["items"], told["files"]) == (0, [])
    assert not (project / "none.csv").exists()


def test_the_import_names_the_rows_it_refuses(project: Path) -> None:
    """With file, row, reason and what to do; the others are taken."""
    _document(project, "queue", "export", "arbitration", "--out", "tasks.csv")
    file = _fill_in(project / "tasks.csv", project / "done.csv", rater="Lee", rationale="It is safe.")
    text = file.read_text("utf-8").replace(",helpfulness,", ",tone\x1b[31m,", 1)
    names = ["lee", *(f"{letter}{place:02}" for place in range(11) for letter in "zZ")]
    more = "".join(text.splitlines()[-1].replace("Lee", name) + "\n" for name in names)
    file.write_text(text + more, "utf-8")
    done = inside("queue", "import", "done.csv", "--as", "arbitration", cwd=project)
    assert done.code == 0, done.err
    assert "done.csv, row 2: question_changed: item, dimension, task" in done.out
    assert "; export the queue again" in done.out
    assert "expert:Lee and expert:lee differ by case only" in done.out
    assert (done.out.count("differ by case only"), done.out.count("\nand 2 more\n")) == (10, 1)
    told = _document(project, "queue", "import", "done.csv", "--as", "arbitration")
    assert (told["accepted"], told["refused"]) == (24, {"question_changed": 1})
    assert [each["at"] for each in told["refusals"]] == ["row 2"]
    assert (len(told["alike"]), told["alike_count"]) == (12, 12)
    assert told["alike"][0] == ["expert:Lee", "expert:lee"]


def test_every_queue_can_be_exported_and_says_nothing_of_the_answer(project: Path) -> None:
    """Known answers go to the key alone."""
    out = project / "tasks.jsonl"
    _document(project, "queue", "export", "arbitration", "--out", str(out))
    done = _fill_in(out, project / "done.jsonl", rater="lee")
    _document(project, "queue", "import", str(done), "--as", "arbitration")
    assert inside("run", "--quiet", cwd=project).code == 0
    for queue, items in {"reannotation": 4, "golden": 3, "calibration": 1, "backflow": 0}.items():
        made = _document(project, "queue", "export", queue, "--out", str(project / f"{queue}.csv"))
        assert made["items"] == items, queue
    pack = project / "pack.jsonl"
    made = _document(project, "queue", "export", "calibration", "--out", str(pack), "--key", str(project / "key.jsonl"))
    assert made["files"] == [str(pack), str(project / "key.jsonl")]
    [key] = [json.loads(line) for line in (project / "key.jsonl").read_text("utf-8").splitlines()]
    [task] = [json.loads(line) for line in pack.read_text("utf-8").splitlines()]
    assert task[key["answer"]] == GOOD
    assert key.keys() & task.keys() == {"item", "dimension"}
