"""What a machine has too little of is told as that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from prefstrata.engine import read_warehouse
from prefstrata.model import ConfigError, IntegrityError
from prefstrata.pipeline import open_session
from prefstrata.pipeline._engine import opened_warehouse
from prefstrata.project import read_project
from tests._room import let_no_file_outgrow, no_file_larger_than

if TYPE_CHECKING:
    from pathlib import Path


_PROJECT = """\
name: small
engine: {memory_limit: 40MB, threads: 1}
policies: [general]
sources:
  - {name: mine, format: seed-jsonl, supervisor: crowd, mode: offline, path: "inbox/*.jsonl"}
"""


def test_too_little_memory_is_no_bug(tmp_path: Path) -> None:
    """Something that cannot be spilled does not fit: the setting is named."""
    (tmp_path / "prefstrata.yaml").write_text(_PROJECT, "utf-8")
    with (
        pytest.raises(ConfigError, match="DuckDB needs more memory than it may take") as raised,
        open_session(read_project(tmp_path)) as session,
        session.engine.connection() as connection,
    ):
        connection.execute("select list(hash(i)) from range(20_000_000) as rows(i)").fetchall()
    assert raised.value.where.endswith("prefstrata.yaml: engine.memory_limit")


def test_a_checkpoint_that_lacks_memory_is_no_bug(tmp_path: Path) -> None:
    """It ends in another error, and what was committed is in the log."""
    (tmp_path / "prefstrata.yaml").write_text(_PROJECT, "utf-8")
    with (
        pytest.raises(ConfigError, match="DuckDB needs more memory than it may take"),
        open_session(read_project(tmp_path)),
    ):
        raise duckdb.FatalException("Failed to create checkpoint because of error: could not allocate block of size 1")


def test_a_disk_without_room_to_spill_is_not_told_as_memory(tmp_path: Path) -> None:
    """DuckDB says both by the same error; to raise the memory limit would not help."""
    sort = "create temp table sorted as from range(20_000_000) as rows(i) order by hash(i)"
    (tmp_path / "prefstrata.yaml").write_text(_PROJECT, "utf-8")
    with (
        pytest.raises(ConfigError, match="the disk is full") as raised,
        open_session(read_project(tmp_path)) as session,
        session.engine.connection() as connection,
    ):
        connection.execute(f"set max_temp_directory_size = '1MB'; {sort}").fetchall()
    assert raised.value.where == str(tmp_path / "warehouse")


def test_a_disk_that_is_full_when_the_warehouse_is_written_is_told_as_that(tmp_path: Path) -> None:
    """Seen only at the commit, it is an error of the transaction; which disk it is, is said."""
    (tmp_path / "prefstrata.yaml").write_text(_PROJECT.replace("40MB", "400MB, spill: elsewhere"), "utf-8")

    def write(connection: duckdb.DuckDBPyConnection) -> None:
        let_no_file_outgrow(500_000)
        rows = "from range(100_000) as rows(i)"
        connection.execute(f"begin; create table t as select md5(i::varchar) as s {rows}; commit").fetchall()

    with (
        no_file_larger_than(),
        pytest.raises(ConfigError, match="the disk is full") as raised,
        open_session(read_project(tmp_path)) as session,
        session.engine.connection() as connection,
    ):
        write(connection)
    assert raised.value.where == str(tmp_path / "warehouse")
    assert "engine.spill" not in raised.value.todo


def test_a_damaged_warehouse_is_told_as_that(tmp_path: Path) -> None:
    """When it is opened, and when a statement comes upon it."""
    (tmp_path / "prefstrata.yaml").write_text(_PROJECT.replace("40MB", "400MB"), "utf-8")
    project = read_project(tmp_path)
    with open_session(project) as session, session.engine.connection() as connection:
        connection.execute("create table t as select md5(i::varchar) as s from range(200_000) as rows(i)").fetchall()
    sound = project.warehouse_path.read_bytes()
    found = set()
    for at in range(3 * 4096, len(sound), 262_144):
        project.warehouse_path.write_bytes(sound[:at] + b"damage" * 700 + sound[at + 4200 :])
        try:
            with read_warehouse(project.warehouse_path) as connection:
                connection.execute("select count(distinct s) from t").fetchall()
        except IntegrityError as error:
            found.add(("reading", error.where))
        try:
            with opened_warehouse(project) as engine, engine.connection() as connection:
                connection.execute("select count(distinct s) from t").fetchall()
        except IntegrityError as error:
            found.add(("running", error.where))
    assert found == {("reading", str(project.warehouse_path)), ("running", str(project.warehouse_path))}


def test_duckdb_spills_to_the_folder_that_the_project_names(tmp_path: Path) -> None:
    """What does not fit in memory goes there, and is gone when the run ends; a file in its place is a mistake."""
    text = _PROJECT.replace("threads: 1", "threads: 1, spill: fast/spill")
    (tmp_path / "prefstrata.yaml").write_text(text, "utf-8")
    spill = tmp_path / "fast" / "spill"
    with open_session(read_project(tmp_path)) as session, session.engine.connection() as connection:
        connection.execute("create temp table sorted as from range(4_000_000) as rows(i) order by hash(i)").fetchall()
        assert sum(file.stat().st_size for file in spill.iterdir()) > 1_000_000
    assert not spill.exists() or not list(spill.iterdir())
    (tmp_path / "prefstrata.yaml").write_text(text.replace("fast/spill", "prefstrata.yaml"), "utf-8")
    with pytest.raises(ConfigError, match="DuckDB cannot spill there"), open_session(read_project(tmp_path)):
        pass
