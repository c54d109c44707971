"""Layer files: their bytes depend on the records alone, and they hold every record once."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.engine._types import duckdb_type, parse_type
from prefstrata.model import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.model.tables import table
from prefstrata.releases import _writing
from prefstrata.releases._writing import WrittenFile, write_edition, write_layers, write_table
from tests.sql._cases import cases_of, frame
from tests.unit.releases._warehouse import fill, warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _written(
    folder: Path,
    layers: Mapping[str, int],
    *,
    threads: int = 2,
    shuffle: int | None = None,
    per_day: int | None = None,
) -> tuple[WrittenFile, ...]:
    with closing(warehouse(threads)) as engine:
        fill(engine, layers, shuffle=shuffle, per_day=per_day)
        return write_layers(engine, folder)


def _same(files: tuple[WrittenFile, ...]) -> list[tuple[str, str, int, int]]:
    return [(file.path, file.sha256, file.size, file.rows) for file in files]


def test_bytes_depend_on_the_records_alone(tmp_path: Path) -> None:
    """One thread or four, rows in any order: the same files, byte for byte, also when a layer has several."""
    layers = {"main": 20_000, "weak": 700, "golden": 1}
    first = _written(tmp_path / "1", layers, threads=1)
    assert [file.path for file in first] == [
        "golden/ratings/bucket=all.000.parquet",
        *(f"main/ratings/bucket=undated.{bucket:03d}.parquet" for bucket in range(2)),
        "weak/ratings/bucket=undated.000.parquet",
    ]
    assert _same(_written(tmp_path / "1 again", layers, threads=1)) == _same(first)
    assert _same(_written(tmp_path / "4", layers, threads=4)) == _same(first)
    for seed in (1, 2):
        assert _same(_written(tmp_path / f"shuffled {seed}", layers, threads=4, shuffle=seed)) == _same(first)


def test_bytes_do_not_depend_on_how_many_files_are_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for a part of the records at a time, or for less than one file, the files are the same."""
    with closing(warehouse()) as engine:
        fill(engine, {"main": 40_000, "weak": 700, "golden": 1})
        whole = write_layers(engine, tmp_path / "whole")
        for room in (25_000, 1):
            monkeypatch.setattr(DuckDBEngine, "rows_at_once", room)
            assert _same(write_layers(engine, tmp_path / str(room))) == _same(whole)


def test_bytes_depend_on_the_days_alone(tmp_path: Path) -> None:
    """So it is where records have dates: each day that is large enough has its file, small days share one."""
    layers = {"main": 3_000, "weak": 600, "golden": 250}
    first = _written(tmp_path / "1", layers, threads=1, per_day=550)
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
        assert _same(_written(tmp_path / f"{seed}", layers, threads=4, shuffle=seed, per_day=550)) == _same(first)


def test_a_new_day_leaves_the_files_of_the_others_as_they_were(tmp_path: Path) -> None:
    """A release that adds a day rewrites the file that the day falls into, and no other."""
    earlier = {file.path: file.sha256 for file in _written(tmp_path / "1", {"main": 9_000}, per_day=100)}
    later = {file.path: file.sha256 for file in _written(tmp_path / "2", {"main": 9_100}, per_day=100)}
    changed = {path for path in earlier.keys() | later.keys() if earlier.get(path) != later.get(path)}
    assert changed == {"main/ratings/bucket=2026-04-01_2026-06-03.000.parquet"}
    assert len(later) > 20


_MASKED = (
    "insert into privacy.masked by name (select 'response' as text, response_id as id, 'x' as content"
    " from evidence.responses where {response})"
)
_ASKED = (
    "insert into privacy.prompts by name (select prompt_id, [{{role: 'user', content: 'x'}}] as messages"
    " from evidence.prompts where {prompt})"
)


def _names(folder: Path, file: WrittenFile) -> dict[str, str]:
    """The first record of a file, its response and its prompt, as conditions."""
    row = pl.read_parquet(folder / file.path, hive_partitioning=False).row(0, named=True)
    named = {"one": "record_id", "response": "response_id", "prompt": "prompt_id"}
    return {name: f"{column} = '{row[column]}'" for name, column in named.items()}


def _days(days: int, *, change: str = "", shuffle: int | None = None) -> DuckDBEngine:
    """A warehouse with so many days of 400 records."""
    engine = warehouse(threads=2 if shuffle is None else 4)
    fill(engine, {"main": 400 * days}, per_day=400, shuffle=shuffle)
    if change:
        with engine.connection() as connection:
            connection.execute(change).fetchall()
    return engine


def _beside(held: tuple[WrittenFile, ...], engine: DuckDBEngine, folder: Path) -> tuple[WrittenFile, ...]:
    """The files of a release that may keep those that are held, with what each was made from."""
    return write_layers(engine, folder, held={file.path: replace(file, local=None) for file in held}, for_reuse=True)


