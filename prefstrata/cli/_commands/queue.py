"""``prefstrata queue``: what waits for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._output import Grid
from prefstrata.engine import read_warehouse
from prefstrata.model import ConfigError
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["list_queue"]

_QUEUES = ("arbitration", "reannotation", "backflow")
_TABLE = table("noise.queue")


def list_queue(call: Call, queue: str | None, limit: int) -> None:
    """List the most urgent items of a queue, or of all."""
    if queue is not None and queue not in _QUEUES:
        raise ConfigError(f"there is no queue {queue!r}", where="--queue", todo=f"write one of {', '.join(_QUEUES)}")
    with read_warehouse(call.project().warehouse_path) as connection:
        known = connection.execute(
            "select 1 from duckdb_tables() where schema_name = $schema and table_name = $name",
            {"schema": _TABLE.schema, "name": _TABLE.name},
        ).fetchall()
        found = (
            connection.execute(
                "from noise.queue where $queue is null or queue = $queue order by priority desc, queue, pair_id",
                {"queue": queue},
            ).fetchall()
            if known
            else []
        )
    items = [dict(zip((column.name for column in _TABLE.columns), row, strict=True)) for row in found]
    shown = items[:limit]
    if len(items) > limit:
        call.output.note(f"{limit:,} of {len(items):,} items; more with --limit")
    if not items:
        call.output.emit([], "nothing waits for people")
        return
    rows = ((each["queue"], each["priority"], each["reason"], each["pair_id"]) for each in shown)
    call.output.emit(shown, Grid.of("queue >priority reason pair", rows))
