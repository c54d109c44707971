"""Goes through the texts of the ledger that nobody searched yet, and keeps what was found in them.

The engine picks the few texts that look as if they might hold something (``sql/staging/texts.sql``); those are read
here, on this machine whatever the engine, so that every engine comes to the same. A text is searched once, until the
policy asks for something else or another version of a library knows better.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table
from prefstrata.privacy._checkers import searched_with
from prefstrata.privacy._finding import counted, find, masked
from prefstrata.weighting import Computed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prefstrata.engine import Warehouse

__all__ = ["COMPUTED", "Setting", "search_anew", "search_texts"]

_AT_ONCE = 5_000
_KEPT = ("privacy.found", "privacy.masked", "privacy.prompts")
_READS = (
    "ledger.prompts",
    "ledger.responses",
    "ledger.steps",
    "ledger.votes",
    "ledger.ratings",
    "ledger.events",
    "policy.privacy",
)
_MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
_SCHEMAS: dict[str, dict[str, Any]] = {
    "privacy.found": {
        "text": pl.String,
        "id": pl.String,
        "part": pl.Int64,
        "kind": pl.String,
        "occurrences": pl.Int64,
    },
    "privacy.masked": {"text": pl.String, "id": pl.String, "part": pl.Int64, "content": pl.String},
    "privacy.prompts": {"prompt_id": pl.String, "messages": _MESSAGES},
}


@dataclass(frozen=True, slots=True)
class Setting:
    """How texts are to be searched, or were.

    Attributes:
        personal_data: off, mark or mask.
        kinds: what is looked for, sorted.
        regions: whose telephone numbers count without a country code, sorted.
        searched_with: the libraries, with their versions; empty when off.
    """

    personal_data: str
    kinds: tuple[str, ...]
    regions: tuple[str, ...]
    searched_with: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Setting:
        """From a row of ``privacy.searched``, or of ``policy.privacy``: then with the libraries that are installed.

        Raises:
            ConfigError: they are needed, and not there.
        """
        is_on = row["personal_data"] != "off"
        libraries = row.get("searched_with", searched_with() if is_on and "searched_with" not in row else "")
        return cls(row["personal_data"], tuple(row["kinds"]), tuple(row["regions"]), libraries)


@dataclass(frozen=True, slots=True)
class _Results:
    """What a search came to, as rows of its tables."""

    rows: dict[str, list[tuple[Any, ...]]]

    @classmethod
    def none(cls) -> _Results:
        return cls({name: [] for name in _KEPT})

    def note(self, key: tuple[str, str, int], counts: Mapping[str, int]) -> None:
        self.rows["privacy.found"] += [(*key, kind, times) for kind, times in counts.items()]


def search_texts(engine: Warehouse) -> int:
    """Search what is new in the ledger, as the policy of ``*`` says; returns the rows of ``privacy.found``.

    Fills ``privacy.*`` together, or not at all.

    Raises:
        ConfigError: the libraries that recognise personal data are not installed.
    """
    wanted = _wanted(engine)
    known = next(engine.read("privacy.searched").iter_rows(named=True), None)
    if known is None or Setting.of(known) != wanted:
        with engine.transaction():
            for name in (*_KEPT, "privacy.searched"):
                engine.clear(name)
            if wanted.personal_data == "off":
                _conclude(engine, wanted)
    if wanted.personal_data != "off":
        engine.build("staging.texts")
        results = _Results.none()
        for row in _texts(engine):
            _search(row, wanted, results)
        with engine.transaction():
            for name, rows in results.rows.items():
                _add(engine, name, rows)
            _conclude(engine, wanted)
        engine.clear("staging.texts")
    return _count(engine, "privacy.found")


def search_anew(engine: Warehouse) -> None:
    """Forget how far the search came: the next one goes through all texts."""
    engine.clear("privacy.searched")


def _wanted(engine: Warehouse) -> Setting:
    [row] = engine.read("policy.privacy").filter(pl.col("scenario") == "*").to_dicts()
    return Setting.of(row)


def _texts(engine: Warehouse) -> Iterator[tuple[str, str, int, str | None, list[dict[str, str]] | None]]:
    cursor = engine.cursor()
    try:
        cursor.execute("select text, id, part, content, messages from staging.texts")
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows
    finally:
        cursor.close()


def _search(
    row: tuple[str, str, int, str | None, list[dict[str, str]] | None], wanted: Setting, results: _Results
) -> None:
    text, id_, part, content, messages = row
    if messages is None:
        held = find(content or "", wanted.kinds, wanted.regions)
        results.note((text, id_, part), counted(held))
        if held and wanted.personal_data == "mask":
            results.rows["privacy.masked"].append((text, id_, part, masked(content or "", held)))
        return
    each = [find(message["content"], wanted.kinds, wanted.regions) for message in messages]
    results.note((text, id_, part), counted(found for held in each for found in held))
    if any(each) and wanted.personal_data == "mask":
        shown = [
            {"role": message["role"], "content": masked(message["content"], held)}
            for message, held in zip(messages, each, strict=True)
        ]
        results.rows["privacy.prompts"].append((id_, shown))


def _add(engine: Warehouse, name: str, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    frame = pl.DataFrame(rows, schema=_SCHEMAS[name], orient="row")
    with engine.connection() as connection:
        connection.register("__searched", ArrowStream(frame))
        engine.insert(name, "select * from __searched", {})
        connection.unregister("__searched")


def _conclude(engine: Warehouse, setting: Setting) -> None:
    """Say how far the search came; last, so that what a killed run began is begun again."""
    ends = engine.query("reports/ledger_ends").row(0, named=True)
    said = {**asdict(setting), **(ends if setting.personal_data != "off" else dict.fromkeys(ends, 0))}
    columns = [column.name for column in table("privacy.searched").columns]
    schema = {
        name: pl.List(pl.String) if name in {"kinds", "regions"} else pl.Int64 if name in ends else pl.String
        for name in columns
    }
    row = {name: list(said[name]) if name in {"kinds", "regions"} else said[name] for name in columns}
    engine.load("privacy.searched", pl.DataFrame([row], schema=schema))


def _count(engine: Warehouse, name: str) -> int:
    with engine.connection() as connection:
        [(rows,)] = connection.execute(f"select count(*) from {name}").fetchall()  # noqa: S608 - own name
    return int(rows)


def _filled(name: str) -> Computed:
    return Computed(_READS, lambda engine: _count(engine, name))


COMPUTED: Mapping[str, Computed] = {
    "privacy.found": Computed(_READS, search_texts),
    "privacy.masked": _filled("privacy.masked"),
    "privacy.prompts": _filled("privacy.prompts"),
    "privacy.searched": _filled("privacy.searched"),
}
"""By full name, every table of ``privacy``; the first is to be filled before the others are counted."""
