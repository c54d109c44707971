"""From nothing to releases and back: what the commands of a first day do, and what they say they did."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from prefstrata.pipeline import STAGES
from tests._command import command, inside, pairwise, put
from tests.integration.command._project import layer_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_story_from_nothing_to_a_rollback(tmp_path: Path) -> None:
    """init, run, log, show, diff, verify, checkout, rollback: each does what it says, and says what it did."""
    project = tmp_path / "mine"
    assert sorted(command("init", project, "--json").document["files"]) == [
        ".gitignore",
        "README.md",
        "inbox/.gitkeep",
        "policies/general.yaml",
        "prefstrata.yaml",
    ]
    empty = inside("run", cwd=project)
    assert (empty.code, "nothing to release" in empty.out) == (0, True)
    assert inside("log", "--json", cwd=project).document == []

    put(project, "votes.jsonl", pairwise("Why?", "Because of this.", "No.", task="chat"), {"type": "pairwise"})
    first = command("run", "--json", cwd=project).document
    assert (first["status"], first["tag"]) == ("published", "v000001")
    assert (first["read"], first["accepted"], first["quarantined"]) == (2, 1, 1)
    assert sum(first["reasons"].values()) == 1
    assert set(first["seconds"]) == {stage.name for stage in STAGES} | {"release"}
    again = inside("run", cwd=project)
    assert (again.code, "nothing new: v000001" in again.out) == (0, True)

    put(project, "more.jsonl", pairwise("And then?", "This.", "That.", task="chat"))
    assert inside("run", "--json", cwd=project).document["tag"] == "v000002"
    assert [each["tag"] for each in command("log", "--json", cwd=project).document] == ["v000002", "v000001"]
    shown = command("show", "v1", cwd=project)
    assert (shown.code, "v000001 of mine" in shown.out) == (0, True)

    layer = layer_of(project)
    difference = command("diff", "v1", "v2", "--json", cwd=project).document
    assert difference["records"] == [
        {"kind": "pairs", "change": "added", "from_layer": None, "to_layer": layer, "records": 1}
    ]
    verified = command("verify", "--json", cwd=project).document
    assert [each["tag"] for each in verified["releases"]] == ["v000001", "v000002"]

    out = tmp_path / "train"
    assert command("checkout", f"{layer}@v000002", "--for", "jsonl", "--out", out, cwd=project).code == 0
    assert len((out / "pairs.jsonl").read_text("utf-8").splitlines()) == 2
    back = command("rollback", "v1", "--reason", "v2 was wrong", "--json", cwd=project).document
    assert (back["tag"], back["rollback_to"]) == ("v000003", "v000001")
    newest = inside("log", "--limit", "1", cwd=project).out
    assert "rollback to v000001: v2 was wrong" in newest
    after = inside("run", cwd=project)
    assert (after.code, "v000003, a rollback, stays" in after.err) == (0, True)
    undone = inside("diff", "v1", "v3", cwd=project)
    assert "no difference" in undone.out


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """A folder that has a file of the same name is left exactly as it was; other files do not matter."""
    (tmp_path / "notes.txt").write_text("mine")
    assert inside("init", tmp_path, cwd=tmp_path).code == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "prefstrata.yaml").unlink()
    again = inside("init", tmp_path, cwd=tmp_path)
    assert (again.code, "README.md" in again.err) == (2, True)
    assert not (tmp_path / "prefstrata.yaml").exists()
    assert {path: path.read_bytes() for path in before if path.name != "prefstrata.yaml"} == {
        path: content for path, content in before.items() if path.name != "prefstrata.yaml"
    }


def test_a_summary_says_what_was_read_and_published(tmp_path: Path) -> None:
    """Off a terminal a run prints its stages with their seconds on stderr and its summary on stdout."""
    inside("init", tmp_path / "p", cwd=tmp_path)
    put(tmp_path / "p", "a.jsonl", pairwise("Why?", "So.", "No."), {"type": "pairwise", "prompt": 1})
    done = inside("run", "--project", tmp_path / "p", cwd=tmp_path)
    assert re.search(r"^read 2 records from 1 new file$", done.out, re.MULTILINE)
    assert re.search(r"^ +1 accepted, 1 in quarantine$", done.out, re.MULTILINE)
    assert re.search(r"^weak +1$", done.out, re.MULTILINE)
    assert re.search(r"^published v000001: \d+ files uploaded \([\d.]+ kB\), 0 there already$", done.out, re.MULTILINE)
    stages = re.findall(r"^(\w+) +[\d.]+ s(?:  .+)?$", done.err, re.MULTILINE)
    assert stages == [*(stage.name for stage in STAGES), "release"]
    assert inside("run", "--quiet", "--project", tmp_path / "p", cwd=tmp_path).err == ""


def test_what_to_do_next_is_a_layer_that_has_records(disputed: tuple[Path, str], tmp_path: Path) -> None:
    """Not one whose checkout says that it is empty; where people are waited for, the queue."""
    folder, said = disputed
    assert said.endswith("next: prefstrata show v000001, prefstrata queue list\n")
    shutil.copytree(folder, tmp_path / "p")
    put(tmp_path / "p", "b.jsonl", pairwise("How?", "So.", "No."))
    told = inside("run", cwd=tmp_path / "p").out.splitlines()[-1]
    assert told == "next: prefstrata show v000002, prefstrata checkout weak@v000002 --for jsonl --out DIR"
    assert inside("checkout", "weak@v000002", "--for", "jsonl", "--out", "DIR", cwd=tmp_path / "p").code == 0


def test_a_refused_record_alone_is_nothing_to_release(tmp_path: Path) -> None:
    """A ledger of nothing but quarantine publishes no empty release."""
    inside("init", tmp_path / "p", cwd=tmp_path)
    put(tmp_path / "p", "a.jsonl", {"type": "pairwise"})
    done = inside("run", "--json", cwd=tmp_path / "p").document
    assert (done["status"], done["tag"], done["quarantined"]) == ("nothing_new", None, 1)
    assert inside("log", "--json", cwd=tmp_path / "p").document == []
