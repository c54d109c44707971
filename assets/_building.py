"""The one way to make assets of tables that a stage builds."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from assets._specs import built_spec
from assets._versions import rows_and_version
from prefstrata.pipeline import stage_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prefstrata.pipeline import Session

    Report = Callable[[Session], Mapping[str, Any]]

__all__ = ["RESOURCE", "rows", "stage_assets", "table_asset"]

RESOURCE = "session"
"""Key of the resource that hands out the run's :class:`prefstrata.pipeline.Session`."""


def stage_assets(stage: str, reports: "Mapping[str, Report]") -> tuple[dg.AssetsDefinition, ...]:
    """One asset for each table that a stage builds.

    Args:
        stage: the stage's name.
        reports: by full name of a table, what to tell about it beside its rows: plots and figures.

    Raises:
        ValueError: a report is of a table that the stage does not build.
    """
    tables = stage_of(stage).tables
    if unknown := sorted(reports.keys() - set(tables)):
        raise ValueError(f"the stage {stage} does not build {', '.join(unknown)}")
    return tuple(table_asset(full_name, stage, reports.get(full_name, lambda _: {})) for full_name in tables)


def table_asset(full_name: str, stage: str, report: "Report") -> dg.AssetsDefinition:
    """The asset of one table: build it, count it, say what is in it."""

    @dg.multi_asset(
        name=full_name.replace(".", "__"), specs=[built_spec(full_name, stage)], required_resource_keys={RESOURCE}
    )
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        session: Session = context.resources.session
        session.build(full_name)
        count, version = rows_and_version(session.engine, full_name)
        return dg.MaterializeResult(metadata={"dagster/row_count": count, **report(session)}, data_version=version)

    return build


def rows(session: "Session", select: str) -> list[dict[str, Any]]:
    """The rows of a line of SQL over the warehouse; for small results."""
    with session.engine.connection() as connection:
        ran = connection.execute(select)
        names = [column[0] for column in ran.description or ()]
        return [dict(zip(names, row, strict=True)) for row in ran.fetchall()]
