"""Tables in a folder: one rename is the whole of a change, and who looks can only look."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine, read_warehouse
from prefstrata.engine._folder import TableFolder, show_tables
from prefstrata.engine._types import parse_type, polars_type
from prefstrata.model import ConfigError
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "evidence.withdrawn"


def _part(folder: TableFolder, *raters: str) -> str:
    """A part that holds a row for each rater."""
    part = folder.new_part(_NAME)
    (folder.path / part).mkdir(parents=True)
    columns = {column.name: polars_type(parse_type(column.type)) for column in table(_NAME).columns}
    rows = pl.DataFrame({"rater_id": list(raters)}, schema_overrides={"rater_id": pl.String})
    blank = [pl.lit(None, type_).alias(name) for name, type_ in columns.items() if name != "rater_id"]
    rows.with_columns(*blank).select(list(columns)).write_parquet(folder.path / part / "part-0.parquet")
    folder.settle(part)
    return part


@pytest.fixture
def folder(tmp_path: Path) -> TableFolder:
    """A folder in which a table has two parts, of two rows and one."""
    made = TableFolder(tmp_path / "tables")
    made.commit({_NAME: (_part(made, "ann", "bob"), _part(made, "cy")), "evidence.pairs": ()})
    return made


def _raters(path: Path) -> list[str]:
    with read_warehouse(path) as connection:
        return [name for [name] in connection.execute(f"select rater_id from {_NAME} order by all").fetchall()]  # noqa: S608


def test_a_table_is_all_of_its_parts(folder: TableFolder) -> None:
    """The pointer says which files are a table; one without parts is there, and empty."""
    assert _raters(folder.path) == ["ann", "bob", "cy"]
    with read_warehouse(folder.path) as connection:
        assert connection.execute("select count(*) from evidence.pairs").fetchall() == [(0,)]
        assert connection.execute("select short_hash('x') is not null").fetchall() == [(True,)]


@pytest.mark.parametrize("beside", [[], [{"prompt_id": "q", "pairs": 30}]])
def test_a_column_that_a_part_lacks_is_null(tmp_path: Path, beside: list[dict[str, Any]]) -> None:
    """Alone, and beside a part that has it."""
    made = TableFolder(tmp_path / "tables")
    parts = []
    for rows in [[{"prompt_id": "p"}], beside]:
        if rows:
            parts.append(made.new_part("noise.crowded_prompts"))
            (made.path / parts[-1]).mkdir(parents=True)
            pl.DataFrame(rows).write_parquet(made.path / parts[-1] / "part-0.parquet")
            made.settle(parts[-1])
    made.commit({"noise.crowded_prompts": tuple(parts)})
    with read_warehouse(made.path) as connection:
        found = connection.execute("select prompt_id, pairs from noise.crowded_prompts order by all").fetchall()
    assert found == [("p", None), *(tuple(row.values()) for row in beside)]


def test_what_was_not_committed_is_not_there_and_is_swept_away(folder: TableFolder) -> None:
    """A run that is killed after it wrote rows, or half of a pointer, leaves the tables as they were."""
    left = _part(folder, "dan")
    scratch = folder.path / "scratch" / "fit.votes" / "x"
    scratch.mkdir(parents=True)
    half = folder.pointer.with_name("tables.json.0")
    half.write_text('{"format": ', "utf-8")
    assert _raters(folder.path) == ["ann", "bob", "cy"]
    folder.sweep()
    assert not (folder.path / left).exists()
    assert not scratch.exists()
    assert not half.exists()
    assert _raters(folder.path) == ["ann", "bob", "cy"]


def test_who_reads_keeps_what_was_there_when_it_began(folder: TableFolder) -> None:
    """A run that replaces a table does not disturb who reads it: files are added, and none is changed."""
    with read_warehouse(folder.path) as connection:
        folder.commit({_NAME: (_part(folder, "eve"),)})
        assert connection.execute(f"select count(*) from {_NAME}").fetchall() == [(3,)]  # noqa: S608
    assert _raters(folder.path) == ["eve"]


def test_a_view_follows_its_table(folder: TableFolder) -> None:
    """What is shown already is brought up to date, and left alone when nothing changed."""
    engine = DuckDBEngine(":memory:")
    shown: dict[str, tuple[str, ...]] = {}
    try:
        with engine.connection() as connection:
            show_tables(connection, folder.path, folder.state(), shown)
            state = {**folder.state(), _NAME: (_part(folder, "eve"),)}
            show_tables(connection, folder.path, state, shown)
            assert connection.execute(f"select rater_id from {_NAME}").fetchall() == [("eve",)]  # noqa: S608
        assert shown == state
    finally:
        engine.close()


@pytest.mark.parametrize("text", ["", "{}", '{"format": "prefstrata-tables/9", "tables": {}}', "[1]"])
def test_a_pointer_that_is_none_is_said_to_be_none(folder: TableFolder, text: str) -> None:
    """Nothing is guessed, and nothing is swept away because a file cannot be read."""
    held = sorted(path.name for path in folder.path.rglob("*.parquet"))
    folder.pointer.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"tables\.json"):
        folder.sweep()
    assert sorted(path.name for path in folder.path.rglob("*.parquet")) == held


def test_other_files_cannot_be_read(folder: TableFolder, tmp_path: Path) -> None:
    """A query reaches the folder of the tables and nothing beside it."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", "utf-8")
    with read_warehouse(folder.path) as connection, pytest.raises(duckdb.PermissionException):
        connection.execute(f"from read_csv('{secret}')")


def test_a_path_with_a_quote_is_only_a_path(folder: TableFolder, tmp_path: Path) -> None:
    """Names of folders are text, whatever they hold."""
    odd = tmp_path / "it's a 'folder'"
    shutil.copytree(folder.path, odd)
    assert _raters(odd) == ["ann", "bob", "cy"]
