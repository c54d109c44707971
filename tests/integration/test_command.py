"""The command as people and machines call it: real processes, real files, the embedded store."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from prefstrata.pipeline import STAGES, open_project_store
from prefstrata.project import read_project
from tests._command import PROGRAM, Done, command, environment, inside, pairwise, put

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
EXPERTS = """
  - name: experts
    mode: offline
    supervisor: expert
    path: inbox/experts/*.jsonl
    format: seed-jsonl
"""
HOSTILE = "\x1b]0;owned\x07\x1b[31m[bold red]x[/bold red]\u202egpj.exe\x85"
LIVE = ("\x1b]0;", "\x1b[31m", "\x07", "\u202e", "\x85")


def make(folder: Path) -> Path:
    """A project with crowd and expert votes, released twice: the second time with one pair more."""
    assert inside("init", folder, cwd=folder.parent).code == 0
    with (folder / "prefstrata.yaml").open("a", encoding="utf-8") as file:
        file.write(EXPERTS)
    (folder / "inbox" / "experts").mkdir()
    put(folder, "a.jsonl", *(pairwise(f"Question {n}?", "Yes, because.", "No.", task="chat") for n in range(5)))
    put(folder, "experts/a.jsonl", pairwise("Question 0?", "Yes, because.", "No.", reason_tags=["clear"], task="chat"))
    assert inside("run", cwd=folder).code == 0
    put(folder, "b.jsonl", pairwise("One more?", "Surely.", "Never.", task="chat"))
    assert inside("run", cwd=folder).code == 0
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project, which no test changes."""
    return make(tmp_path_factory.mktemp("command") / "project")


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A released project of one's own."""
    return Path(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A released project of one pair that raters contradict each other on, unchanged by tests; what its run said."""
    folder = tmp_path_factory.mktemp("disputed") / "project"
    inside("init", folder, cwd=folder.parent)
    sides = ("The one answer.", "The other answer.")
    records = [pairwise("Which?", *sides, rater=f"r{n}") for n in range(3)]
    records += [pairwise("Which?", *sides[::-1], rater=f"s{n}") for n in range(3)]
    put(folder, "a.jsonl", *records)
    return folder, inside("run", cwd=folder).out


def layer_of(project: Path) -> str:
    """A layer that holds records."""
    layers = inside("show", "--json", cwd=project).document["layers"]
    return next(name for name in layers if layers[name]["records"])


def flip(project: Path, sha256: str) -> None:
    """Flip one bit of one stored object."""
    (path,) = (found for found in (project / "releases").rglob(f"*{sha256[8:]}*") if found.is_file())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


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


CALLS = [
    ["run"],
    ["log"],
    ["show"],
    ["show", "v1"],
    ["diff", "v1", "v2"],
    ["verify"],
    ["verify", "v1", "v2"],
    ["rollback", "v1"],
    ["queue", "list"],
    ["queue", "proposals"],
    ["queue", "export", "golden", "--out", "tasks.jsonl"],
    ["queue", "export", "nowhere", "--out", "tasks.jsonl"],
    ["queue", "import", "nothing.jsonl", "--as", "arbitration"],
    ["policy", "lint"],
    ["sql", "show all tables"],
    ["doctor"],
    ["--version"],
    ["init", "another"],
    ["checkout", "main", "--for", "parquet", "--out", "out"],
    ["show", "v9"],
    ["sql", "select nothing"],
    ["checkout", "nowhere", "--for", "jsonl", "--out", "out"],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_json_is_one_document_and_nothing_else(call: list[str], project: Path) -> None:
    """Whatever a command does, stdout can be fed to a JSON reader; people read the same without the option."""
    done = inside("--json", *call, cwd=project)
    assert done.document is not None
    assert done.code == (done.document["error"]["exit_code"] if "error" in done.document else 0)


def test_show_json_is_the_manifest(project: Path) -> None:
    """Every key of the manifest as it was released."""
    manifest = inside("show", "v2", "--json", cwd=project).document
    commit = inside("log", "--json", cwd=project).document[0]
    assert manifest["release_id"] == commit["release_id"]
    assert manifest["format"] == "prefstrata-release/2"
    assert {file["path"] for file in manifest["files"]} >= {"CARD.md", "weights.json", "policies/general.yaml"}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["show", "v9"], "see `prefstrata log`"),
        (["diff", "v1", "nothing"], "nothing"),
        (["show", "golden"], "golden is a layer; a release is wanted here"),
        (["diff", "v1", "main@v2"], "to do: write v2"),
        (["checkout", "v1", "--for", "jsonl", "--out", "out"], "v1 is a release, not a layer"),
        (["verify", "v9"], "v9"),
        (["rollback", "v9"], "v9"),
        (["checkout", "main", "--for", "csv", "--out", "out"], "write one of jsonl, parquet"),
        (["checkout", "silver", "--for", "jsonl", "--out", "out"], "golden"),
        (["checkout", "expert", "--for", "jsonl", "--out", "out"], "no records"),
        (["checkout", "main@v9", "--for", "jsonl", "--out", "out"], "v9"),
        (["checkout", "main", "--for", "jsonl", "--out", "inbox"], "not empty"),
        (["checkout", "weak", "--for", "jsonl", "--out", "/proc/x"], "no folder can be made there"),
        (["checkout", "golden+main", "--for", "jsonl", "--out", "out"], "golden and main into a folder each"),
        (["checkout", "weak", "--for", "trl-dpo", "--dimension", "truth", "--out", "out"], "name one of overall"),
        (["checkout", "weak", "--for", "trl-dpo", "--good-step", "0", "--out", "out"], "trl-dpo reads no steps"),
        (["checkout", "weak", "--for", "trl-dpo", "--tie-margin", "0.9", "--out", "out"], "add --dimension NAME"),
        (["queue", "list", "--queue", "none"], "arbitration"),
        (["queue", "export", "none", "--out", "tasks.csv"], "arbitration"),
        (["queue", "export", "golden", "--out", "tasks.txt"], "write one of jsonl, csv, label-studio"),
        (["queue", "export", "golden", "--out", "tasks.csv", "--format", "xml"], "write one of jsonl"),
        (["queue", "export", "golden", "--out", "tasks.csv", "--key", "key.jsonl"], "leave it out"),
        (["queue", "export", "reannotation", "--out", "prefstrata.yaml", "--format", "csv"], "nothing is overwritten"),
        (["queue", "import", "nothing.jsonl", "--as", "arbitration"], "nothing.jsonl"),
        (["queue", "import", "prefstrata.yaml", "--as", "arbitration"], "rename it"),
        (
            ["queue", "import", "prefstrata.yaml", "--as", "arbitration", "--format", "csv"],
            "write one of queue-answers",
        ),
        (["sql", "insert into ledger.batches select * from ledger.batches"], "read"),
        (["sql", "copy ledger.batches to 'stolen.csv'"], "read"),
        (["sql", "from read_text('prefstrata.yaml')"], "read"),
        (["sql", "attach 'other.duckdb'"], "read"),
        (["sql", "set enable_external_access = true"], "read"),
        (["sql", "selec"], "syntax error"),
        (["sql", "select nonsense"], 'see `prefstrata sql "show all tables"`'),
        (["sql", "from evidence.nonsense"], 'see `prefstrata sql "show all tables"`'),
        (["sql", 'select nonsense from "evidence".votes v'], 'see `prefstrata sql "describe evidence.votes"`'),
        (
            ["sql", "select nonsense from ledger.votes join evidence.pairs using (prompt_id)"],
            'see `prefstrata sql "describe evidence.pairs"`, `prefstrata sql "describe ledger.votes"`',
        ),
        (["sql", "select 1; select 2"], "one at a time"),
        (["sql", ""], "no result"),
        (["init", "."], "overwrites nothing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_call_is_code_2_and_changes_nothing(call: list[str], said: str, project: Path) -> None:
    """It says what to write instead; no file appears, none changes."""
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()}
    done = inside(*call, cwd=project)
    assert done.code == 2, done
    assert done.err.startswith("error: ")
    assert said in done.err
    assert done.out == ""
    left = {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()}
    assert {path for path in left if before.get(path) != left[path] and "refs" not in path.name} == set()


def test_a_config_mistake_is_named_with_its_line(project: Path) -> None:
    """File, line, key; all mistakes at once."""
    path = project / "prefstrata.yaml"
    text = path.read_text("utf-8").replace("    mode: offline", "    mode: offlin", 1)
    text = text.replace("    format: seed", "    formt: seed", 1)
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("    mode: offlin") + 1
    done = inside("policy", "lint", cwd=project)
    assert done.code == 2
    assert f"{path}:{line}: sources[0].mode" in done.err
    assert "sources[0].formt: there is no such key" in done.err


def test_lint_finds_a_stratum_no_policy_knows(project: Path) -> None:
    """A source nobody said how far to trust is a mistake at the source's line; a good policy is OK."""
    good = inside("policy", "lint", cwd=project)
    assert (good.code, good.out.splitlines()[0]) == (0, "OK")
    policy = project / "policies" / "general.yaml"
    policy.write_text(re.sub(r"\n  crowd/offline: .*", "", policy.read_text("utf-8")), encoding="utf-8")
    done = inside("policy", "lint", cwd=project)
    line = (project / "prefstrata.yaml").read_text("utf-8").splitlines().index("  - name: crowd") + 1
    assert done.code == 2
    assert f"prefstrata.yaml:{line}" in done.err
    assert "crowd/offline" in done.err


def test_a_blocked_gate_is_code_3(project: Path) -> None:
    """A check that finds bad rows stops the run before anything is published, and names the first of them."""
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb") as warehouse:
        warehouse.execute("update ledger.batches set accepted = accepted + 1, rows = rows + 1")
    done = inside("run", cwd=project)
    assert done.code == 3
    assert "nothing_is_lost" in done.err
    assert len(inside("log", "--json", cwd=project).document) == 2


def test_another_run_is_code_4(project: Path) -> None:
    """A second run does not start beside the first: it says who has the project."""
    with (project / "warehouse" / "run.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = inside("run", cwd=project)
    assert done.code == 4
    assert "another run has this project" in done.err
    assert inside("run", cwd=project).code == 0


def test_a_busy_warehouse_is_code_4(project: Path) -> None:
    """A warehouse that a run has open cannot be asked; the error names the process."""
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb"):
        done = command("sql", "from ledger.batches", cwd=project)
    assert done.code == 4
    assert f"pid {os.getpid()}" in done.err


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_code_4(project: Path) -> None:
    """Every retry is told on stderr, none of it on stdout."""
    path = project / "prefstrata.yaml"
    server = "  kind: lakefs\n  endpoint: http://127.0.0.1:9\n  repository: nothing\n"
    path.write_text(path.read_text("utf-8").replace("  kind: local\n  path: releases\n", server), encoding="utf-8")
    keys = {"PREFSTRATA_LAKEFS_ACCESS_KEY_ID": "x", "PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY": "y"}
    done = command("log", "--json", cwd=project, **keys)
    assert done.code == 4
    assert done.document["error"]["exit_code"] == 4
    assert "trying again" in done.err


@pytest.mark.parametrize("victim", ["layer", "weights.json", "manifest.json", "CARD.md", "report/index.html"])
def test_a_flipped_byte_is_code_5_and_leaves_no_folder(victim: str, project: Path, tmp_path: Path) -> None:
    """The command verify says so, checkout writes nothing, rollback publishes nothing."""
    manifest = inside("show", "v1", "--json", cwd=project).document
    log = inside("log", "--json", cwd=project).document
    layer = next(name for name in ("golden", "expert", "main") if manifest["layers"][name]["records"])
    hashes = {file["path"]: file["sha256"] for file in manifest["files"]} | {"manifest.json": log[1]["manifest_sha256"]}
    name = next(path for path in hashes if path.startswith(f"{layer}/pairs/")) if victim == "layer" else victim
    flip(project, hashes[name])
    assert inside("verify", "v1", cwd=project).code == 5
    assert inside("verify", cwd=project).code == 5
    out = tmp_path / "out"
    done = inside("checkout", f"{layer}@v1", "--for", "jsonl", "--out", out, "--json", cwd=project)
    assert done.code == done.document["error"]["exit_code"] == 5
    assert not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["project"]
    assert inside("rollback", "v1", cwd=project).code == 5
    assert len(inside("log", "--json", cwd=project).document) == 2


def test_layer_only_looks_at_nothing_else(project: Path, tmp_path: Path) -> None:
    """Damage elsewhere in the release stops a checkout unless it is told to look at its own files only."""
    manifest = inside("show", "v1", "--json", cwd=project).document
    flip(project, next(file["sha256"] for file in manifest["files"] if file["path"] == "CARD.md"))
    layer = next(name for name in ("golden", "expert", "main") if manifest["layers"][name]["records"])
    given = ("checkout", f"{layer}@v1", "--for", "jsonl", "--out", tmp_path / "out")
    assert inside(*given, cwd=project).code == 5
    assert inside(*given, "--layer-only", cwd=project).code == 0
    assert (tmp_path / "out" / "checkout.json").is_file()


def test_the_loss_report_says_what_its_share_is_of(project: Path, tmp_path: Path) -> None:
    """Of pairs there are no labels to count, but which side is the longer."""
    done = inside("checkout", "weak", "--for", "trl-dpo", "--out", tmp_path / "pairs", cwd=project)
    assert "pairs whose better side is the longer one" in done.out
    done = inside("checkout", "weak", "--for", "trl-kto", "--out", tmp_path / "labels", cwd=project)
    assert "labels that say good" in done.out


def test_checkout_is_the_same_from_a_wheel_without_a_warehouse(project: Path, tmp_path: Path) -> None:
    """A trainer's machine has the wheel and the store; bytes do not depend on the machine, the folder or the time."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "wheel")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    site = tmp_path / "site"
    zipfile.ZipFile(next((tmp_path / "wheel").glob("*.whl"))).extractall(site)
    layer = layer_of(project)
    here, there = tmp_path / "here", tmp_path / "there"
    assert inside("checkout", f"{layer}@v2", "--for", "parquet", "--out", here, cwd=project).code == 0
    shutil.rmtree(project / "warehouse")
    shutil.rmtree(project / "inbox")
    code = """
import sys
from prefstrata.cli import main
import prefstrata
code = main(sys.argv[1:])
heavy = {"pandas", "numpy", "great_expectations", "dagster", "openai", "duckdb", "pyspark"} & set(sys.modules)
print(prefstrata.__file__, *sorted(heavy), file=sys.stderr)
sys.exit(code)
"""
    call = [sys.executable, "-c", code, "checkout", f"{layer}@v2", "--for", "parquet", "--out", str(there), "--quiet"]
    done = subprocess.run(
        call,
        cwd=project,
        env=environment(PYTHONPATH=str(site)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.split() == [str(site / "prefstrata" / "__init__.py")]
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        path.name: path.read_bytes() for path in there.iterdir()
    }


def test_checkout_says_what_it_holds(project: Path, tmp_path: Path) -> None:
    """checkout.json names the release, the layer and every file with its hash; the printed document is the same."""
    out = tmp_path / "out"
    layer = layer_of(project)
    done = inside("checkout", layer, "--for", "jsonl", "--out", out, "--json", cwd=project)
    note = json.loads((out / "checkout.json").read_text("utf-8"))
    assert done.document == note
    assert (note["ref"], note["tag"], note["layer"]) == ("latest", "v000002", layer)
    newest = inside("log", "--json", cwd=project).document[0]
    assert (note["commit"], note["manifest_sha256"]) == (newest["commit"], newest["manifest_sha256"])
    assert {file["path"] for file in note["files"]} | {"checkout.json"} == {path.name for path in out.iterdir()}
    rows = [json.loads(line) for line in (out / "pairs.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == note["rows"]
    assert [row["pair_id"] for row in rows] == sorted(row["pair_id"] for row in rows)


def test_sql_answers_for_people_and_machines(project: Path) -> None:
    """Row objects with --json, with every kind of value; a bounded table otherwise, and the bound is told."""
    query = "select 1 as a, 'x' as b, null as c, 1.5::decimal(9, 2) as d, 'nan'::double as e, date '2026-01-02' as f"
    assert inside("sql", query, "--json", cwd=project).document == [
        {"a": 1, "b": "x", "c": None, "d": 1.5, "e": "nan", "f": "2026-01-02"}
    ]
    bounded = inside("sql", "select line from ledger.votes order by seq", "--limit", "2", cwd=project)
    assert bounded.out.split() == ["line", "1", "2"]
    assert "first 2 rows" in bounded.err
    assert inside("sql", "select 1 as a, 2 as a", "--json", cwd=project).code == 2
    described = inside("sql", "describe evidence.pairs", "--json", cwd=project).document
    assert {"pair_id", "prompt_id"} <= {row["column_name"] for row in described}


def test_queue_lists_what_waits(disputed: tuple[Path, str], tmp_path: Path) -> None:
    """A pair that raters contradict each other on waits for arbitration, with the reason; before a run nobody knows."""
    inside("init", tmp_path / "p", cwd=tmp_path)
    assert inside("queue", "list", cwd=tmp_path / "p").code == 2
    project, _ = disputed
    items = inside("queue", "list", "--json", cwd=project).document
    assert [(each["queue"], each["priority"] > 0) for each in items] == [("arbitration", True), ("reannotation", True)]
    assert items[0]["reason"] in inside("queue", "list", "--queue", "arbitration", cwd=project).out
    assert inside("queue", "list", "--queue", "backflow", "--json", cwd=project).document == []


def test_doctor_ends_with_the_code_of_what_is_amiss(project: Path, tmp_path: Path) -> None:
    """A sound project is 0, no project is 2, a warehouse in use is 4; each line says what to do."""
    sound = inside("doctor", cwd=project)
    assert sound.code == 0
    assert re.search(r"^OK  store: .*2 releases$", sound.out, re.MULTILINE)
    assert "OK  engine: duckdb, a thread on each core, 2300MB of memory\n" in sound.out
    nowhere = inside("doctor", "--json", cwd=tmp_path)
    assert (nowhere.code, nowhere.document["ok"]) == (2, False)
    (wrong,) = (check for check in nowhere.document["checks"] if check["ok"] is False)
    assert (wrong["what"], "init" in wrong["todo"]) == ("project", True)
    with duckdb.connect(project / "warehouse" / "prefstrata.duckdb"):
        assert command("doctor", cwd=project).code == 4


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project whose data tries to act on the terminal."""
    project = tmp_path_factory.mktemp("hostile") / "project"
    inside("init", project, cwd=project.parent)
    put(project, "a.jsonl", pairwise("Why?", "So.", "No.", task=HOSTILE, scenario=HOSTILE, dims=[HOSTILE]))
    assert inside("run", cwd=project).code == 0
    inside("rollback", "v1", "--reason", HOSTILE, cwd=project)
    return project


def on_terminal(*arguments: str, cwd: Path, **extra: str) -> str:
    """What the command writes to a terminal."""
    reader, terminal = pty.openpty()
    call = subprocess.Popen(
        [PROGRAM, *arguments],
        cwd=cwd,
        env=environment(TERM="xterm-256color", **extra),
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    said = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:  # how Linux says that nobody holds the terminal any more
            break
        if not part:
            break
        said += part
    os.close(reader)
    assert call.wait(60) == 0
    return said.decode()


@pytest.mark.parametrize(
    "call",
    [["show"], ["log"], ["sql", "select task, scenario from evidence.prompts"], ["show", "--json"]],
    ids=" ".join,
)
def test_hostile_text_stays_text(call: list[str], hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Escapes, titles, direction overrides and markup of the data are shown, not obeyed; on a terminal too."""
    monkeypatch.setenv("COLUMNS", "120")
    done = inside(*call, cwd=hostile)
    seen = on_terminal(*call, cwd=hostile, COLUMNS="400", NO_COLOR="1")
    for text in (done.out + done.err, seen):
        assert [each for each in LIVE if each in text] == []
    if call[0] != "log":
        assert "[bold red]x[/bold red]" in done.out
        assert "[bold red]x[/bold red]" in seen


def test_no_colour_is_respected(project: Path) -> None:
    """A terminal gets tables with rules; NO_COLOR takes the colours away."""
    seen = on_terminal("show", cwd=project, NO_COLOR="1")
    assert "──" in seen
    assert re.findall(r"\x1b\[[0-9;]*3[0-7][0-9;]*m", seen) == []


def test_a_terminal_sees_progress_and_then_the_result(tmp_path: Path) -> None:
    """The spinner leaves the stages and the summary behind."""
    inside("init", tmp_path / "p", cwd=tmp_path)
    put(tmp_path / "p", "a.jsonl", pairwise("Why?", "So.", "No."))
    seen = on_terminal("run", cwd=tmp_path / "p")
    assert "evidence" in seen
    assert "published v000001" in seen


def test_an_interrupted_run_ends_cleanly(project: Path) -> None:
    """Ctrl-C is 130, one line, no traceback, and the next run works."""
    with (project / "warehouse" / "run.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call = subprocess.Popen(
            [PROGRAM, "run", "--wait", "60"],
            cwd=project,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(3)
        call.send_signal(signal.SIGINT)
        out, err = call.communicate(timeout=30)
    assert (call.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert "interrupted" in err
    assert inside("run", cwd=project).code == 0


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("call", [["show"], ["log", "--json"]], ids=" ".join)
def test_a_closed_pipe_is_quiet(call: list[str], project: Path, closed_pipe: int) -> None:
    """``prefstrata show | head`` says nothing about the pipe."""
    done = subprocess.run(
        [PROGRAM, *call],
        cwd=project,
        env=environment(),
        stdout=closed_pipe,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("call", [["--version"], ["log"]], ids=" ".join)
def test_quick_commands_import_no_engine(call: list[str], project: Path) -> None:
    """Asking for the version or the log waits for neither DuckDB nor Polars nor the page templates."""
    code = (
        "import sys; from prefstrata.cli import main; main(sys.argv[1:]); "
        "print(*sorted({'duckdb', 'polars', 'jinja2', 'lakefs_sdk', 'stamina'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *call], cwd=project, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stderr.split() == []


def test_a_plain_exit_has_nothing_on_stderr(project: Path) -> None:
    """What is no note and no error is the result, on stdout."""
    done: Done = command("verify", cwd=project)
    assert done.err == ""
    assert "v000001, v000002: intact" in done.out


def test_weights_are_squared_trust_times_factor(project: Path, tmp_path: Path) -> None:
    """Both formats carry the same records, each with the weight that the factor of its cell gives."""
    layer = layer_of(project)
    for form in ("jsonl", "parquet"):
        assert inside("checkout", layer, "--for", form, "--out", tmp_path / form, cwd=project).code == 0
    rows = [json.loads(line) for line in (tmp_path / "jsonl" / "pairs.jsonl").read_text("utf-8").splitlines()]
    frame = pl.concat([pl.read_parquet(path) for path in sorted((tmp_path / "parquet").glob("*.parquet"))])
    assert frame.to_dicts() == rows
    with (
        open_project_store(read_project(project)) as store,
        store.open(store.resolve("latest").id, "weights.json") as reader,
    ):
        factors = {row["cell"]: row["factor"] for row in json.load(reader)["cells"]}
    assert [row["weight"] for row in rows] == [row["trust"] * row["trust"] * factors[row["cell"]] for row in rows]