def _dated(
    folder: Path,
    days: int,
    *,
    held: tuple[WrittenFile, ...] = (),
    change: str = "",
    shuffle: int | None = None,
) -> tuple[WrittenFile, ...]:
    """The files of so many days."""
    with closing(_days(days, change=change, shuffle=shuffle)) as engine:
        return _beside(held, engine, folder)


def _with_and_without(
    held: tuple[WrittenFile, ...], folder: Path, days: int, *, change: str = ""
) -> tuple[tuple[WrittenFile, ...], tuple[WrittenFile, ...]]:
    """The files of so many days beside those that are held, and all of them written from the same rows."""
    with closing(_days(days, change=change)) as engine:
        whole = _beside((), engine, folder / "whole")
        return _beside(held, engine, folder / "kept"), whole


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of two days are."""
    return tmp_path_factory.mktemp("two days")


@pytest.fixture(scope="module")
def first(two_days: Path) -> tuple[WrittenFile, ...]:
    """The files of two days."""
    return _dated(two_days, 2)


def test_a_file_is_not_written_again_from_the_same_rows(tmp_path: Path) -> None:
    """A new day is written and the days before are not; together they are what would be written without them."""
    second, whole = _with_and_without(_dated(tmp_path / "1", 5), tmp_path, 6)
    assert [file.path for file in second if file.local] == ["main/ratings/bucket=2026-01-06.000.parquet"]
    assert [file.name for file in (tmp_path / "kept").rglob("*.parquet")] == ["bucket=2026-01-06.000.parquet"]
    assert _same(second) == _same(whole)
    assert [file.made_from for file in second] == [file.made_from for file in whole]
    assert len({file.made_from for file in whole}) == 6


@pytest.mark.parametrize(
    "change",
    [
        "update layers.records set trust = 0.25 where {one}",
        "update layers.records set trust = -0e0 where {one}",
        "update weighting.weights set cell = null where {one}",
        "update weighting.scores set provenance = list_append(provenance, null) where {response}",
        "update layers.records set rule = 'r2' where {one}",
        "update weighting.records set strata = [{{stratum: 'crowd/offline', votes: 2e0}}] where {one}",
        "update evidence.responses set generators = ['g'] where {response}",
        "update evidence.prompts set language = 'de' where {prompt}",
        _MASKED,
        _ASKED,
    ],
)
def test_a_file_is_written_again_when_anything_of_a_row_changes(
    first: tuple[WrittenFile, ...], two_days: Path, tmp_path: Path, change: str
) -> None:
    """A number, its sign, a null, who wrote it, what hides a text: of the two days the one with that row is written."""
    second, whole = _with_and_without(first, tmp_path, 2, change=change.format(**_names(two_days, first[0])))
    assert [file.path for file in second if file.local] == [first[0].path]
    assert _same(second) == _same(whole)


@pytest.mark.parametrize("masked", [_MASKED, _ASKED])
def test_a_file_is_written_again_when_a_text_is_shown_otherwise(
    first: tuple[WrittenFile, ...], two_days: Path, tmp_path: Path, masked: str
) -> None:
    """Masked otherwise, as with another library or policy, or no more: its id is the same, and the file is not."""
    one = masked.format(**_names(two_days, first[0]))
    hidden = _dated(tmp_path / "1", 2, change=one)
    for number, change in enumerate((one.replace("'x'", "'y'"), "")):
        second, whole = _with_and_without(hidden, tmp_path / f"2 {number}", 2, change=change)
        assert [file.path for file in second if file.local] == [hidden[0].path]
        assert _same(second) == _same(whole)


def test_no_text_is_looked_up_for_a_file_that_is_not_written(first: tuple[WrittenFile, ...], tmp_path: Path) -> None:
    """Its id says which text it is: a ledger never says something else under one."""
    second = _dated(tmp_path / "2", 3, held=first, change="update ledger.responses set content = 'another'")
    assert [file.path for file in second if file.local] == ["main/ratings/bucket=2026-01-03.000.parquet"]
    assert set(pl.read_parquet(second[2].local, hive_partitioning=False)["response"].to_list()) == {"another"}


def test_a_text_that_was_lost_stops_the_release_though_its_file_was_written_before(
    first: tuple[WrittenFile, ...], tmp_path: Path
) -> None:
    """A record without its text is no record, whether or not a release has it already."""
    with pytest.raises(IntegrityError, match="main layer has 800 ratings, but 799 of them"):
        _dated(tmp_path / "2", 2, held=first, change="delete from ledger.responses where seq = 2")


@pytest.mark.parametrize("what", ["the format", "DuckDB", "the statement"])
def test_all_files_are_written_again_when_they_would_be_written_otherwise(
    first: tuple[WrittenFile, ...], tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another version of DuckDB, in another format, or with what another statement puts where an id stands."""
    if what == "the format":
        monkeypatch.setattr(_writing, "_FORMAT", "format parquet, compression zstd, compression_level 2")
    elif what == "DuckDB":
        monkeypatch.setattr(duckdb, "__version__", "0")
    else:
        monkeypatch.setattr(_writing, "sql_text", "another {}".format)
    assert all(file.local for file in _dated(tmp_path / "2", 2, held=first))


