"""Which tables of the warehouse still hold, for they were built from just what there is now.

A run that ends before its release is published leaves all that it built: its store did not answer, a gate stopped it,
the machine went down. And Dagster asks for every table every day, whether or not a record is new. A table's rows follow
from the ledger, the policies, the code and the fit of the rater model, so where these are the same, the table is.

The code is all that is installed here, to the byte. A release's id counts only what decides what a release holds, and
the version for the rest; but who mends a mistake and runs again must not be given what the mistake made.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.noise import FITTED
from prefstrata.pipeline._plan import STAGES
from prefstrata.pipeline._work import reads_of
from prefstrata.privacy import COMPUTED as SEARCHED

if TYPE_CHECKING:
    from collections.abc import Collection

    from prefstrata.engine import Engine

__all__ = ["FIT_DECIDES", "Built", "built_before", "built_from", "digest_of", "filled_with"]

_ORDER = [name for stage in STAGES for name in stage.tables]
FIT_DECIDES = frozenset(_ORDER[_ORDER.index(FITTED[0]) :])
"""The tables whose rows depend on the fit: those that the rater model fills, and those that are built after them."""

_TABLE = "runs.built"
_SCHEMA = {"full_name": pl.String, "built_from": pl.String, "rows": pl.Int64}


def built_from(content_id: str) -> str:
    """Hex sha256 over the content id of a release made now, and all the Python and SQL that is installed."""
    return hashlib.sha256(f"{content_id} {_installed()}".encode()).hexdigest()


@cache
def _installed() -> str:
    return digest_of(Path(str(files("prefstrata"))))


def digest_of(folder: Path) -> str:
    """Hex sha256 over the names and bytes of a folder's Python files, and of those in its folders."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(
            f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return found.hexdigest()


def filled_with(full_name: str) -> tuple[str, ...]:
    """The tables whose rows change when this one is built: itself, and with the first of a family its others.

    Such are the tables that the rater model fills, and those of the search for personal data.
    """
    family = next((each for each in (FITTED, tuple(SEARCHED)) if full_name == each[0]), None)
    return family or (full_name,)


def built_before(full_name: str) -> tuple[str, ...]:
    """The tables of stages that a table is made from."""
    first = FITTED[:1] if full_name in FITTED[1:] else ()
    return (*first, *(name for name in reads_of(full_name) if name in _ORDER))


class Built:
    """What ``runs.built`` says; what is added is written by :meth:`keep`, what is taken back at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held = {name: (made_from, rows) for name, made_from, rows in engine.read(_TABLE).iter_rows()}
        self._unwritten = False

    def rows(self, full_name: str, made_from: str) -> int | None:
        """Rows that the table had when it was built from this; None when it was not, or not last."""
        held, rows = self._held.get(full_name, ("", 0))
        return rows if held == made_from else None

    def had(self, full_name: str) -> int | None:
        """Rows that the table had when it was built last, from whatever; None when that is not known."""
        return self._held[full_name][1] if full_name in self._held else None

    def begin(self, full_names: Collection[str], now: Collection[str]) -> None:
        """Tables are about to change: what is said of them is forgotten at once, and so is all but what holds now.

        Args:
            full_names: the tables.
            now: what tables may be built from now, as :func:`built_from` has it.
        """
        if not self._held.keys().isdisjoint(full_names):
            self._held = {name: held for name, held in self._held.items() if name not in full_names and held[0] in now}
            self._unwritten = True
            self.keep()

    def add(self, full_name: str, made_from: str, rows: int) -> None:
        """The table was built from this, and has so many rows."""
        self._held[full_name] = (made_from, rows)
        self._unwritten = True

    def keep(self) -> None:
        """Write down what was added: done once a stage, for a commit costs more than most tables do."""
        if self._unwritten:
            rows = [(name, *held) for name, held in self._held.items()]
            self._engine.load(_TABLE, pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
            self._unwritten = False
