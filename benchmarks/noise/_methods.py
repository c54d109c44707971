"""Every method on every set: what ours and the peers say, scored."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.noise import ours
from benchmarks.noise.measures import Scores, coverage, score
from benchmarks.noise.oracle import knows_everything
from benchmarks.noise.peers import estimates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.noise._recipe import Simulation

__all__ = ["BASELINES", "ORACLE", "OURS", "Result", "measure"]

OURS = "prefstrata"
ORACLE = "oracle"
BASELINES = ("majority", "dawid-skene")
"""What ours must not be below: the better of these two."""


@dataclass(frozen=True)
class Result:
    """What a method is worth on a set.

    Attributes:
        set: name of the set.
        seed: which draw of it.
        method: name of the method.
        scores: how good its estimates are.
        coverage: share of raters whose true ability its 90 % interval holds; None without intervals or truth.
        seconds: how long ours took; None for the peers, whose answers may come from the cache.
        raters: how many raters the coverage is a share of.
    """

    set: str
    seed: int
    method: str
    scores: Scores
    coverage: float | None
    seconds: float | None = None
    raters: int = 0

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        document = asdict(self)
        del document["scores"]["said"], document["scores"]["right"]
        return document


def measure(
    sets: Sequence[tuple[int, Simulation]],
    peers: tuple[str, ...],
    *,
    progress: Callable[[str], object] = lambda _: None,
) -> list[Result]:
    """Run ours, the peers and, where the truth is made up, the oracle, on each ``(seed, set)``."""
    progress(f"asking crowd-kit about {len(sets)} sets")
    said = estimates([each.votes for _, each in sets], peers)
    results = []
    for (seed, each), peer_estimates in zip(sets, said, strict=True):
        progress(f"{each.name}, seed {seed}")
        scores = {method: score(found, each.items) for method, found in peer_estimates.items()}
        began = time.perf_counter()
        preferences, cards = ours.estimate(each.votes, each.items)
        seconds = time.perf_counter() - began
        scores[OURS] = score(preferences, each.items)
        if each.made is not None:
            scores[ORACLE] = score(knows_everything(each), each.items)
        results += [
            Result(
                set=each.name,
                seed=seed,
                method=method,
                scores=found,
                coverage=coverage(cards, each.raters) if method == OURS else None,
                seconds=seconds if method == OURS else None,
                raters=each.raters["ability"].count() if method == OURS else 0,
            )
            for method, found in scores.items()
        ]
    return results