@pytest.mark.parametrize("kind", KINDS)
def test_without_texts_a_row_is_the_same_but_for_those_shown_as_they_came(kind: str) -> None:
    """In every case of its statement: so whatever is in a file, its texts aside, is in what it was made from."""
    shown = {"prompt", "chosen", "rejected", "response"}
    key = KINDS[kind]
    cases = cases_of(f"release/{kind}")
    names = {name for case in cases for name in case.given}
    with closing(warehouse()) as engine:
        for case in cases:
            for name in names:
                engine.load(name, frame(name, case.given.get(name, [])))
            with_texts, without = (engine.query(f"release/{kind}", texts=texts).sort(key) for texts in (True, False))
            masked = engine.read("privacy.masked").height + engine.read("privacy.prompts").height
            assert with_texts.schema == without.schema
            for column in with_texts.columns:
                if column not in shown:
                    assert with_texts[column].to_list() == without[column].to_list(), (case.name, column)
                elif not masked:
                    assert without[column].null_count() == without.height, (case.name, column)


def test_what_a_file_is_made_from_depends_on_its_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on threads nor on the order of rows, nor on how many files are written at once; but on how."""
    first = [file.made_from for file in _dated(tmp_path / "1", 3)]
    assert [file.made_from for file in _dated(tmp_path / "2", 3, shuffle=1)] == first
    monkeypatch.setattr(DuckDBEngine, "rows_at_once", 1)
    assert [file.made_from for file in _dated(tmp_path / "3", 3)] == first
    monkeypatch.setattr(_writing, "_FORMAT", "format parquet, compression zstd, compression_level 2")
    assert not {file.made_from for file in _dated(tmp_path / "4", 3)} & set(first)


def test_files_of_records_without_a_day_do_not_say_what_they_were_made_from(tmp_path: Path) -> None:
    """Each is a sample of all prompts, so it changes with any addition."""
    with closing(warehouse()) as engine:
        fill(engine, {"main": 700})
        files = write_layers(engine, tmp_path, for_reuse=True)
    assert [file.made_from for file in files] == [""]


def test_what_is_said_of_a_file_is_true_of_it(tmp_path: Path) -> None:
    """Hash, size and number of rows are those of the bytes on disk."""
    files = _written(tmp_path, {"main": 20_000})
    assert len(files) == 2
    for file in files:
        content = file.local.read_bytes()
        assert file.local == tmp_path / file.path
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert file.rows == pl.read_parquet(content, hive_partitioning=False).height


def test_every_record_is_in_one_file_beside_its_prompt(tmp_path: Path) -> None:
    """Nothing is lost and nothing stands twice; records are sorted, and those of a prompt share a file."""
    frames = [pl.read_parquet(file.local, hive_partitioning=False) for file in _written(tmp_path, {"main": 20_000})]
    whole = pl.concat(frames)
    assert (len(frames), whole.height, whole["record_id"].n_unique()) == (2, 20_000, 20_000)
    assert all(each["record_id"].to_list() == sorted(each["record_id"].to_list()) for each in frames)
    prompts = [set(each["prompt_id"].to_list()) for each in frames]
    assert sum(len(each) for each in prompts) == 10_000


def test_growth_splits_files_and_moves_nothing_else(tmp_path: Path) -> None:
    """A record of file b of n is in file b or b + n of 2n afterwards."""
    fewer, more = _written(tmp_path / "1", {"main": 32_768}), _written(tmp_path / "2", {"main": 32_770})
    assert (len(fewer), len(more)) == (2, 4)
    held = [
        [set(pl.read_parquet(file.local, hive_partitioning=False)["record_id"].to_list()) for file in files]
        for files in (fewer, more)
    ]
    for bucket, records in enumerate(held[0]):
        assert records <= held[1][bucket] | held[1][bucket + 2]


def test_another_layer_or_kind_changes_no_file(tmp_path: Path) -> None:
    """A layer's files do not depend on what else is released."""
    alone = {file.path: file.sha256 for file in _written(tmp_path / "1", {"weak": 200})}
    beside = {file.path: file.sha256 for file in _written(tmp_path / "2", {"main": 20_000, "weak": 200})}
    same = {path: sha256 for path, sha256 in beside.items() if path in alone}
    assert same == alone


def test_a_layer_without_records_has_no_file(tmp_path: Path) -> None:
    """An empty release is no file at all, not files without rows."""
    assert _written(tmp_path, {}) == ()


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
    [file] = _written(tmp_path, {"weak": 200})
    with closing(duckdb.connect()) as connection:
        found = connection.execute(
            "select distinct repetition_type from parquet_schema($file) where name <> 'duckdb_schema'",
            {"file": str(file.local)},
        ).fetchall()
    assert {repetition for [repetition] in found} == {"OPTIONAL", "REPEATED"}
