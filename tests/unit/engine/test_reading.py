"""A look into the warehouse changes nothing and reaches nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from prefstrata.engine import DuckDBEngine, demand_built, read_warehouse
from prefstrata.model import ConfigError
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with a table of two rows."""
    path = tmp_path / "warehouse.duckdb"
    engine = DuckDBEngine(path)
    with engine.connection() as connection:
        connection.execute("create table numbers as select unnest([1, 2]) as n").fetchall()
    engine.close()
    return path


def test_tables_and_functions_of_the_warehouse_can_be_asked(warehouse: Path) -> None:
    """The functions live in the file, so a query reads as one of ``sql/`` does; several readers at once are fine."""
    with read_warehouse(warehouse) as one, read_warehouse(warehouse) as other:
        assert one.execute("select n from numbers order by n").fetchall() == [(1,), (2,)]
        assert other.execute("select length(short_hash('x'))").fetchall() == [(32,)]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into numbers values (3)",
        "drop table numbers",
        "create table others as select 1",
        "copy numbers to 'stolen.csv'",
        "from read_csv('/etc/hostname')",
        "attach 'other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "from numbers_of_python",
    ],
)
def test_nothing_else_can_be_done(
    warehouse: Path, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement writes, reads another file, loosens a setting or sees a variable of this process."""
    monkeypatch.chdir(tmp_path)
    numbers_of_python = [1]
    before = warehouse.read_bytes()
    with read_warehouse(warehouse) as connection, pytest.raises(duckdb.Error):
        connection.sql(statement)
    assert numbers_of_python
    assert [path.name for path in tmp_path.iterdir()] == [warehouse.name]
    assert warehouse.read_bytes() == before


def test_no_warehouse_is_said(tmp_path: Path) -> None:
    """Looking makes no file; the error says what does."""
    with pytest.raises(ConfigError, match="prefstrata run"), read_warehouse(tmp_path / "none.duckdb"):
        pass
    assert not list(tmp_path.iterdir())


def test_what_is_not_built_is_told_from_what_is_not_built_any_more(warehouse: Path) -> None:
    """A run that was cut off, or an older one, has built something: nobody would believe that nothing is."""
    with read_warehouse(warehouse) as connection, pytest.raises(ConfigError, match="nothing has been built yet"):
        demand_built(connection, "evidence.pairs", "noise.queue")
    engine = DuckDBEngine(warehouse)
    engine.ensure(table("evidence.pairs"))
    engine.close()
    with read_warehouse(warehouse) as connection, pytest.raises(ConfigError, match=r"has not built noise\.queue"):
        demand_built(connection, "evidence.pairs", "noise.queue")


def test_a_column_that_another_version_did_not_build_is_not_built(warehouse: Path) -> None:
    """The table is there, so only its columns tell; whoever read on would get an error of the engine."""
    engine = DuckDBEngine(warehouse)
    for name in ("noise.raters", "evidence.pairs"):
        engine.ensure(table(name))
    with engine.connection() as connection:
        connection.execute("alter table noise.raters drop column again_votes").fetchall()
        connection.execute("alter table noise.raters drop column again_same").fetchall()
    engine.close()
    with (
        read_warehouse(warehouse) as connection,
        pytest.raises(ConfigError, match=r"has not built noise\.raters, column again_same: .* another version"),
    ):
        demand_built(connection, "evidence.pairs", "noise.raters")
