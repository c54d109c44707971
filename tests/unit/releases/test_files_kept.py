"""A file is kept from the release before when it would be written again from the same rows, and only then."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model import IntegrityError
from prefstrata.model.kinds import KINDS
from prefstrata.releases import _writing
from prefstrata.releases._writing import WrittenFile, write_layers
from tests.sql._cases import cases_of, frame
from tests.unit.releases._warehouse import fill, warehouse
from tests.unit.releases._written import facts

if TYPE_CHECKING:
    from pathlib import Path

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
    assert facts(second) == facts(whole)
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
    assert facts(second) == facts(whole)


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
        assert facts(second) == facts(whole)


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
