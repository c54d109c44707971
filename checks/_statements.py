"""Our own checks: every SELECT of bad rows under ``sql/checks`` is an asset check that stops the run.

The command runs the same checks at the end of each stage, so what blocks does not depend on how a run was started.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from assets import RESOURCE, asset_key, checked_table
from checks._telling import slices_of, told
from prefstrata.engine import lineage, sql_text
from prefstrata.pipeline import STAGES, check_meaning

if TYPE_CHECKING:
    from prefstrata.pipeline import CheckResult, Session

__all__ = ["CHECKS"]


def _check(name: str) -> dg.AssetChecksDefinition:
    checked = checked_table(name)
    waits = [asset_key(read) for read in lineage(name) if read != checked and not read.startswith("policy.")]

    @dg.asset_check(
        asset=asset_key(checked),
        name=name.rsplit("/", 1)[1],
        description=check_meaning(name),
        blocking=True,
        additional_deps=waits,
        metadata={"sql": f"sql/{name}.sql"},
        required_resource_keys={RESOURCE},
    )
    def run(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        session: Session = context.resources.session
        found = session.check(name)
        metadata = told(found.meaning, found.bad, found.sample.to_dicts(), _slices(session, found))
        return dg.AssetCheckResult(passed=found.passed, severity=dg.AssetCheckSeverity.ERROR, metadata=metadata)

    return run


def _slices(session: "Session", found: "CheckResult") -> list[dict[str, Any]]:
    if found.passed:
        return []
    with session.engine.connection() as connection:
        return slices_of(connection, sql_text(found.name), found.sample.columns)


CHECKS = tuple(_check(name) for stage in STAGES for name in stage.checks)
