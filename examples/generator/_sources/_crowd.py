"""The crowd: pairs shown to three to five workers each, and lists of four to be put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from examples.generator._model import OVERALL, gap
from examples.generator._raters import CROWD, verdict
from examples.generator._write import document, jsonl

if TYPE_CHECKING:
    from examples.generator._draw import Draw
    from examples.generator._model import Item, Response
    from examples.generator._raters import Rater
    from examples.generator._write import Batch, File

__all__ = ["files"]

_SEES = {"general": 0.55, "customer-service": 0.60, "coding": 0.40, "medical": 0.25}
_WORKERS = {3: 0.5, 4: 0.3, 5: 0.2}
_POOR = 0.45  # two equally good responses below this quality are both called bad
_WIDE = 30  # weighted levels apart from which the difference is plain to see
_CLOSE = 12
_WHY = ("clearer", "more correct", "safer", "more useful", "better tone")
_RANKS = 0.45


def files(batch: Batch) -> list[File]:
    """A gzipped file of pairs and a JSON document of rankings."""
    pairs = [record for item in batch.items for record in _pairs(batch, item)]
    lists = [record for item in batch.items for record in _lists(batch, item)]
    made = [jsonl(batch.file("crowd", "jsonl.gz"), pairs, batch.broken("crowd"))] if pairs else []
    if lists:
        made.append(document(batch.file("rankings", "json"), "lists", lists, campaign=f"ranking {batch.days[-1]}"))
    return made


def _pairs(batch: Batch, item: Item) -> list[dict[str, Any]]:
    draw = batch.draw("crowd", item.index)
    if not draw.chance(_SEES[item.scenario]):
        return []
    one, two = draw.sample(item.responses, 2)
    record = {
        "hit": f"{batch.name}-{item.index:05}",
        "conversation": [{"role": role, "content": content} for role, content in item.messages],
        "area": item.scenario,
        "topic": item.task,
        "risk": item.risk_level,
        "one": _shown(one),
        "two": _shown(two),
        "answers": [
            _answer(batch, draw, item, rater, (one, two)) for rater in draw.sample(CROWD, draw.weighted(_WORKERS))
        ],
    }
    return [record]


def _shown(response: Response) -> dict[str, str]:
    return {"text": response.text, "model": response.generator.name, "family": response.generator.family}


def _answer(batch: Batch, draw: Draw, item: Item, rater: Rater, pair: tuple[Response, Response]) -> dict[str, Any]:
    one, two = pair
    swapped = draw.chance(0.5)
    left, right = (two, one) if swapped else (one, two)
    choice = verdict(draw, rater, gap(item, left, right, OVERALL), len(left.text) - len(right.text))
    if choice == "tie":
        pick = "neither" if max(one.share, two.share) < _POOR else "same"
    else:
        pick = "one" if (choice == "left") != swapped else "two"
    apart = abs(gap(item, one, two, OVERALL))
    degree = None if pick in {"same", "neither"} else 1 + (apart > _CLOSE) + (apart > _WIDE)
    # At high risk nobody may vote without a reason.
    why = draw.sample(_WHY, 1 + draw.below(2)) if item.risk_level == "high" or draw.chance(0.3) else []
    return {
        "worker": rater.name,
        "pick": pick,
        "degree": degree,
        "two_first": swapped,
        "why": why,
        "at": batch.moment(draw),
    }


def _lists(batch: Batch, item: Item) -> list[dict[str, Any]]:
    draw = batch.draw("rankings", item.index)
    if len(item.responses) < 4 or item.risk_level == "high" or not draw.chance(_RANKS):  # noqa: PLR2004 - lists of four
        return []
    rater = CROWD[draw.below(20)]
    candidates = draw.sample(item.responses, 4)
    return [
        {
            "question": [{"role": role, "content": content} for role, content in item.messages],
            "scenario": item.scenario,
            "task": item.task,
            "candidates": [{"text": each.text, "model": each.generator.name} for each in candidates],
            "ranks": _ranks(draw, item, rater, candidates),
            "rater": rater.name,
            "decided": batch.moment(draw),
        }
    ]


def _ranks(draw: Draw, item: Item, rater: Rater, candidates: list[Response]) -> list[int]:
    """Put the candidates in order by comparing them one with another, as the rater would; equal ones share a rank."""
    said: dict[tuple[int, int], int] = {}
    for left in range(len(candidates)):
        for right in range(left + 1, len(candidates)):
            one, two = candidates[left], candidates[right]
            choice = verdict(draw, rater, gap(item, one, two, OVERALL), len(one.text) - len(two.text))
            said[left, right] = {"left": -1, "right": 1, "tie": 0}[choice]
            said[right, left] = -said[left, right]
    wins = [sum(said[one, two] for two in range(len(candidates)) if two != one) for one in range(len(candidates))]
    order = sorted(set(wins))
    return [order.index(each) + 1 for each in wins]
