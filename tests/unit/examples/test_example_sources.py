"""The example's config reads the example's files, and refuses what is broken and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from examples.generator import drop, generate
from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import check_sources, ingest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conftest import Example

    from prefstrata.sources import IngestSummary

REASONED = {("medical", "high"), ("*", "high")}


def _quarantined(summary: IngestSummary) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for file in summary.new:
        found[file.source] += file.quarantined
    return found


def _read(summary: IngestSummary) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for file in summary.new:
        found[file.source] += file.read
    return found


def test_ledger_takes_all_but_the_broken_records(example: Example) -> None:
    """Per source, what is read is what was written, and what is refused is what was broken on purpose."""
    engine = DuckDBEngine(":memory:")
    try:
        summary = ingest(engine, read_project(example.directory), requirements=REASONED)
    finally:
        engine.close()
    assert _read(summary) == example.truth.records
    assert _quarantined(summary) == example.truth.broken
    assert set(summary.reasons) == {
        "not_finite",
        "not_json",
        "rationale_required",
        "says_nothing",
        "unknown_value",
        "wrong_type",
    }
    assert summary.appended is not None
    kinds = ("votes", "ratings", "steps", "events")
    assert sum(summary.appended.rows[f"ledger.{kind}"] for kind in kinds) == pytest.approx(20_000, rel=0.2)


def test_drop_is_read_without_reading_the_rest_again(tmp_path: Path) -> None:
    """A day's files are the only new ones."""
    generate(tmp_path, prompts=60)
    project = read_project(tmp_path)
    engine = DuckDBEngine(":memory:")
    try:
        ingest(engine, project, requirements=REASONED)
        day = drop(tmp_path, 1, prompts=60)
        summary = ingest(engine, project, requirements=REASONED)
    finally:
        engine.close()
    assert sorted(file.uri for file in summary.new) == sorted(day.files)
    assert _read(summary) == day.records
    assert _quarantined(summary) == day.broken


def test_config_is_right_before_any_file_is_there(tmp_path: Path) -> None:
    """Every mapping compiles on its own."""
    generate(tmp_path, prompts=1)
    assert len(check_sources(read_project(tmp_path))) == len(read_project(tmp_path).sources)
