"""Traces with a reward per step, judged by one or two experts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from examples.generator._raters import EXPERTS
from examples.generator._write import jsonl

if TYPE_CHECKING:
    from examples.generator._draw import Draw
    from examples.generator._model import Item, Step, Trace
    from examples.generator._raters import Rater
    from examples.generator._write import Batch, File

__all__ = ["files"]

_SECOND = 0.3


def files(batch: Batch) -> list[File]:
    """A file of ``process`` records, one per trace and rater."""
    records = []
    for item in batch.items:
        draw = batch.draw("traces", item.index)
        for trace in item.traces:
            raters = draw.sample(EXPERTS, 1 + draw.chance(_SECOND))
            records += [_record(batch, draw, item, trace, rater) for rater in raters]
    return [jsonl(batch.file("traces", "jsonl"), records, batch.broken("traces"))] if records else []


def _record(batch: Batch, draw: Draw, item: Item, trace: Trace, rater: Rater) -> dict[str, Any]:
    return {
        "type": "process",
        "prompt": item.prompt,
        "steps": [
            {"state": step.state, "output": step.output, "reward": _seen(draw, step, rater)} for step in trace.steps
        ],
        "meta": {
            "task": item.task,
            "scenario": item.scenario,
            "risk_level": item.risk_level,
            "unit": trace.unit,
            "template": trace.template,
            "rater": rater.name,
            "level": rater.level,
            "decided_at": batch.moment(draw),
        },
    }


def _seen(draw: Draw, step: Step, rater: Rater) -> float:
    """The step's reward as the rater saw it: a mistake may be missed, a right step is seldom blamed."""
    if draw.chance(rater.accuracy):
        return step.reward
    return 1.0 if step.reward < 1 else 0.0
