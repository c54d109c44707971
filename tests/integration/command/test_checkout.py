"""The command checkout: a folder that appears whole and verified, or not at all, and the same everywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

from prefstrata.pipeline import open_project_store
from prefstrata.project import read_project
from tests._command import environment, inside
from tests.integration.command._project import flip, layer_of

ROOT = Path(__file__).resolve().parents[3]


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


def test_the_loss_report_says_what_its_share_is_of(project: Path, tmp_path: Path) -> None:
    """Of pairs there are no labels to count, but which side is the longer."""
    done = inside("checkout", "weak", "--for", "trl-dpo", "--out", tmp_path / "pairs", cwd=project)
    assert "pairs whose better side is the longer one" in done.out
    done = inside("checkout", "weak", "--for", "trl-kto", "--out", tmp_path / "labels", cwd=project)
    assert "labels that say good" in done.out


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
