"""Mistakes of who calls or configures: code 2, what to write instead, and nothing changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests._command import inside

if TYPE_CHECKING:
    from pathlib import Path


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
