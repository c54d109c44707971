"""Data Docs stay small, however many runs there are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jinja2 import Environment

from checks._documents import docs_folder
from checks._suites import SUITES
from prefstrata.engine import DuckDBEngine
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_newest_runs_are_kept(tmp_path: Path) -> None:
    """Of sixty runs the pages of fifty are there, the run that writes now among them."""
    for number in range(60):
        folder = docs_folder(tmp_path, f"run-{number:02}", "ledger.votes")
        assert folder.is_dir()
        os.utime(folder.parent, (number, number))
    docs_folder(tmp_path, "run-now", "ledger.votes")
    docs_folder(tmp_path, "run-now", "ledger.ratings")
    kept = sorted(path.name for path in (tmp_path / ".dagster" / "data-docs").iterdir())
    assert kept == [*(f"run-{number:02}" for number in range(11, 60)), "run-now"]


def test_pages_are_small(tmp_path: Path) -> None:
    """A run's pages on a table take some hundred kilobytes, not the four megabytes they come with."""
    from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds

    engine = DuckDBEngine(":memory:")
    engine.ensure(table(SUITES[0].table))
    validate(engine, SUITES[0], ["batch_id"], tmp_path)
    engine.close()
    assert (tmp_path / "index.html").is_file()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 500_000


def test_templates_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages on a second table are drawn with the templates of the first: compiling them takes most of the time."""
    from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds

    engine = DuckDBEngine(":memory:")
    engine.ensure(table(SUITES[0].table))
    validate(engine, SUITES[0], ["batch_id"], tmp_path / "first")
    compiled: list[str | None] = []
    compile_ = Environment.compile

    def counted(self: Environment, source: str, name: str | None = None, filename: str | None = None) -> object:
        compiled.append(name)
        return compile_(self, source, name, filename)

    monkeypatch.setattr(Environment, "compile", counted)
    validate(engine, SUITES[0], ["batch_id"], tmp_path / "second")
    engine.close()
    assert compiled == []
    first, second = (sorted(page.name for page in (tmp_path / each).rglob("*.html")) for each in ("first", "second"))
    assert first == second
