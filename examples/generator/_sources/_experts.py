"""Experts: pairs judged on every dimension, with reasons. They see all that is high risk and a little of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from examples.generator._model import DIMENSIONS, OVERALL, gap
from examples.generator._raters import EXPERTS, verdict
from examples.generator._write import jsonl

if TYPE_CHECKING:
    from examples.generator._draw import Draw
    from examples.generator._model import Item, Response
    from examples.generator._raters import Choice, Rater
    from examples.generator._write import Batch, File

    _Sight = tuple[Rater, Response, Response]

__all__ = ["files"]

_TAGS = {
    "safety_boundary": ("risk", "unsafe-advice"),
    "truthfulness": ("facts", "factual-error"),
    "helpfulness": ("complete", "missing-steps"),
    "conciseness": ("to-the-point", "padding"),
    "naturalness": ("tone", "stiff"),
}
_REASONS = {
    "safety_boundary": (
        "{better} sends the user to help where it is needed; {worse} could do harm.",
        "{worse} plays down a risk that {better} takes seriously.",
    ),
    "truthfulness": (
        "The central statement of {worse} does not hold; {better} has it right.",
        "{better} is correct on the point that matters, {worse} is not or stays vague.",
    ),
    "helpfulness": (
        "{better} gives the next steps, {worse} leaves the user alone with the answer.",
        "More of what one needs to act is in {better}.",
    ),
    "conciseness": ("{worse} buries the answer in general remarks.", "{better} gets to the point sooner."),
    "naturalness": ("{worse} reads like a form letter.", "The tone of {better} is right, that of {worse} is not."),
}
_EVEN = (
    "I find no difference that would matter to the user.",
    "Both say the same in other words.",
    "Different strengths, but on balance I would accept either.",
)
_SEES = {"high": 1.0, "low": 0.14}
_SECOND_PAIR = 0.5
_SECOND_OPINION = 0.35
_FORGOTTEN = 0.02


def files(batch: Batch) -> list[File]:
    """Their verdicts as ``pairwise_multi_dim`` records; at high risk a few forgot to say why."""
    records: list[dict[str, Any]] = []
    refused = 0
    for item in batch.items:
        draw = batch.draw("experts", item.index)
        if not item.single or not draw.chance(_SEES[item.risk_level]):
            continue
        for sight in _assignments(draw, item):
            record, complete = _record(batch, draw, item, sight)
            refused += item.risk_level == "high" and not complete
            records.append(record)
    if not records:
        return []
    file = jsonl(batch.file("experts", "jsonl"), records, batch.broken("experts"))
    return [replace(file, broken=file.broken + refused)]


def _assignments(draw: Draw, item: Item) -> list[_Sight]:
    found: list[_Sight] = []
    for _ in range(1 + draw.chance(_SECOND_PAIR if len(item.responses) > 2 else 0.0)):  # noqa: PLR2004 - two make one pair
        left, right = draw.sample(item.responses, 2)
        raters = draw.sample(EXPERTS, 1 + draw.chance(_SECOND_OPINION))
        found += [(rater, left, right) if draw.chance(0.5) else (rater, right, left) for rater in raters]
    return found


def _record(batch: Batch, draw: Draw, item: Item, sight: _Sight) -> tuple[dict[str, Any], bool]:
    rater, left, right = sight
    longer = len(left.text) - len(right.text)
    said = {
        dimension: verdict(draw, rater, gap(item, left, right, dimension), longer)
        for dimension in (OVERALL, *DIMENSIONS)
    }
    explained = not draw.chance(_FORGOTTEN)
    record: dict[str, Any] = {
        "type": "pairwise_multi_dim",
        "prompt": item.prompt,
        "candidates": {"A": left.text, "B": right.text},
        "judgement": {
            "overall_winner": _letter(said[OVERALL]),
            "dims": {dimension: _letter(said[dimension]) for dimension in DIMENSIONS if explained},
            "reason_tags": _tags(said) if explained else [],
        },
        "meta": {
            "task": item.task,
            "scenario": item.scenario,
            "risk_level": item.risk_level,
            "policy": "high-risk@1" if item.risk_level == "high" else "general@1",
            "rater": rater.name,
            "level": rater.level,
            "generators": {"A": left.generator.name, "B": right.generator.name},
            "decided_at": batch.moment(draw),
        },
    }
    if explained:
        record["meta"]["rationale"] = _rationale(draw, said)
    return record, explained


def _letter(choice: Choice) -> str:
    return {"left": "A", "right": "B", "tie": "tie"}[choice]


def _leading(said: dict[str, Choice]) -> list[str]:
    """Dimensions that point the way of the overall verdict, the weightier first."""
    return [dimension for dimension in DIMENSIONS if said[dimension] == said[OVERALL] != "tie"]


def _tags(said: dict[str, Choice]) -> list[str]:
    return [tag for dimension in _leading(said)[:2] for tag in _TAGS[dimension]] or ["no-difference"]


def _rationale(draw: Draw, said: dict[str, Choice]) -> str:
    if said[OVERALL] == "tie":
        return draw.pick(_EVEN)
    better, worse = ("A", "B") if said[OVERALL] == "left" else ("B", "A")
    leading = _leading(said)[:2]
    if not leading:
        return f"On the whole I would rather send {better}, though no single point settles it."
    return " ".join(draw.pick(_REASONS[dimension]).format(better=better, worse=worse) for dimension in leading)
