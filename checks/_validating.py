"""Runs a suite on the warehouse and writes its Data Docs. Import only inside a check: it costs seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks._quiet_import import gx  # isort: skip - before what else imports it
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.registry import get_expectation_impl

from checks._documents import slim
from checks._duckdb_source import add_duckdb
from checks._telling import slices_of
from checks._views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from checks._suites import Expectation, Suite
    from prefstrata.engine import Warehouse

__all__ = ["Found", "validate"]

_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one expectation: whether it holds, how many rows are bad, ids of some, and where they are."""

    name: str
    passed: bool
    bad: int
    sample: list[dict[str, Any]]
    slices: list[dict[str, Any]]
    observed: str


def validate(engine: Warehouse, suite: Suite, ids: Sequence[str], docs: Path) -> tuple[Found, ...]:
    """Hold a table against its suite, where it lies.

    Args:
        engine: the warehouse, open in this process.
        suite: what to expect.
        ids: columns to name bad rows by.
        docs: folder to write Data Docs to.

    Raises:
        ValueError: an expectation is broken: it could not be evaluated, which says nothing about the data.
    """
    cursor = engine.cursor()
    try:
        results = _run(cursor, suite, ids, docs)
        if broken := [f"{name}: {message}" for name, message in map(_broken, results) if message]:
            raise ValueError(f"expectations of {suite.table} that could not be evaluated: {'; '.join(broken)}")
        return tuple(_found(cursor, suite.table, result) for result in results)
    finally:
        cursor.close()


def _run(cursor: duckdb.DuckDBPyConnection, suite: Suite, ids: Sequence[str], docs: Path) -> list[Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    schema, name = suite.table.split(".")
    cursor.execute(f"set schema = '{schema}'").fetchall()  # of this handle alone
    table = add_duckdb(context, cursor).add_table_asset(suite.table, table_name=name)
    expected = gx.ExpectationSuite(suite.table, expectations=list(map(_expectation, suite.expectations)))
    definition = gx.ValidationDefinition(
        name=suite.table,
        data=table.add_batch_definition_whole_table("all"),
        suite=context.suites.add(expected),
    )
    site: Any = {
        "class_name": "SiteBuilder",
        **VIEWS,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
    }
    context.add_data_docs_site(site_name="docs", site_config=site)
    checkpoint = gx.Checkpoint(
        name=suite.table,
        validation_definitions=[context.validation_definitions.add(definition)],
        result_format={
            "result_format": "SUMMARY",
            "unexpected_index_column_names": list(ids),
            "partial_unexpected_count": _SAMPLE,
        },
    )
    ran = context.checkpoints.add(checkpoint).run()
    context.build_data_docs(site_names=["docs"])
    slim(docs)
    return [result for run in ran.run_results.values() for result in run.results]


def _expectation(expectation: Expectation) -> Any:  # noqa: ANN401 - a class looked up by its name
    made = get_expectation_impl(expectation.type)
    return made(
        **expectation.kwargs,
        description=expectation.meaning,
        severity=FailureSeverity(expectation.severity),
        meta={"check": expectation.name},
    )


def _name(result: Any) -> str:  # noqa: ANN401 - see _run
    return str(result.expectation_config.meta["check"])


def _broken(result: Any) -> tuple[str, str]:  # noqa: ANN401 - see _run
    """An expectation that errors looks like one that fails; only the exceptions tell."""
    info = result.exception_info or {}
    infos = [info] if "raised_exception" in info else list(info.values())
    return _name(result), "; ".join(str(each["exception_message"]) for each in infos if each["raised_exception"])


def _found(cursor: duckdb.DuckDBPyConnection, full_name: str, result: Any) -> Found:  # noqa: ANN401 - see _run
    figures, passed = result.result, bool(result.success)
    sample, slices = figures.get("partial_unexpected_index_list") or [], []
    bad = figures.get("unexpected_count") or 0
    query = result.expectation_config.kwargs.get("unexpected_rows_query")
    if query is not None and not passed:
        bad, select = figures["observed_value"], query.format(batch=full_name)
        sample = _rows(cursor, f"select * from (\n{select}\n) limit {_SAMPLE}")  # noqa: S608 - a query of a suite
        slices = slices_of(cursor, select, list(sample[0]))
    return Found(_name(result), passed, int(bad), sample[:_SAMPLE], slices, _observed(figures))


def _rows(cursor: duckdb.DuckDBPyConnection, select: str) -> list[dict[str, Any]]:
    ran = cursor.execute(select)
    names = [column[0] for column in ran.description or ()]
    return [dict(zip(names, row, strict=True)) for row in ran.fetchall()]


def _observed(figures: dict[str, Any]) -> str:
    shown: Iterator[str] = (
        f"{key.replace('_', ' ')}: {figures[key]}"
        for key in ("observed_value", "element_count", "missing_count")
        if key in figures
    )
    return ", ".join(shown)
