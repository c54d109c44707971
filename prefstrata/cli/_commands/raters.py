"""``prefstrata raters``: the cards of those who judged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.cli._output import Grid
from prefstrata.engine import demand_built, read_warehouse, sql_text
from prefstrata.model import ConfigError
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from prefstrata.cli._call import Call

__all__ = ["list_raters"]

_ENDS = {f"{name}{end}" for name in ("reliability", "agreement") for end in ("_low", "_high")}
_MEANT = {column.name: column.doc for column in table("noise.raters").columns}


def list_raters(call: Call, rater: str | None, limit: int) -> None:
    """List the cards of raters, who gave most votes first; those of one rater whole."""
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
    elif rater is None:
        call.output.emit(shown, _listed(shown))
    else:
        call.output.emit(shown, *map(_whole, shown))


def _listed(cards: list[dict[str, Any]]) -> Grid:
    rows = (
        (
            *(card[name] for name in ("rater", "dimension", "stratum", "votes")),
            _share(card, "reliability"),
            _share(card, "agreement"),
            ", ".join(card["flags"]),
        )
        for card in cards
    )
    return Grid.of("rater dimension stratum >votes >reliability >agreement flags", rows)


def _whole(card: dict[str, Any]) -> Grid:
    """Every figure that the card has, beside what it is."""
    title = f"{card['rater']} on {card['dimension']}, {card['stratum']}"
    told = f"{title}: {', '.join(card['flags'])}" if card["flags"] else title
    return Grid.of("figure >value what_it_is", _figures(card), told)


def _figures(card: dict[str, Any]) -> Iterator[tuple[str, object, str]]:
    for name, value in card.items():
        if name not in _MEANT or name in _ENDS | {"dimension", "stratum", "decided"} or value is None:
            continue
        shown = _share(card, name) if f"{name}_low" in card else value
        yield name.replace("_", " "), f"{shown:.2f}" if isinstance(shown, float) else shown, _MEANT[name]


def _share(card: dict[str, Any], name: str) -> str:
    """A share with its 90 % interval; empty where there is none."""
    value, low, high = (card[f"{name}{end}"] for end in ("", "_low", "_high"))
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return "" if value is None else f"{value:.2f}{interval}"


def _plain(value: object) -> object:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
