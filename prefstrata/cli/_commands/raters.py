"""``prefstrata raters``: the cards of those who judged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.cli._output import Grid
from prefstrata.engine import demand_built, read_warehouse, sql_text
from prefstrata.model import ConfigError
from prefstrata.model.arrow import ArrowStream

if TYPE_CHECKING:
    from prefstrata.cli._call import Call

__all__ = ["list_raters"]


def list_raters(call: Call, rater: str | None, limit: int) -> None:
    """List the cards of raters, or of one, who gave most votes first."""
    with read_warehouse(call.project().warehouse_path) as connection:
        demand_built(connection, "noise.raters")
        found = connection.sql(sql_text("reports/rater_cards"), params={"rater": rater})
        cards = pl.DataFrame(ArrowStream(found))
    if cards.is_empty() and rater is not None:
        raise ConfigError(
            f"there is no rater {rater!r} who gave votes", where="RATER", todo="`prefstrata raters` lists them"
        )
    if cards.height > limit:
        call.output.note(f"{limit:,} of {cards.height:,} cards; more with --limit")
    shown = [{name: _plain(value) for name, value in card.items()} for card in cards.head(limit).to_dicts()]
    if not shown:
        call.output.emit([], "nobody has given a vote yet")
        return
    rows = (
        (
            card["rater"],
            card["dimension"],
            card["stratum"],
            card["votes"],
            _share(card, "reliability"),
            _share(card, "agreement"),
            card["flags"],
        )
        for card in shown
    )
    call.output.emit(shown, Grid.of("rater dimension stratum >votes >reliability >agreement flags", rows))


def _share(card: dict[str, object], name: str) -> str:
    """A share with its 90 % interval; empty where there is none."""
    value, low, high = (card[f"{name}{end}"] for end in ("", "_low", "_high"))
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return "" if value is None else f"{value:.2f}{interval}"


def _plain(value: object) -> object:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
