"""What a machine has too little of is told as that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.pipeline import open_session
from prefstrata.project import read_project

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
