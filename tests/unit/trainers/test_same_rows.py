"""The same rows, whatever their texts hold, in the same order and bytes, wherever and however they are written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import prefstrata
from prefstrata.trainers import Options, _parting, _workers, checkout_layer
from tests.unit.trainers._layers import OTHER, PAIRS, hand_out, rows, whole_pair

if TYPE_CHECKING:
    from prefstrata.stores.local import LocalStore


@pytest.mark.parametrize("files", ["jsonl", "parquet"])
def test_equal_options_give_equal_bytes_and_another_seed_another_order(
    files: str, store: LocalStore, tmp_path: Path
) -> None:
    """The bytes depend on commit, target, options and seed alone."""
    records = {
        PAIRS: [whole_pair(f"a{n}", f"q{n}") for n in range(30)],
        OTHER: [whole_pair(f"b{n}", f"p{n}") for n in range(30)],
    }
    asked: dict[str, Any] = {"files": files, "weights": "resample", "validation": 0.2}
    same: dict[str, Any] = {"form": "trl-dpo", "options": Options(seed=3, **asked)}
    one = hand_out(store, records, tmp_path / "one", "trl-dpo", seed=3, **asked)
    two = checkout_layer(store, "main", "v1", tmp_path / "two", **same)
    other = checkout_layer(store, "main", "v1", tmp_path / "other", form="trl-dpo", options=Options(seed=4, **asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_workers, "_WORKERS", 1)
        alone = checkout_layer(
            store, "main", "v1", tmp_path / "alone", form="trl-dpo", options=Options(seed=3, **asked)
        )
    assert one.files == two.files == alone.files
    assert one.files != other.files


@pytest.mark.parametrize("files", ["jsonl", "parquet"])
def test_another_machine_writes_the_same_bytes(files: str, store: LocalStore, tmp_path: Path) -> None:
    """As far as one machine can be two: other cores, threads, zone, language, home, folder, hash seed, umask."""
    records = {
        path: [whole_pair(f"{path}{n}", f"q{n} ıİ é 😀", 0.6 + n / 100) for n in range(30)] for path in (PAIRS, OTHER)
    }
    asked: dict[str, Any] = {"files": files, "weights": "column", "validation": 0.2, "margin_scale": 0.3, "seed": 5}
    here = hand_out(store, records, tmp_path / "here", "trl-reward", **asked)
    other = tmp_path / "o'ther place"
    for name in ("home", "tmp"):
        (other / name).mkdir(parents=True)
    shutil.copytree(tmp_path / "store", other / "copy")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(prefstrata.__file__).parents[1]),
        "HOME": str(other / "home"),
        "TMPDIR": str(other / "tmp"),
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "tr_TR.UTF-8",
        "POLARS_MAX_THREADS": "1",
        "PYTHONHASHSEED": "7",
    }
    child = Path(__file__).with_name("_elsewhere.py")
    command = [sys.executable, child, other / "copy", other / "out", json.dumps(asked)]
    ended = subprocess.run(command, env=environment, cwd=other, check=True, stdout=subprocess.PIPE, text=True)
    assert json.loads(ended.stdout) == list(here.document()["files"])
    for file in here.files:
        assert (other / "out" / file.path).read_bytes() == (tmp_path / "here" / file.path).read_bytes()


def test_texts_come_through_whatever_they_hold(store: LocalStore, tmp_path: Path) -> None:
    """Quotes, line ends, separators of other alphabets and every control character are text, and a row is one line."""
    hostile = "".join(map(chr, range(1, 160))) + '"\\</script>\u2028\u2029\u0085 é😀 \\u0041 {"a": 1}'
    records = {PAIRS: [whole_pair("a", hostile, chosen=hostile, rejected=f"{hostile}.")]}
    hand_out(store, records, tmp_path / "out", "trl-dpo")
    (line,) = (tmp_path / "out" / "train.jsonl").read_bytes().removesuffix(b"\n").split(b"\n")
    row = json.loads(line)
    assert [row["prompt"][0]["content"], row["chosen"][0]["content"]] == [hostile, hostile]
    assert row["rejected"][0]["content"] == f"{hostile}."


def test_the_order_of_rows_is_mixed_or_that_of_their_ids(store: LocalStore, tmp_path: Path) -> None:
    """Without shuffling, rows stand as the release has them."""
    records = {PAIRS: [whole_pair(f"{n:02d}", f"q{n}") for n in range(50)]}
    hand_out(store, records, tmp_path / "mixed", "nemo-rl-binary")
    checkout_layer(store, "main", "v1", tmp_path / "sorted", form="nemo-rl-binary", options=Options(shuffle=False))
    mixed, ordered = ([row["chosen"] for row in rows(tmp_path / name)] for name in ("mixed", "sorted"))
    assert ordered == sorted(ordered)
    assert mixed != ordered
    assert sorted(mixed) == ordered


def test_parquet_rows_are_the_rows_of_jsonl(store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows in the same order, a file for each part."""
    monkeypatch.setattr(_parting, "_BYTES", 1)
    records = {PAIRS: [whole_pair("a", "x")], OTHER: [whole_pair("b", "y")]}
    hand_out(store, records, tmp_path / "lines", "trl-dpo")
    made = checkout_layer(store, "main", "v1", tmp_path / "tables", form="trl-dpo", options=Options(files="parquet"))
    assert [file.path for file in made.files] == ["train/00000.parquet", "train/00001.parquet"]
    frames = [pl.read_parquet(tmp_path / "tables" / file.path) for file in made.files]
    assert pl.concat(frames).to_dicts() == rows(tmp_path / "lines")
