"""The items of the example project: an endless series of prompts with candidates, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, islice
from typing import TYPE_CHECKING

from examples.generator._compose import compose
from examples.generator._content import Case, Scenario, Topic, fill, load_scenarios
from examples.generator._draw import Draw
from examples.generator._generators import GENERATORS
from examples.generator._model import Item, Response, Trace
from examples.generator._numbers import plan, sum_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["items"]

_Message = tuple[str, str]

_KINDS = {"general": 0.30, "customer-service": 0.24, "coding": 0.18, "medical": 0.18, "maths": 0.07, "planning": 0.03}
_CANDIDATES = {2: 0.45, 3: 0.30, 4: 0.25}


def items(seed: int, start: int, stop: int) -> list[Item]:
    """Items ``start`` to ``stop`` - 1 of the series; no two of the whole series have the same prompt."""
    return list(islice(_series(seed), start, stop))


def _series(seed: int) -> Iterator[Item]:
    seen: set[tuple[_Message, ...]] = set()
    index = 0
    for attempt in count():
        item = _item(Draw(seed, "item", attempt), index)
        if item.messages in seen:
            continue
        seen.add(item.messages)
        yield item
        index += 1


def _item(draw: Draw, index: int) -> Item:
    kind = draw.weighted(_KINDS)
    scenarios = load_scenarios()
    traces: tuple[Trace, ...] = ()
    if kind in scenarios:
        scenario = scenarios[kind]
        topic = draw.pick(scenario.topics)
        case = draw.pick(topic.cases)
        task, messages = topic.task, _messages(draw, scenario, topic, case)
    else:
        scenario = scenarios["general"]
        question, case, traces = sum_of_day(draw) if kind == "maths" else plan(draw)
        task, messages = kind, (("user", _with_context(draw, scenario, question, {})),)
    return Item(
        index=index,
        scenario=scenario.name,
        task=task,
        risk_level=scenario.risk_level,
        messages=messages,
        responses=_responses(draw, scenario, case),
        traces=tuple(dict.fromkeys(traces)),
    )


def _messages(draw: Draw, scenario: Scenario, topic: Topic, case: Case) -> tuple[_Message, ...]:
    slots = {
        **case.slots,
        **{slot: draw.pick(values) for slot, values in topic.vary.items()},
        "number": str(100_000 + draw.below(900_000)),
        "order": f"{draw.pick('ABCDEFGH')}{10_000 + draw.below(90_000)}",
    }
    question = fill(draw.pick(topic.prompts), slots)
    asked = ("user", _with_context(draw, scenario, question[0].upper() + question[1:], slots))
    return (("system", topic.system), asked) if topic.system else (asked,)


def _with_context(draw: Draw, scenario: Scenario, question: str, slots: dict[str, str]) -> str:
    context = fill(draw.pick(scenario.contexts), slots) if draw.chance(0.75) or not slots else ""
    parts = [context, question] if draw.chance(0.4) else [question, context]
    return " ".join(part for part in parts if part)


def _responses(draw: Draw, scenario: Scenario, case: Case) -> tuple[Response, ...]:
    """Two to four candidates of different generators, no two with the same text."""
    made: dict[str, Response] = {}
    for generator in draw.sample(GENERATORS, draw.weighted(_CANDIDATES)):
        response = compose(draw, scenario, case, generator)
        while response.text in made:
            response = compose(draw, scenario, case, replace(generator, refusing=0.0, closing=0.9))
        made[response.text] = replace(response, generator=generator)
    return tuple(made.values())
