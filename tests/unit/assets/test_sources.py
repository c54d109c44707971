"""A source's page in Dagster says what `prefstrata run` says of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.sources import materialised_sources
from prefstrata.project import Project, read_project
from prefstrata.sources import AppendSummary, FileOutcome, IngestSummary, Refusals

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name: test
sources:
  - &crowd {name: crowd, mode: offline, supervisor: crowd, path: "inbox/*.csv", format: seed-jsonl}
  - {<<: *crowd, name: users, mode: online, supervisor: user, path: "inbox/*.jsonl"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a source of files and one of days."""
    (tmp_path / "prefstrata.yaml").write_text(CONFIG, "utf-8")
    return read_project(tmp_path)


def _told(project: Project, ingested: IngestSummary) -> dict[str, dict[str, dg.MetadataValue]]:
    with dg.DagsterInstance.ephemeral() as instance:
        told = list(materialised_sources(project, ingested, instance))
    return {each.asset_key.path[-1]: dict(each.metadata) for each in told}


def _rows(table: dg.MetadataValue) -> list[dict[str, object]]:
    assert isinstance(table, dg.TableMetadataValue)
    return [dict(record.data) for record in table.records]


def test_each_reason_is_shown_with_its_first_record(project: Project) -> None:
    """With its file and place, and not with what it says: a page of Dagster is kept for good."""
    a = FileOutcome("crowd", "inbox/a.csv", "new", "1", 4, 1, 3, {"bad_time": 1, "unknown_value": 2})
    day = FileOutcome("users", "inbox/2026-10-01.jsonl", "grown", "2", 1, 0, 1, {"not_json": 1})
    refusals = (
        Refusals("1", "unknown_value", 2, 2, "choice is none of them: ann@example.org; known are A, B"),
        Refusals("1", "bad_time", 1, 3, "soon"),
        Refusals("2", "not_json", 1, 1200, "x" * 1000),
    )
    told = _told(project, IngestSummary((a, day), AppendSummary({}, (), refusals)))
    assert _rows(told["crowd"]["refused"]) == [
        {"file": "inbox/a.csv", "reason": "unknown_value", "records": 2, "first": "record 2"},
        {"file": "inbox/a.csv", "reason": "bad_time", "records": 1, "first": "record 3"},
    ]
    [row] = _rows(told["users"]["refused"])
    assert row["first"] == "line 1,200"


def test_files_that_were_edited_are_shown(project: Project) -> None:
    """With how much counts a second time; a file that says nothing again is no news, and none refused is no table."""
    edited = FileOutcome("crowd", "inbox/a.csv", "changed", "1", 4, 4)
    other = FileOutcome("crowd", "inbox/b.csv", "changed", "2", 4, 4)
    metadata = _told(project, IngestSummary((edited, other), AppendSummary({}, (), (), {"1": 3})))["crowd"]
    table = metadata.pop("edited after they were read")
    assert _rows(table) == [{"file": "inbox/a.csv", "statements that count twice": 3}]
    assert metadata.keys() == {"files", "files read now", "records read", "accepted", "quarantined"}
