"""One multi-asset check per suite, one result per expectation."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from assets import RESOURCE, asset_key
from checks._documents import docs_folder
from checks._suites import SUITES
from checks._telling import SLICE_COLUMNS, told
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from checks._suites import Suite
    from prefstrata.pipeline import Session

__all__ = ["CHECKS", "suite_check"]

_SEVERITY = {"critical": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN}


def suite_check(suite: "Suite") -> dg.AssetChecksDefinition:
    """The checks of a suite, run together."""
    key = asset_key(suite.table)
    expectations = {each.name: each for each in suite.expectations}
    specs = [
        dg.AssetCheckSpec(
            each.name,
            asset=key,
            description=each.meaning,
            metadata={"expectation": each.type, "parameters": each.kwargs},
        )
        for each in suite.expectations
    ]

    @dg.multi_asset_check(
        name=f"expect__{suite.table.replace('.', '__')}",
        specs=specs,
        can_subset=True,
        required_resource_keys={RESOURCE},
    )
    def run(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        from checks._validating import validate  # noqa: PLC0415 - Great Expectations takes seconds to import

        session: Session = context.resources.session
        chosen = {check.name for check in context.selected_asset_check_keys}
        wanted = tuple(each for each in suite.expectations if each.name in chosen)
        asked = suite.model_copy(update={"expectations": wanted})
        docs = docs_folder(session.project.directory, context.run.run_id, suite.table)
        for found in validate(session.engine, asked, _ids(suite.table), docs):
            expected = expectations[found.name]
            yield dg.AssetCheckResult(
                passed=found.passed,
                asset_key=key,
                check_name=found.name,
                severity=_SEVERITY[expected.severity],
                metadata={
                    **told(expected.meaning, found.bad, found.sample, found.slices),
                    "observed": found.observed,
                    "data docs": dg.MetadataValue.path(docs / "index.html"),
                },
            )

    return run


def _ids(full_name: str) -> list[str]:
    """The columns that name a row, and those that say which slice it is in."""
    defined = table(full_name)
    names = [column.name for column in defined.columns]
    return [defined.key[0], *(name for name in (*SLICE_COLUMNS[:1], "batch_id", "line") if name in names)]


CHECKS = tuple(suite_check(suite) for suite in SUITES)
