"""Scores of single responses: one to five stars by one team, 0 to 100 points in a spreadsheet by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from examples.generator._model import OVERALL, TOP
from examples.generator._raters import SCORERS
from examples.generator._write import jsonl, table

if TYPE_CHECKING:
    from examples.generator._draw import Draw
    from examples.generator._model import Item, Response
    from examples.generator._write import Batch, File

__all__ = ["files"]

_STARS = 0.16
_POINTS = 0.12
_ASPECTS = ("helpfulness", "naturalness", "conciseness")
_RATERS = {2: 0.6, 3: 0.4}


def files(batch: Batch) -> list[File]:
    """A file of stars (``scalar`` records) and a spreadsheet of points."""
    stars = [record for item in batch.items for record in _stars(batch, item)]
    points = [row for item in batch.items for row in _points(batch, item)]
    made = [jsonl(batch.file("stars", "jsonl"), stars, batch.broken("stars"))] if stars else []
    if points and batch.dirty:
        points.insert(len(points) // 2, points[0] | {"points": "n/a"})
    return [*made, table(batch.file("points", "csv"), points, broken=int(batch.dirty))] if points else made


def _suits(draw: Draw, item: Item, part: float) -> bool:
    """Plain prompts of low risk: these formats hold one text, and a score has no room for a reason."""
    return item.single and item.risk_level == "low" and draw.chance(part)


def _quality(response: Response, dimension: str) -> float:
    return response.share if dimension == OVERALL else response.levels[dimension] / TOP


def _stars(batch: Batch, item: Item) -> list[dict[str, Any]]:
    draw = batch.draw("stars", item.index)
    if not _suits(draw, item, _STARS):
        return []
    raters = draw.sample(SCORERS[:4], draw.weighted(_RATERS))
    return [
        {
            "type": "scalar",
            "prompt": item.prompt,
            "response": response.text,
            "score": 1 + round(4 * rater.score(draw, response.share)),
            "meta": {
                "task": item.task,
                "scenario": item.scenario,
                "risk_level": item.risk_level,
                "rubric": "stars@2",
                "rater": rater.name,
                "generator": response.generator.name,
                "decided_at": batch.moment(draw),
            },
        }
        for rater in raters
        for response in item.responses
    ]


def _points(batch: Batch, item: Item) -> list[dict[str, str]]:
    draw = batch.draw("points", item.index)
    if not _suits(draw, item, _POINTS):
        return []
    raters = draw.sample(SCORERS[2:], draw.weighted(_RATERS))
    return [
        {
            "area": item.scenario,
            "task": item.task,
            "prompt": item.prompt,
            "response": response.text,
            "model": response.generator.name,
            "rater": rater.name,
            "aspect": aspect,
            "points": str(round(100 * rater.score(draw, _quality(response, aspect)))),
            "date": _german(batch.moment(draw)),
        }
        for rater in raters
        for response in item.responses
        for aspect in _ASPECTS
    ]


def _german(moment: str) -> str:
    """``2026-10-03T09:14:00Z`` as that team's spreadsheet writes it: ``03.10.2026 09:14``."""
    year, month, day = moment[:10].split("-")
    return f"{day}.{month}.{year} {moment[11:16]}"
