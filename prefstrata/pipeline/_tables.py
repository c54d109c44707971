"""The tables of a run: each is built when it is asked for, or stays where an earlier run built it from the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.engine import parameters
from prefstrata.noise import FITTED
from prefstrata.pipeline._built import FIT_DECIDES, Built, built_before, built_from, filled_with
from prefstrata.pipeline._plan import COMPUTED, stage_of_table
from prefstrata.pipeline._refit import fit_in_use, fit_or_keep
from prefstrata.pipeline._work import rows_of
from prefstrata.policy import Every
from prefstrata.privacy import COMPUTED as SEARCHED
from prefstrata.privacy import search_anew
from prefstrata.releases.identity import calibration_id

if TYPE_CHECKING:
    from prefstrata.pipeline._content import Content

__all__ = ["SETTINGS", "Tables"]

SETTINGS = {"replicates": 200}
"""What statements are given: bootstrap replicates for the intervals of noise.metrics, enough for 90 %, and cheap."""


class Tables:
    """Builds the tables of stages, and knows which still hold.

    Attributes:
        kept: full names of the tables that were asked for and are as an earlier run built them.
    """

    def __init__(self, content: Content) -> None:
        """Build in this warehouse, under these policies."""
        self._content, self._engine = content, content.engine
        self.kept: set[str] = set()
        self._built = Built(self._engine)
        self._stage = ""
        self._asked: tuple[str, str] | None = None

    def forget(self) -> None:
        """The ledger, or the fit, may be another now: what tables are built from is found anew."""
        self._asked = None

    def keep(self) -> None:
        """Write down which tables were built, and from what."""
        self._built.keep()

    def build(self, full_name: str) -> int:
        """Build one table from the tables before it; returns its rows.

        Where an earlier run built it and all before it from this very content, and nobody changed its rows by hand, it
        stays.
        """
        if (stage := stage_of_table(full_name).name) != self._stage:
            self._built.keep()
            self._stage = stage
        if not self._may_be_due(full_name) and all(map(self._holds, filled_with(full_name))):
            self.kept.add(full_name)
            return rows_of(self._engine, full_name)
        if full_name == next(iter(SEARCHED)) and any(map(self._was_changed, filled_with(full_name))):
            search_anew(self._engine)  # which looks at what is new alone, else
        self._built.begin(filled_with(full_name), self._contents)
        self.kept.discard(full_name)
        rows = self._build(full_name)
        # A table can be asked for without those before it: what was made from older ones is not of this content.
        if all(self._said(each) is not None for each in built_before(full_name)):
            self._built.add(full_name, self._made_from(full_name), rows)
        return rows

    def _made_from(self, full_name: str) -> str:
        return self._contents[full_name in FIT_DECIDES]

    def _said(self, full_name: str) -> int | None:
        """Rows that the table had when it was built from what there is now; None when it was not."""
        return self._built.rows(full_name, self._made_from(full_name))

    def _holds(self, full_name: str) -> bool:
        made = self._said(full_name)
        return made is not None and rows_of(self._engine, full_name) == made

    def _was_changed(self, full_name: str) -> bool:
        """Whether somebody added rows to a table that was built, or took some out, by hand."""
        made = self._built.had(full_name)
        return made is not None and rows_of(self._engine, full_name) != made

    @property
    def _contents(self) -> tuple[str, str]:
        """What tables are built from now: those before the rater model, and those that depend on its fit."""
        if self._asked is None:
            own = self._content.identity
            self._asked = (built_from(own.content_id), built_from(fit_in_use(self._engine, own).content_id))
        return self._asked

    def _may_be_due(self, full_name: str) -> bool:
        """Whether the table is the rater model's, and time alone may ask for another fit of it."""
        return full_name in FITTED and isinstance(self._content.general.refit, Every)

    def _build(self, full_name: str) -> int:
        if full_name in FITTED:
            return self._fitted(full_name)
        if full_name in COMPUTED:
            return COMPUTED[full_name].fill(self._engine)
        return self._engine.build(full_name, **{name: self._known(name) for name in parameters(full_name)})

    def _known(self, parameter: str) -> str | int:
        # Only for a statement that takes it: the name of the fit is found by going through the whole ledger.
        if parameter == "calibration_id":
            return calibration_id(self._content.in_use)
        return SETTINGS[parameter]

    def _fitted(self, full_name: str) -> int:
        """The rows of a table that the rater model fills; all of them are filled with the first."""
        if full_name == FITTED[0]:
            fit_or_keep(self._engine, self._content.identity, self._content.general.refit, now=int(time.time()))
            self.forget()
        return int(self._engine.query("reports/fitted").filter(pl.col("name") == full_name).item(0, "rows"))
