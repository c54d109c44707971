"""Two model judges, recorded: each sees a pair in both orders, and now and then changes its mind with the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from examples.generator._model import OVERALL, gap
from examples.generator._raters import JUDGES, flip, verdict
from examples.generator._write import jsonl

if TYPE_CHECKING:
    from examples.generator._draw import Draw
    from examples.generator._model import Item, Response
    from examples.generator._raters import Choice, Rater
    from examples.generator._write import Batch, File

__all__ = ["files"]

_SEES = 0.32
_STEADY = 0.75
_BECAUSE = {
    "left": ("[[A]]", "Response A is the more accurate and useful of the two."),
    "right": ("[[B]]", "Response B answers the question better."),
    "tie": ("[[C]]", "Both responses are of about the same quality."),
}


def files(batch: Batch) -> list[File]:
    """A file of verdicts: one record per judge and display order."""
    records = [record for item in batch.items for record in _records(batch, item)]
    return [jsonl(batch.file("judges", "jsonl"), records, batch.broken("judges"))] if records else []


def _records(batch: Batch, item: Item) -> list[dict[str, Any]]:
    draw = batch.draw("judges", item.index)
    if not draw.chance(_SEES):
        return []
    one, two = draw.sample(item.responses, 2)
    records = []
    for judge in JUDGES:
        first = _say(draw, judge, item, one, two)
        # Steady: the second look repeats the first. Otherwise it looks anew, and the order may turn it round.
        second = flip(first) if draw.chance(_STEADY) else _say(draw, judge, item, two, one)
        records += [
            _record(item, judge, shown, choice)
            | {"confidence": (50 + draw.below(50)) / 100, "decided": batch.moment(draw)}
            for shown, choice in (((one, two), first), ((two, one), second))
        ]
    return records


def _say(draw: Draw, judge: Rater, item: Item, left: Response, right: Response) -> Choice:
    return verdict(draw, judge, gap(item, left, right, OVERALL), len(left.text) - len(right.text))


def _record(item: Item, judge: Rater, shown: tuple[Response, Response], choice: Choice) -> dict[str, Any]:
    label, because = _BECAUSE[choice]
    return {
        "judge": judge.name,
        "family": judge.name,
        "version": judge.level,
        "scenario": item.scenario,
        "task": item.task,
        "risk": item.risk_level,
        "messages": [{"role": role, "content": content} for role, content in item.messages],
        "shown": [response.text for response in shown],
        "models": [response.generator.name for response in shown],
        "verdict": label,
        "because": because,
    }
