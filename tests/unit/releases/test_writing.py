"""Layer files: their bytes depend on the records alone, and they hold every record once."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.engine._types import duckdb_type, parse_type
from prefstrata.model import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table
from prefstrata.releases._writing import write_edition, write_layers, write_table
from tests.sql._cases import cases_of, frame
from tests.unit.releases._warehouse import fill, warehouse
from tests.unit.releases._written import facts, written_from

if TYPE_CHECKING:
    from pathlib import Path


def test_bytes_depend_on_the_records_alone(tmp_path: Path) -> None:
    """One thread or four, rows in any order: the same files, byte for byte, also when a layer has several."""
    layers = {"main": 20_000, "weak": 700, "golden": 1}
    first = written_from(tmp_path / "1", layers, threads=1)
    assert [file.path for file in first] == [
        "golden/ratings/bucket=all.000.parquet",
        *(f"main/ratings/bucket=undated.{bucket:03d}.parquet" for bucket in range(2)),
        "weak/ratings/bucket=undated.000.parquet",
    ]
    assert facts(written_from(tmp_path / "1 again", layers, threads=1)) == facts(first)
    assert facts(written_from(tmp_path / "4", layers, threads=4)) == facts(first)
    for seed in (1, 2):
        assert facts(written_from(tmp_path / f"shuffled {seed}", layers, threads=4, shuffle=seed)) == facts(first)


def test_bytes_do_not_depend_on_how_many_files_are_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for a part of the records at a time, or for less than one file, the files are the same."""
    with closing(warehouse()) as engine:
        fill(engine, {"main": 40_000, "weak": 700, "golden": 1})
        whole = write_layers(engine, tmp_path / "whole")
        for room in (25_000, 1):
            monkeypatch.setattr(DuckDBEngine, "rows_at_once", room)
            assert facts(write_layers(engine, tmp_path / str(room))) == facts(whole)


def test_bytes_depend_on_the_days_alone(tmp_path: Path) -> None:
    """So it is where records have dates: each day that is large enough has its file, small days share one."""
    layers = {"main": 3_000, "weak": 600, "golden": 250}
    first = written_from(tmp_path / "1", layers, threads=1, per_day=550)
    assert [(file.path, file.rows) for file in first] == [
        ("golden/ratings/bucket=all.000.parquet", 250),
        ("main/ratings/bucket=2026-01-01.000.parquet", 550),
        ("main/ratings/bucket=2026-01-02.000.parquet", 550),
        ("main/ratings/bucket=2026-01-03.000.parquet", 550),
        ("main/ratings/bucket=2026-01-04.000.parquet", 550),
        ("main/ratings/bucket=2026-01-05.000.parquet", 550),
        ("main/ratings/bucket=2026-01-06.000.parquet", 250),
        ("weak/ratings/bucket=2026-01-01.000.parquet", 550),
        ("weak/ratings/bucket=2026-01-02.000.parquet", 50),
    ]
    for seed in (1, 2):
        assert facts(written_from(tmp_path / f"{seed}", layers, threads=4, shuffle=seed, per_day=550)) == facts(first)


def test_a_new_day_leaves_the_files_of_the_others_as_they_were(tmp_path: Path) -> None:
    """A release that adds a day rewrites the file that the day falls into, and no other."""
    earlier = {file.path: file.sha256 for file in written_from(tmp_path / "1", {"main": 9_000}, per_day=100)}
    later = {file.path: file.sha256 for file in written_from(tmp_path / "2", {"main": 9_100}, per_day=100)}
    changed = {path for path in earlier.keys() | later.keys() if earlier.get(path) != later.get(path)}
    assert changed == {"main/ratings/bucket=2026-04-01_2026-06-03.000.parquet"}
    assert len(later) > 20


def test_what_is_said_of_a_file_is_true_of_it(tmp_path: Path) -> None:
    """Hash, size and number of rows are those of the bytes on disk."""
    files = written_from(tmp_path, {"main": 20_000})
    assert len(files) == 2
    for file in files:
        content = file.local.read_bytes()
        assert file.local == tmp_path / file.path
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert file.rows == pl.read_parquet(content, hive_partitioning=False).height


def test_every_record_is_in_one_file_beside_its_prompt(tmp_path: Path) -> None:
    """Nothing is lost and nothing stands twice; records are sorted, and those of a prompt share a file."""
    frames = [pl.read_parquet(file.local, hive_partitioning=False) for file in written_from(tmp_path, {"main": 20_000})]
    whole = pl.concat(frames)
    assert (len(frames), whole.height, whole["record_id"].n_unique()) == (2, 20_000, 20_000)
    assert all(each["record_id"].to_list() == sorted(each["record_id"].to_list()) for each in frames)
    prompts = [set(each["prompt_id"].to_list()) for each in frames]
    assert sum(len(each) for each in prompts) == 10_000


def test_growth_splits_files_and_moves_nothing_else(tmp_path: Path) -> None:
    """A record of file b of n is in file b or b + n of 2n afterwards."""
    fewer, more = written_from(tmp_path / "1", {"main": 32_768}), written_from(tmp_path / "2", {"main": 32_770})
    assert (len(fewer), len(more)) == (2, 4)
    held = [
        [set(pl.read_parquet(file.local, hive_partitioning=False)["record_id"].to_list()) for file in files]
        for files in (fewer, more)
    ]
    for bucket, records in enumerate(held[0]):
        assert records <= held[1][bucket] | held[1][bucket + 2]


