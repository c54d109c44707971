"""How good an estimate is: accuracy, calibration, scores, and whether intervals hold what they promise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

__all__ = ["Scores", "coverage", "expected_calibration_error", "score"]

_BINS = 10
_EVEN = 1e-9
"""Two probabilities nearer than this are a draw: methods that add in another order must not differ by rounding."""
_SURE = 1e-6
"""The logarithmic score takes nobody to be surer than this, or one vote's certainty would be infinitely bad."""


@dataclass(frozen=True)
class Scores:
    """What an estimate is worth on the items whose truth was not revealed.

    Attributes:
        items: how many.
        accuracy: share of items whose leading outcome is the truth; an item with k leading outcomes counts 1/k.
        decided: the same, on the items whose truth is not a tie, between a and b alone.
        ece: expected calibration error of the leading outcome, 10 bins of equal mass.
        brier: mean squared distance to the truth over the three outcomes, 0 to 2.
        log_loss: mean negative natural logarithm of the probability given to the truth.
        said: probability of the leading outcome, per item.
        right: whether it was right, 0 to 1, per item.
    """

    items: int
    accuracy: float
    decided: float
    ece: float
    brier: float
    log_loss: float
    said: np.ndarray = field(repr=False)
    right: np.ndarray = field(repr=False)


def score(estimate: pl.DataFrame, items: pl.DataFrame) -> Scores:
    """Hold ``item, p_a, p_tie, p_b`` against ``item, truth, golden``.

    Items whose truth was revealed, or that have none, are left out; one that nobody estimated is even.
    """
    asked = items.filter(pl.col("golden").is_null() & pl.col("truth").is_not_null()).join(
        estimate, on="item", how="left", maintain_order="left"
    )
    given = asked.select(pl.col("p_a", "p_tie", "p_b").fill_null(1 / 3)).to_numpy()
    given = given / given.sum(axis=1, keepdims=True)
    truth = asked.select((pl.col("truth") == choice).alias(choice) for choice in ("a", "tie", "b")).to_numpy()
    right = _credit(given, truth)
    sided = truth[:, 1] == 0
    return Scores(
        items=len(asked),
        accuracy=float(right.mean()),
        decided=float(_credit(given[sided][:, [0, 2]], truth[sided][:, [0, 2]]).mean()),
        ece=expected_calibration_error(given.max(axis=1), right),
        brier=float(((given - truth) ** 2).sum(axis=1).mean()),
        log_loss=float(-np.log(np.clip(given[truth], _SURE, 1)).mean()),
        said=given.max(axis=1),
        right=right,
    )


def _credit(given: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """For each item 1 when the truth leads alone, 1/k when it leads together with k - 1 others, else 0."""
    leads = given >= given.max(axis=1, keepdims=True) - _EVEN
    credit: np.ndarray = (leads & truth).sum(axis=1) / leads.sum(axis=1)
    return credit


def expected_calibration_error(said: np.ndarray, right: np.ndarray, bins: int = _BINS) -> float:
    """Mean distance between how sure and how often right, over bins of equal mass (Nixon et al. 2019, section 3).

    Equally sure items share what they have of being right, so that their order cannot matter when a bin's edge falls
    among them.

    Args:
        said: probability of the leading outcome, one per item.
        right: whether it was right, 0 to 1.
        bins: how many.
    """
    if not len(said):
        return float("nan")
    _, place = np.unique(np.round(said, 9), return_inverse=True)
    shared = np.bincount(place, weights=right) / np.bincount(place)
    order = np.argsort(said, kind="stable")
    parts = zip(np.array_split(said[order], bins), np.array_split(shared[place][order], bins), strict=True)
    return float(sum(abs(part.sum() - hits.sum()) for part, hits in parts) / len(said))


def coverage(cards: pl.DataFrame, raters: pl.DataFrame) -> float | None:
    """Share of raters whose true ``ability`` lies in ``ability_low`` to ``ability_high``; None without intervals."""
    if not {"ability_low", "ability_high"} <= set(cards.columns):
        return None
    known = raters.filter(pl.col("ability").is_not_null()).join(
        cards.select("rater", "ability_low", "ability_high").drop_nulls(), on="rater"
    )
    held: float | None = known.select(pl.col("ability").is_between("ability_low", "ability_high").mean()).item()
    return held
