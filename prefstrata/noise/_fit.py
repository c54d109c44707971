"""Fits the rater model: expectation on the engine, maximisation in small tables, until nothing moves.

Expectation-maximisation over five states of every item, after Dawid and Skene (1979), with a logistic model of each
rater in place of a free matrix. Everything heavy is in ``sql/fit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model.tables import table
from prefstrata.noise._behaviour import COPYING, SHARED, beliefs_at_first, improved
from prefstrata.noise._calibration import Reliability, calibrated, temperature_of
from prefstrata.noise._cards import parameters
from prefstrata.noise._grades import grades_found, no_grades
from prefstrata.noise._kept import State, keep_state, restored
from prefstrata.noise._levels import levels_at_first, levels_found
from prefstrata.noise._sums import total

if TYPE_CHECKING:
    from prefstrata.engine import Engine

__all__ = ["FITTED", "READS", "Fit", "FitSettings", "fit_raters", "read_by_fit"]

FITTED = ("noise.parameters", "noise.preferences", "noise.reliability")
"""The tables a fit fills."""
READS = (
    "evidence.votes",
    "evidence.pairs",
    "evidence.prompts",
    "ledger.raters",
    "noise.settlements",
    "noise.changes",
    "policy.scenarios",
    "policy.strata",
)
"""The tables a fit is made from."""

_ALL = 64
"""Buckets of the pairs; all of them are all pairs."""
_ANCHORS = 2
"""The first buckets, in which all pairs are that people settled."""
_NOBODY = -1
_WATCHED = ("ability", "side", "length")
_LEANS = ("length", "named")
_NEVER = 1e-9
_COPIED_ITEMS = 1000
"""Items that what was believed of a family before weighs as much as."""
_SHARED_ITEMS = 300
"""The same of the families of models among each other."""
_ASKED_FIRST = 4
"""Steps in which raters alone may explain why votes go with a style, before items may."""


@dataclass(frozen=True)
class FitSettings:
    """How a fit is made.

    Attributes:
        iterations: most steps.
        anchored: steps made on what people settled alone, before all votes are believed.
        sample: votes that the steps before the last are made on, when there are more; parts of the pairs, by a hash.
        last: steps on all votes, at the end.
        still: a step that moves raters' ability, side or style, and the items' lean to length or a class, by less, in
            log-odds, is the last one on all votes where there is no sample.
        rough: the same of the steps on the sample. Which of all votes are in it moves raters by more, and the steps on
            all votes set that right.
    """

    iterations: int = 20
    anchored: int = 5
    sample: int = 150_000
    last: int = 3
    still: float = 0.01
    rough: float = 0.03


@dataclass(frozen=True)
class Fit:
    """What a fit came to: its steps, the votes it was made on, and how calibrated its estimates are."""

    steps: int
    votes: int
    reliability: Reliability


_DEFAULT = FitSettings()


def fit_raters(engine: Engine, calibration_id: str, settings: FitSettings = _DEFAULT) -> Fit:
    """Fit the model to ``evidence.votes`` and fill the tables of `FITTED`.

    Args:
        engine: holds what `READS` names.
        calibration_id: written beside every row.
        settings: how.
    """
    engine.build("fit.changes")
    fitter = _Fitter(engine, settings)
    steps = fitter.run()
    reliability = fitter.reliability()
    fitter.publish(calibration_id, reliability.temperature)
    engine.load("noise.reliability", reliability.bins.with_columns(calibration_id=pl.lit(calibration_id)))
    keep_state(engine, fitter.state(reliability.temperature))
    return Fit(steps, fitter.votes, reliability)


def read_by_fit(engine: Engine, state: State, calibration_id: str, settings: FitSettings = _DEFAULT) -> int:
    """Fill the tables of `FITTED` by a fit that was made before: nothing is learnt, the votes of now are read by it.

    A pair that nobody voted on since has the estimate it had, to the last digit, unless its raters' strengths, ratings
    or known orders have moved: those are told by all votes of now. ``noise.reliability`` stays as it is.

    Args:
        engine: holds what `READS` names.
        state: what the fit came to.
        calibration_id: its name.
        settings: how.

    Returns:
        The votes of now.
    """
    engine.load("fit.changes", state.changes)
    fitter = _Fitter(engine, settings)
    fitter.restore(state)
    fitter.publish(calibration_id, state.temperature)
    return fitter.votes


class _Fitter:
    def __init__(self, engine: Engine, settings: FitSettings) -> None:
        self._engine, self._settings = engine, settings
        for name in ("fit.items", "fit.units", "fit.votes"):
            engine.build(name)
        self.units = engine.read("fit.units").sort("unit")
        self.raters, self.panels = beliefs_at_first(self.units)
        facts = engine.query("fit/facts").row(0, named=True)
        self.votes = int(facts["votes"])
        self._anchors, self._graded = facts["anchors"], facts["graded"]
        self._copied, self._modelled = facts["copied"], facts["modelled"]
        tied = engine.query("fit/tied")
        self._tied = frozenset(tied.filter("tied")["dimension"])
        self._named = frozenset(tied.filter("named")["dimension"])
        self._anchored_panels = frozenset(engine.query("fit/anchored_panels")["panel"])
        self.levels = levels_at_first(tied)
        self.unlike = tied.select("dimension", "unlike")
        self._asked = 0
        self._sample = max(_ANCHORS, min(_ALL, _ALL * settings.sample // max(1, self.votes)))
        self._grades = self._told_grades = no_grades()
        engine.load("fit.grades", self._grades)
        engine.clear("fit.cavities")

    def run(self) -> int:
        """Step until nothing moves or the steps are used up; the number of steps."""
        settings = self._settings
        steps = 0
        for _ in range(settings.anchored if self._anchors else 0):
            self._expect(self._sample, learning=True)
            self._step(self._sample, anchored=True)
            steps += 1
        last, still = (settings.last, settings.rough) if self._sample < _ALL else (0, settings.still)
        while steps < settings.iterations - last:
            self._expect(self._sample, learning=True)
            moved = self._step(self._sample)
            steps += 1
            if moved <= still and self._asked > _ASKED_FIRST + 1:
                break
        for _ in range(last):
            self._expect(_ALL, learning=True)
            self._step(_ALL)
            steps += 1
        return steps

    def reliability(self) -> Reliability:
        """Hold out what people settled, half at a time, see what the votes said of it; then expect with all known."""
        seen: list[pl.DataFrame] = []
        if self._anchors:
            kept = self.raters, self.panels, self.levels, self._grades
            for half in (0, 1):
                self.raters, self.panels, self.levels, self._grades = kept
                for _ in range(2):
                    self._expect(self._sample, held_out=half, learning=True)
                    self._step(self._sample)
                self._expect(self._sample, held_out=half)
                seen.append(self._engine.query("fit/held_out", half=half))
            self.raters, self.panels, self.levels, self._grades = kept
        self._expect(_ALL)
        return calibrated(temperature_of(seen), seen)

    def restore(self, state: State) -> None:
        """Believe what a fit came to, and expect by it; what it has not met is as before anything is learnt."""
        self.raters, self.panels = restored(state, self.units, self.raters, self.panels)
        # A fit of a version that knew nothing of classes believed in none.
        levels = state.levels.with_columns(
            pl.lit(0.0).alias(name) for name in self.levels.columns if name not in state.levels.columns
        )
        kept = levels.select("dimension", *(name for name in self.levels.columns if name != "dimension"))
        new = self.levels.join(kept, on="dimension", how="anti")
        self.levels = pl.concat([kept.join(self.levels, on="dimension", how="semi"), new]).sort("dimension")
        known = state.levels.select("dimension", "unlike")
        new_unlike = self.unlike.join(known, on="dimension", how="anti")
        self.unlike = pl.concat([known.join(self.unlike, on="dimension", how="semi"), new_unlike])
        numbers = self.units.select("panel", "dimension", "stratum").unique()
        self._grades = (
            state.grades.join(numbers, on=["dimension", "stratum"])
            .select(self._grades.columns)
            .sort("panel", "side", "grade")
        )
        self._expect(_ALL)

    def state(self, temperature: float) -> State:
        """What the fit came to."""
        levels = self.levels.join(self.unlike, on="dimension")
        changes = self._engine.read("fit.changes")
        return State.of(self.units, self.raters, self.panels, levels, self._grades, changes, temperature)

    def publish(self, calibration_id: str, temperature: float) -> None:
        """Fill the tables that others read, by what is believed now."""
        cards = parameters(self.units, self.raters, self.levels, self.unlike, calibration_id)
        self._engine.load("fit.cards", cards.select([column.name for column in table("fit.cards").columns]))
        self._engine.load("noise.parameters", cards.drop("unit", "tie_tells", "discount", "shared"))
        self._engine.build("noise.preferences", temperature=temperature, calibration_id=calibration_id)

    def _expect(self, buckets: int, *, held_out: int = _NOBODY, learning: bool = False) -> None:
        asked = [column.name for column in table("fit.raters").columns]
        self._engine.load("fit.raters", self.raters.select(asked))
        self._engine.load("fit.levels", self.levels)
        if self._grades is not self._told_grades:
            self._engine.load("fit.grades", self._grades)
            self._told_grades = self._grades
        self._engine.build("fit.spoken", buckets=buckets, learning=learning)
        self._engine.build("fit.logs", buckets=buckets, held_out=held_out)
        self._engine.build("fit.posteriors")
        if self._copied:
            self._engine.build("fit.cavities")

    def _step(self, buckets: int, *, anchored: bool = False) -> float:
        """Improve what is believed; the mean of the most that anything watched of a rater moved, or the items' lean."""
        engine, before = self._engine, self.raters.select(_WATCHED)
        engine.build("fit.scores", buckets=buckets, anchored=anchored)
        steps = engine.query("fit/steps")
        self.raters, self.panels = improved(self.raters, self.panels, steps, anchored=self._anchored_panels)
        if self._graded:
            strengths = engine.query("fit/strengths", buckets=buckets, anchored=anchored)
            self._grades = grades_found(strengths)
        if anchored:
            return float("inf")
        levels, occupied = self.levels, engine.query("fit/occupancy", buckets=buckets)
        self.levels = levels_found(levels, occupied, self._tied, self._named, leaning=self._asked >= _ASKED_FIRST)
        leaned = (self.levels.select(_LEANS) - levels.select(_LEANS)).select(pl.max_horizontal(pl.all().abs()).max())
        self._asked += 1
        if self._copied:
            self._discount(buckets)
        moved = (self.raters.select(_WATCHED) - before).select(total(pl.max_horizontal(pl.all().abs()))).item()
        # Where the items' lean is still found, raters may rest for a step and go on.
        return max(float(moved) / max(1, self.raters.height), float(leaned.item() or 0))

    def _discount(self, buckets: int) -> None:
        """How much a family's further votes repeat the first, and families of models each other.

        That is agreement beyond what raters would have anyway. It is believed slowly: good raters agree too, and who is
        good is not known before.
        """
        engine = self._engine
        engine.build("fit.likeness", buckets=buckets)
        found = engine.query("fit/copies").select("kin", found=_beyond(COPYING, _COPIED_ITEMS))
        shared = engine.query("fit/shared").select(_beyond(SHARED, _SHARED_ITEMS)).item() if self._modelled else SHARED
        self.raters = (
            self.raters.drop("discount", "shared", "beside")
            .join(self.units.select("unit", "kin", "model"), on="unit")
            .join(found, on="kin", how="left")
            .with_columns(
                beside=pl.col("found").is_not_null(),
                discount=pl.col("found").fill_null(COPYING),
                shared=pl.when("model").then(pl.lit(float(shared))).otherwise(0.0),
            )
            .drop("found", "kin", "model")
            .sort("unit")
        )


def _beyond(believed: float, weight: int) -> pl.Expr:
    """Agreement beyond the expected, as a part of what was left to agree on, drawn to what was believed."""
    room = pl.max_horizontal(pl.col("pairs") - pl.col("expected"), _NEVER)
    told = ((pl.col("same") - pl.col("expected")) / room).clip(0, 1)
    return ((told * pl.col("items") + believed * weight) / (pl.col("items") + weight)).round(6)
