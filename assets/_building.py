"""The one way to make assets of tables that a stage builds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets._specs import asset_key, built_spec
from assets._versions import rows_and_version
from prefstrata.pipeline import reads_of, rows_of, stage_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prefstrata.pipeline import Session

    Report = Callable[[Session], Mapping[str, Any]]

__all__ = ["RESOURCE", "rows", "stage_assets"]

RESOURCE = "session"
"""Key of the resource that hands out the run's :class:`prefstrata.pipeline.Session`."""


def stage_assets(
    stage: str, reports: "Mapping[str, Report]", *, together: "Mapping[str, Sequence[str]] | None" = None
) -> tuple[dg.AssetsDefinition, ...]:
    """The assets of the tables that a stage builds, each in a step of its own.

    Args:
        stage: the stage's name.
        reports: by full name of a table, what to tell about it beside its rows: plots and figures.
        together: by name of a step, the tables that are filled in that one step.

    Raises:
        ValueError: a report is of a table that the stage does not build.
    """
    tables = stage_of(stage).tables
    if unknown := sorted(reports.keys() - set(tables)):
        raise ValueError(f"the stage {stage} does not build {', '.join(unknown)}")
    steps = dict(together or {})
    placed = {name for step in steps.values() for name in step}
    steps |= {name.replace(".", "__"): (name,) for name in tables if name not in placed}
    return tuple(_step(name, tables, stage, reports) for name, tables in steps.items())


def _step(name: str, tables: "Sequence[str]", stage: str, reports: "Mapping[str, Report]") -> dg.AssetsDefinition:
    """One step: build its tables, count them, say what is in them."""
    specs = [built_spec(full_name, stage) for full_name in tables]

    @dg.multi_asset(name=name, specs=specs, required_resource_keys={RESOURCE})
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        session: Session = context.resources.session
        for full_name in tables:
            session.build(full_name)
            count, version = rows_and_version(session.engine, full_name)
            told = reports[full_name](session) if full_name in reports else {}
            yield dg.MaterializeResult(
                asset_key=asset_key(full_name),
                metadata={"dagster/row_count": count, **_work(session, full_name, count), **told},
                data_version=version,
            )

    return build


def _work(session: "Session", full_name: str, made: int) -> dict[str, Any]:
    """A table is made anew from all rows of the tables it is made from; or it holds, and stays as it is."""
    if full_name in session.kept:
        return {"rows read": 0, "rows recomputed": 0, "rows skipped": made}
    read = sum(rows_of(session.engine, name) for name in reads_of(full_name))
    return {"rows read": read, "rows recomputed": made, "rows skipped": 0}


def rows(session: "Session", select: str) -> list[dict[str, Any]]:
    """The rows of a line of SQL over the warehouse; for small results."""
    with session.engine.connection() as connection:
        ran = connection.execute(select)
        names = [column[0] for column in ran.description or ()]
        return [dict(zip(names, row, strict=True)) for row in ran.fetchall()]