def test_another_layer_or_kind_changes_no_file(tmp_path: Path) -> None:
    """A layer's files do not depend on what else is released."""
    alone = {file.path: file.sha256 for file in written_from(tmp_path / "1", {"weak": 200})}
    beside = {file.path: file.sha256 for file in written_from(tmp_path / "2", {"main": 20_000, "weak": 200})}
    same = {path: sha256 for path, sha256 in beside.items() if path in alone}
    assert same == alone


def test_a_layer_without_records_has_no_file(tmp_path: Path) -> None:
    """An empty release is no file at all, not files without rows."""
    assert written_from(tmp_path, {}) == ()


@pytest.mark.parametrize(("change", "written"), [("delete from ledger.responses where seq = 2", 2), (None, 4)])
def test_a_record_without_its_one_text_stops_the_release(tmp_path: Path, change: str | None, written: int) -> None:
    """A text that is lost, or there twice, may not make a release smaller or larger than its manifest says."""
    with closing(warehouse()) as engine:
        fill(engine, {"main": 3})
        with engine.connection() as connection:
            twice = "insert into ledger.responses from ledger.responses where seq = 2"
            connection.execute(change or twice).fetchall()
        with pytest.raises(IntegrityError, match=f"main layer has 3 ratings, but {written} of them"):
            write_layers(engine, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_columns_are_those_declared(tmp_path: Path, kind: str) -> None:
    """A release file has the columns of its table, in their order and types, so that releases can be read as one."""
    before = ("estimates", "origins") if kind == "pairs" else ()
    given: dict[str, list[dict[str, Any]]] = {}
    for statement in (*before, kind):
        given |= next(case for case in cases_of(f"release/{statement}") if case.expect).given
    with closing(warehouse()) as engine:
        for name, rows in given.items():
            engine.load(name, frame(name, rows))
        with engine.connection() as connection:  # bucket numbers come from real hashes, the case has short names
            for name in {name for name in given if "prompt_id" in {c.name for c in table(name).columns}}:
                connection.execute(f"update {name} set prompt_id = sha256(prompt_id)").fetchall()  # noqa: S608
            connection.execute(
                f"insert into layers.records by name select '{kind}' as kind, sha256('p') as prompt_id,"  # noqa: S608
                " * exclude (file_number) from release.placed"
            ).fetchall()
        files = write_layers(engine, tmp_path)
    assert files
    with duckdb.connect() as reader:
        found = reader.execute(
            f"describe select * from read_parquet('{files[0].local}', hive_partitioning = false)"  # noqa: S608
        ).fetchall()
        nulls = ", ".join(
            f'null::{duckdb_type(parse_type(column.type))} as "{column.name}"'
            for column in table(f"release.{kind}").columns
        )
        declared = reader.execute(f"describe select {nulls}").fetchall()
    assert [row[:2] for row in found] == [row[:2] for row in declared]


def test_a_table_is_written_in_the_order_of_its_key(tmp_path: Path) -> None:
    """The calibration's bytes do not depend on the order of its rows either."""
    raters = [{"rater_id": f"crowd:{n % 97}", "dimension": f"d{n // 97}", "stratum": "a/b"} for n in range(970)]
    hashes = set()
    for number, rows in enumerate((raters, raters[::-1])):
        with closing(warehouse(threads=4)) as engine:
            engine.load("noise.raters", frame("noise.raters", rows))
            file = write_table(engine, "noise.raters", tmp_path / str(number), "calibration/raters.parquet")
        assert file.rows == 970
        assert pl.read_parquet(file.local).height == 970
        hashes.add(file.sha256)
    assert len(hashes) == 1


def test_an_edition_is_the_same_rows_in_other_bytes(tmp_path: Path) -> None:
    """In their order and their types; each edition has bytes of its own, whatever machine writes it."""
    hashes = []
    for folder, threads in (("1", 1), ("2", 4)):
        with closing(warehouse(threads=threads)) as engine:
            fill(engine, {"main": 400}, per_day=400)
            [file] = write_layers(engine, tmp_path / folder, for_reuse=True)
            editions = [write_edition(engine, file, tmp_path / folder / str(number), number) for number in (1, 2)]
        hashes.append([made.sha256 for made in (file, *editions)])
        for number, made in enumerate(editions, 1):
            assert pl.read_parquet(made.local).equals(pl.read_parquet(file.local))
            assert (made.path, made.rows, made.made_from) == (file.path, file.rows, file.made_from)
            with duckdb.connect() as reader:
                schemas = [
                    reader.execute(
                        "select * exclude file_name from parquet_schema($file)", {"file": str(each.local)}
                    ).fetchall()
                    for each in (file, made)
                ]
                [[key, value]] = reader.execute(
                    "select key, value from parquet_kv_metadata($file)", {"file": str(made.local)}
                ).fetchall()
            assert schemas[0] == schemas[1]
            assert (key, value) == (b"edition", str(number).encode())
    assert (hashes[0], len(set(hashes[0]))) == (hashes[1], 3)


def test_a_schema_says_nothing_of_other_rows(tmp_path: Path) -> None:
    """No column is said to be without nulls: what one file's rows happen to be would show in the schema of another."""
    [file] = written_from(tmp_path, {"weak": 200})
    with closing(duckdb.connect()) as connection:
        found = connection.execute(
            "select distinct repetition_type from parquet_schema($file) where name <> 'duckdb_schema'",
            {"file": str(file.local)},
        ).fetchall()
    assert {repetition for [repetition] in found} == {"OPTIONAL", "REPEATED"}
