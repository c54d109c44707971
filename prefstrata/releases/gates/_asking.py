"""Two canaries, one taught by a version and one by its parent, are asked the same: what the version would teach."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.releases.gates._canary import differences, there_is_a_canary, train
from prefstrata.releases.gates._measured import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from prefstrata.engine import Warehouse

__all__ = ["Blame", "Canaries", "canaries", "paired"]

_ASKED = 2000
_FEWEST = 50
_SOURCES = 8
_Z = 1.6448536269514722  # of a 90 % interval
_PLACES = 9


class Blame(NamedTuple):
    """What a regression most likely comes from.

    Attributes:
        source: the source without whose new votes the canary does best.
        wrong: its share of wrong answers then, 0 to 1.
    """

    source: str
    wrong: float


class Canaries:
    """What two canaries have learned, and how they answer.

    Args:
        lessons: rows of ``gates.lessons``, sorted by pair.
        questions: rows of ``gates.questions``, sorted.
    """

    def __init__(self, lessons: pl.DataFrame, questions: pl.DataFrame) -> None:
        """Teach both."""
        self._lessons, self._questions = lessons, questions
        self._learned = differences(lessons["text_a"].to_list(), lessons["text_b"].to_list())
        self._asked = differences(questions["better"].to_list(), questions["worse"].to_list())
        self._now = self._answers(lessons["p"].to_list(), lessons["weight"].to_list())
        self._before = self._answers(lessons["p_before"].to_list(), lessons["weight_before"].to_list())
        self._slices = _slices(questions)

    def _answers(self, p: list[float | None], weight: list[float | None]) -> list[float]:
        """Right or wrong on each question, taught by the pairs that have a weight."""
        rows = [row for row, each in enumerate(weight) if each and p[row] is not None]
        canary = train(self._learned[rows], [p[row] or 0.0 for row in rows], [weight[row] or 0.0 for row in rows])
        return canary.right(self._asked)

    def figures(self) -> Iterator[Figure]:
        """Rows of ``gates.measured``: how often the version's canary is wrong, by slice, beside the parent's."""
        prompts, names = self._questions["prompt_id"].to_list(), self._questions["pair_id"].to_list()
        for (scenario, slice_), rows in sorted(self._slices.items()):
            gaps = [self._before[row] - self._now[row] for row in rows]
            low, high = paired(gaps, len({prompts[row] for row in rows}))
            before = round(_wrong(self._before, rows), _PLACES)
            worse = sorted({names[row] for row, gap in zip(rows, gaps, strict=True) if gap > 0})
            # The interval is that of the difference, so what was before is taken as it stands: it has no count.
            yield Figure(
                "canary",
                scenario,
                slice_,
                round(_wrong(self._now, rows), _PLACES),
                max(0.0, round(before + low, _PLACES)),
                min(1.0, round(before + high, _PLACES)),
                len(rows),
                before,
                None,
                worse[:5],
            )

    def blame(self, scenario: str, slice_: str) -> Blame | None:
        """The source without whose new votes the slice comes out best; None when none makes it better.

        A pair that a source has spoken of since the parent is taught as the parent taught it, or not at all.
        """
        rows = self._slices[scenario, slice_]
        brought = Counter(source for sources in self._lessons["sources"].to_list() for source in sources)
        found = [
            Blame(source, round(_wrong(self._without(source), rows), _PLACES))
            for source, _ in sorted(brought.items(), key=lambda each: (-each[1], each[0]))[:_SOURCES]
        ]
        best = min(found, key=lambda each: (each.wrong, each.source), default=None)
        return best if best and best.wrong < round(_wrong(self._now, rows), _PLACES) else None

    def _without(self, source: str) -> list[float]:
        kept = [source in sources for sources in self._lessons["sources"].to_list()]
        p, weight = (
            [
                earlier if back else now
                for back, now, earlier in zip(
                    kept, self._lessons[name].to_list(), self._lessons[f"{name}_before"].to_list(), strict=True
                )
            ]
            for name in ("p", "weight")
        )
        return self._answers(p, weight)


def canaries(engine: Warehouse, pairs: int, most: int) -> Canaries | None:
    """Teach two canaries what the warehouse and the parent release hold; ``gates.votes`` must be built before.

    Args:
        engine: holds the layers, the parent's records and its cells.
        pairs: how many pairs there are.
        most: about how many of them a canary learns from; 0 for no canary.

    Returns:
        None when there is no scikit-learn, too little to learn from, or too little to ask.
    """
    if not most or not there_is_a_canary():
        return None
    engine.build("gates.questions", most=_ASKED)
    questions = engine.read("gates.questions").sort("set_name", "pair_id", "dimension")
    if questions.height < _FEWEST:
        return None
    engine.build("gates.lessons", parts=max(1, -(-pairs // most)))
    lessons = engine.read("gates.lessons").sort("pair_id")
    if min(lessons["weight"].drop_nulls().len(), lessons["weight_before"].drop_nulls().len()) < _FEWEST:
        return None
    return Canaries(lessons, questions)


def _slices(questions: pl.DataFrame) -> dict[tuple[str, str], list[int]]:
    """The places of the questions of each slice, by scenario and slice."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    named = questions.select("set_name", "scenario", "task", "dimension").iter_rows()
    for row, (name, scenario, task, dimension) in enumerate(named):
        found[scenario, f"set={name}"].append(row)
        found[scenario, f"set={name}, task={task}"].append(row)
        found[scenario, f"set={name}, dimension={dimension}"].append(row)
    return found


def _wrong(answers: Sequence[float], rows: Sequence[int]) -> float:
    return 1 - math.fsum(answers[row] for row in rows) / len(rows)


def paired(gaps: Sequence[float], n: int) -> tuple[float, float]:
    """The 90 % interval of the mean of paired differences in -1 to 1.

    Agresti and Min 2005: the Wald interval with half an observation added to each of the four cells. Pairs of one
    prompt are one observation.

    Args:
        gaps: for each question what the one got wrong and the other did not, or the other way round.
        n: how many independent things there are.
    """
    up = n * math.fsum(gap for gap in gaps if gap > 0) / len(gaps) + 0.5
    down = n * math.fsum(-gap for gap in gaps if gap < 0) / len(gaps) + 0.5
    mean = (up - down) / (n + 2)
    spread = _Z * math.sqrt((up + down) / (n + 2) - mean**2) / math.sqrt(n + 2)
    return mean - spread, mean + spread
