"""Frozen sources: evaluation sets, which hold pairs alone and stay what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.model.tables import table
from prefstrata.project import line_of

if TYPE_CHECKING:
    from prefstrata.engine import Warehouse
    from prefstrata.project import Project

__all__ = ["check_frozen", "demand_pairs"]

_NO_PAIRS = ("ratings", "steps", "events", "withdrawals")


def check_frozen(engine: Warehouse, project: Project) -> None:
    """Hold what sources say of themselves against what the ledger holds of them.

    Raises:
        ConfigError: a source was read as an evaluation set and is none any more, or the other way round. The ledger
            forgets nothing, so neither can be undone by a word in a file.
    """
    engine.ensure(table("ledger.frozen"))
    read = {row["source"]: row["frozen"] for row in engine.query("reports/frozen_sources").iter_rows(named=True)}
    for number, source in enumerate(project.sources):
        if read.get(source.name, source.frozen) != source.frozen:
            now = "frozen: true" if source.frozen else "no `frozen: true`"
            raise ConfigError(
                f"sources[{number}]: {source.name} has {now} now, and had not when its files were read",
                where=f"{project.file}:{line_of(project.file, ['sources', number])}",
                todo="put it back, and give the files to a source of another name: copies of what is frozen there are "
                "then kept out of training",
            )


def demand_pairs(engine: Warehouse) -> None:
    """Refuse what frozen sources have staged beside pairs.

    Raises:
        ConfigError: there are ratings, steps, events or withdrawals; nothing of the frozen sources is taken.
    """
    with engine.connection() as connection:
        for name in _NO_PAIRS:
            found = connection.execute(
                f"select batches.uri, count(*) from staging.{name} as said "  # noqa: S608 - own names
                "join staging.batches as batches on batches.batch_id = said.batch_id group by all order by all limit 1"
            ).fetchall()
            for uri, count in found:
                raise ConfigError(
                    f"a frozen source holds pairs alone, and this file has {count} {name}",
                    where=uri,
                    todo="map votes or rankings only, or leave out `frozen: true`",
                )
