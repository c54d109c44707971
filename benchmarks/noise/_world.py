"""A made-up world: pairs whose better side is known, raters who are like this or that, and who is asked about what.

Everything is drawn from one numpy generator, so a seed names a world. What the raters say is in ``_behaviour.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHOICES", "Group", "Pairs", "Raters", "Reals", "Sheet", "Whole", "assign", "hire", "make_pairs"]

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

CHOICES = ("a", "tie", "b")
_LENGTH_SPREAD = 0.6
"""Standard deviation of the natural logarithm of the ratio of the two lengths."""


@dataclass(frozen=True)
class Group:
    """Raters of one kind; a pair of numbers is a range that each rater draws from, evenly.

    Attributes:
        name: what they are, the beginning of their names.
        size: how many.
        stratum: supervisor/mode.
        skill: probability of being right on a clear, decided pair when nothing else moves the rater.
        ties: probability of saying tie on a decided pair.
        sees_ties: the same on a pair that is one.
        side: log-odds for the side shown first.
        style: log-odds for the longer side, per standard deviation of the length ratio.
        lean: log-odds for a, whatever is shown: a bias towards a class.
        after: skill after the rater's change point; null when the rater never changes.
        change: when that is, as a part of the whole time.
        copies: probability of repeating what the family said; 0 when everybody thinks alone.
        busy: spread of activity; 0 when all give equally many votes.
        family: what model they are, None for people.
    """

    name: str
    size: int
    stratum: str = "crowd/offline"
    skill: tuple[float, float] = (0.65, 0.9)
    ties: tuple[float, float] = (0.02, 0.1)
    sees_ties: tuple[float, float] = (0.4, 0.7)
    side: tuple[float, float] = (-0.1, 0.1)
    style: tuple[float, float] = (-0.1, 0.1)
    lean: tuple[float, float] = (0.0, 0.0)
    after: tuple[float, float] | None = None
    change: tuple[float, float] = (0.3, 0.7)
    copies: float = 0.0
    busy: float = 0.0
    family: str | None = None


@dataclass(frozen=True)
class Pairs:
    """Pairs: their truth as +1 (a), 0 (tie), -1 (b), how clear they are, their style, and when they come (0 to 1)."""

    truth: Whole
    clear: Reals
    characters: Whole
    markdown: Whole
    hedged: NDArray[np.bool_]
    when: Reals

    @property
    def look(self) -> Reals:
        """How much longer a is, in standard deviations, and a little for markdown."""
        longer = np.log(self.characters[:, 0] / self.characters[:, 1]) / _LENGTH_SPREAD
        marked = np.clip((self.markdown[:, 0] - self.markdown[:, 1]) / 6, -1, 1)
        look: Reals = longer + 0.3 * marked
        return look

    def supposing(self, truth: int) -> Pairs:
        """The same pairs, were that the truth of every one."""
        return replace(self, truth=np.full_like(self.truth, truth))

    def frame(self) -> pl.DataFrame:
        """A row per pair: item, truth, and the style of both sides."""
        sides = {
            f"{name}_{side}": values[:, place]
            for name, values in (("characters", self.characters), ("markdown", self.markdown), ("hedged", self.hedged))
            for place, side in enumerate("ab")
        }
        truth = np.array(CHOICES)[1 - self.truth]
        return pl.DataFrame({"item": [f"i{number:05}" for number in range(len(truth))], "truth": truth, **sides})


@dataclass(frozen=True)
class Raters:
    """Raters, an entry each: see :class:`Group` for what the numbers mean; ``group`` is the place of theirs."""

    groups: tuple[Group, ...]
    group: Whole
    skill: Reals
    after: Reals
    change: Reals
    ties: Reals
    sees_ties: Reals
    side: Reals
    style: Reals
    lean: Reals
    activity: Reals

    def names(self) -> list[str]:
        """``supervisor:name``, as the ledger spells raters."""
        return [
            f"{self.groups[group].stratum.split('/')[0]}:{self.groups[group].name}-{number:04}"
            for number, group in enumerate(self.group)
        ]

    def frame(self, ability: Reals) -> pl.DataFrame:
        """A row per rater: who, of which stratum and family, and its true ability."""
        groups = [self.groups[group] for group in self.group]
        return pl.DataFrame(
            {
                "rater": self.names(),
                "stratum": [group.stratum for group in groups],
                "family": pl.Series([group.family for group in groups], dtype=pl.String),
                "ability": ability,
            }
        )


@dataclass(frozen=True)
class Sheet:
    """Who is asked about what, an entry per vote.

    Attributes:
        item: place of the pair.
        rater: place of the rater.
        order: +1 when a was shown first, -1 when b was, 0 when neither.
        when: the time, 0 to 1.
    """

    item: Whole
    rater: Whole
    order: Whole
    when: Reals


def make_pairs(  # noqa: PLR0913 - all a world of pairs can be
    rng: np.random.Generator,
    count: int,
    *,
    tied: float = 0.1,
    clear: tuple[float, float] = (1.0, 1.0),
    longer_is_better: float = 0.0,
    a_is_better: float = 0.5,
) -> Pairs:
    """Draw pairs.

    Args:
        rng: where chance comes from.
        count: how many.
        tied: share of pairs that are ties.
        clear: range of clearness; 1 is the pair on which a rater has its skill, 0 says nothing to anybody.
        longer_is_better: how many standard deviations longer the better side is.
        a_is_better: share of the decided pairs on which a is the better one.
    """
    truth = np.where(rng.random(count) < tied, 0, np.where(rng.random(count) < a_is_better, 1, -1))
    middle = np.exp(rng.normal(6.5, 0.5, count))
    half = (rng.normal(0, _LENGTH_SPREAD, count) + longer_is_better * _LENGTH_SPREAD * truth) / 2
    characters = np.rint(np.stack([middle * np.exp(half), middle * np.exp(-half)], axis=1)).astype(np.int64)
    return Pairs(
        truth=truth,
        clear=rng.uniform(*clear, count),
        characters=np.maximum(characters, 1),
        markdown=rng.poisson(4, (count, 2)),
        hedged=rng.random((count, 2)) < 0.2,  # noqa: PLR2004 - one response in five hedges
        when=rng.permutation(count) / count,
    )


def hire(rng: np.random.Generator, *groups: Group) -> Raters:
    """Draw the raters of the groups."""
    group = np.repeat(np.arange(len(groups)), [each.size for each in groups])

    def draw(field: str) -> Reals:
        ranges = np.array([getattr(each, field) or each.skill for each in groups])[group]
        values: Reals = rng.uniform(ranges[:, 0], ranges[:, 1])
        return values

    changing = np.array([each.after is not None for each in groups])[group]
    drawn = {field: draw(field) for field in ("skill", "after", "change", "ties", "sees_ties", "side", "style", "lean")}
    busy = np.array([each.busy for each in groups])[group]
    return Raters(
        groups=groups,
        group=group,
        activity=rng.normal(0, 1, len(group)) * busy,
        **drawn | {"change": np.where(changing, drawn["change"], np.inf)},
    )


def assign(  # noqa: PLR0913 - the world, and how it is asked
    rng: np.random.Generator,
    pairs: Pairs,
    raters: Raters,
    votes: Mapping[str, float],
    *,
    same_order: float = 0.0,
    spread: float = 0.3,
) -> Sheet:
    """Ask raters about every pair, nobody twice.

    Args:
        rng: where chance comes from.
        pairs: what is asked about.
        raters: who is asked.
        votes: votes per pair by the group of that name; below 1, the share of pairs that get one.
        same_order: share of pairs that everybody sees in the same order.
        spread: how far apart in time the votes of a pair lie, as a part of the whole.
    """
    items, who = [], []
    for name, count in votes.items():
        here = np.flatnonzero(np.array([group.name == name for group in raters.groups])[raters.group])
        # Gumbel keys: the highest ones are a draw without replacement, weighted by activity.
        keys = raters.activity[here] + rng.gumbel(size=(len(pairs.truth), len(here)))
        chosen = np.argsort(-keys, axis=1)[:, : max(1, int(count))]
        asked = np.flatnonzero(rng.random(len(pairs.truth)) < count)
        who.append(here[chosen[asked]].ravel())
        items.append(np.repeat(asked, chosen.shape[1]))
    item, rater = np.concatenate(items), np.concatenate(who)
    when = pairs.when[item] * (1 - spread) + rng.random(len(item)) * spread
    order = np.argsort(when, kind="stable")
    item, rater, when = item[order], rater[order], when[order]
    together = (rng.random(len(pairs.truth)) < same_order)[item]
    first = np.where(together, (rng.random(len(pairs.truth)) < 0.5)[item], rng.random(len(item)) < 0.5)  # noqa: PLR2004
    return Sheet(item, rater, np.where(first, 1, -1), when)
