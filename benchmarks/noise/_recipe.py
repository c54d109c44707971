"""From a recipe and a seed to a simulation: the frames that the methods read, and those they are held against."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import polars as pl

from benchmarks.noise import _world as world
from benchmarks.noise._behaviour import say, true_ability

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SETTLER", "Recipe", "Simulation", "World", "draw"]

SETTLER = "expert:settler"
"""Who says the truth of golden items; no rater to be measured."""

_GRADES = 4
"""Slightly, somewhat, clearly and much better."""

_GRADE_WIDTH = 1.0
"""Log-odds a grade is wide."""


class World(NamedTuple):
    """How votes were made; the choices are +1, 0 and -1, the sizes are what is known of the margins, from and to."""

    pairs: world.Pairs
    raters: world.Raters
    sheet: world.Sheet
    choice: world.Whole
    size: world.Reals | None


@dataclass(frozen=True)
class Simulation:
    """A set of votes and what is true of it.

    Attributes:
        name: its name in the table.
        about: what it is, in a sentence.
        matters: whether it has structure that neither majority nor Dawid-Skene can use, so that ours must beat both.
        votes: a row per vote: ``vote`` (its number, in order of time, from 0), ``item``, ``rater``, ``stratum``,
            ``family`` (null for people), ``choice`` (a, tie, b), ``a_shown_first`` (null when unknown), ``strength``
            (0 to 1, null when not graded), ``settles`` (whether it reveals the truth of a golden item).
        items: a row per item: ``item``, ``truth``, ``golden`` (the truth where it is revealed, else null), and
            ``characters``, ``markdown`` and ``hedged`` of both sides, ending in ``_a`` and ``_b``.
        raters: a row per rater that voted: ``rater``, ``stratum``, ``family``, ``ability`` (the probability that its
            decided vote on a decided pair is right; null when unknown, and for who settles golden items).
        made: how it was made; None for a real set.
    """

    name: str
    about: str
    matters: bool
    votes: pl.DataFrame
    items: pl.DataFrame
    raters: pl.DataFrame
    made: World | None = None


@dataclass(frozen=True)
class Recipe:
    """How a simulation is made.

    Attributes:
        about: what it is, in a sentence.
        make: draws the pairs, the raters and who is asked about what.
        matters: whether the methods that know only rater and item must lose to ours.
        golden: share of items whose truth is revealed.
        graded: whether raters say how strongly.
        order: what is known of the display order: "shown" for the truth, "unknown", or "class" where a and b are
            classes of which a is always named first.
    """

    about: str
    make: Callable[[np.random.Generator], tuple[world.Pairs, world.Raters, world.Sheet]]
    matters: bool = False
    golden: float = 0.0
    graded: bool = False
    order: Literal["shown", "unknown", "class"] = "shown"


def draw(name: str, recipe: Recipe, seed: int) -> Simulation:
    """Draw a simulation; its stream of chance depends on its name and the seed alone."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    pairs, raters, sheet = recipe.make(rng)
    choice, felt = say(rng, pairs, raters, sheet)
    grade, size = _graded(rng, felt, sheet.rater)
    ability = true_ability(pairs, raters, sheet)
    golden = rng.random(len(pairs.truth)) < recipe.golden
    items = pairs.frame().with_columns(golden=pl.when(pl.Series(golden)).then(pl.col("truth")))
    known = raters.frame(ability)
    given = pl.DataFrame(
        {
            "item": items["item"].gather(sheet.item),
            "rater": known["rater"].gather(sheet.rater),
            "choice": pl.Series(world.CHOICES).gather(1 - choice),
            "a_shown_first": {"shown": pl.Series(sheet.order > 0), "unknown": None, "class": True}[recipe.order],
            "strength": pl.Series(grade / _GRADES) if recipe.graded else None,
        },
        schema_overrides={"a_shown_first": pl.Boolean, "strength": pl.Float64},
    ).with_columns(settles=pl.lit(value=False), strength=pl.when(pl.col("choice") != "tie").then("strength"))
    settled = items.filter(pl.col("golden").is_not_null()).select(
        "item",
        rater=pl.lit(SETTLER),
        choice="golden",
        a_shown_first=pl.lit(None, pl.Boolean),
        strength=pl.lit(None, pl.Float64),
        settles=pl.lit(value=True),
    )
    settler = pl.DataFrame(
        {"rater": [SETTLER], "stratum": ["expert/offline"], "family": [None], "ability": [None]}, schema=known.schema
    )
    # The golden answers come first, as they do where raters are calibrated before they begin.
    votes = pl.concat([settled, given]).with_row_index("vote")
    known = pl.concat([known, settler]).join(votes, on="rater", how="semi", maintain_order="left")
    votes = votes.join(known.drop("ability"), on="rater", how="left", maintain_order="left")
    made = World(pairs, raters, sheet, choice, size if recipe.graded else None)
    return Simulation(name, recipe.about, recipe.matters, votes, items, known, made)


def _graded(rng: np.random.Generator, felt: world.Reals, rater: world.Whole) -> tuple[world.Whole, world.Reals]:
    """The margin felt as a grade from 1, on a scale each rater stretches in its own way, and the grade's edges."""
    width = _GRADE_WIDTH * np.exp(rng.normal(0, 0.3, int(rater.max()) + 1))[rater]
    grade = np.minimum(np.floor(felt / width).astype(np.int64) + 1, _GRADES)
    return grade, np.stack([(grade - 1) * width, np.where(grade == _GRADES, np.inf, grade * width)], axis=1)
