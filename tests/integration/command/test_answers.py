"""What a command answers: one JSON document or text for people, and no wait for what it does not use."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests._command import Done, command, environment, inside

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_plain_exit_has_nothing_on_stderr(project: Path) -> None:
    """What is no note and no error is the result, on stdout."""
    done: Done = command("verify", cwd=project)
    assert done.err == ""
    assert "v000001, v000002: intact" in done.out


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
