"""Sums and plans: prompts whose answers have steps that can be checked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from examples.generator._content import Case, fill, load_plans
from examples.generator._model import Step, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from examples.generator._draw import Draw

__all__ = ["plan", "sum_of_day"]

_TIMES = "\N{MULTIPLICATION SIGN}"


def sum_of_day(draw: Draw) -> tuple[str, Case, tuple[Trace, ...]]:
    """An everyday sum: its prompt, its answers, and two traces of which at least one may hold a mistake."""
    given = draw.pick(_SUMS)(draw)
    results, unit = given.results(), given.unit
    answer = results[-1]
    near = answer + draw.pick((-10, -2, -1, 1, 2, 10))
    working = ", ".join(f"{stage.label}: {value}" for stage, value in zip(given.stages, results, strict=True))
    case = Case(
        slots={},
        right=(f"It comes to {answer} {unit} ({working}).", f"{working}. So the answer is {answer} {unit}."),
        vague=("You have to work it out step by step from the numbers given.",),
        wrong=(f"It comes to {near} {unit}.", f"The answer is {near} {unit}, as a quick estimate shows."),
        details=(
            f"Check: the last step is the one that gives {unit}.",
            "Writing the units next to each number avoids most slips.",
            "Rounding first gives a good idea of the size.",
            f"The first step, {given.stages[0].label}, is where most people go wrong.",
        ),
    )
    traces = tuple(_sum_trace(draw, given, wrong=wrong) for wrong in (False, draw.chance(0.8)))
    return given.question, case, traces


def plan(draw: Draw) -> tuple[str, Case, tuple[Trace, ...]]:
    """A plan: its prompt, its answers, and a right and a broken trace."""
    given = draw.pick(load_plans())
    goal = fill(given["goal"], {"guests": str(draw.pick(given["guests"]))})
    steps: list[str] = given["steps"]
    mistake = draw.pick(given["mistakes"])
    case = Case(
        slots={},
        right=(f"In this order: {' '.join(steps)}", f"I would do it like this. {' '.join(steps)}"),
        vague=("Make a list, and then do one thing after the other.",),
        wrong=(f"In this order: {' '.join(_broken(steps, mistake['at'], mistake['output']))}",),
        details=(
            "Put the steps that wait for others on the calendar first.",
            "Plan a spare hour; something always takes longer.",
            f"The first step matters most: {steps[0][0].lower()}{steps[0][1:]}",
            "Write down who does what.",
        ),
    )
    question = draw.pick(
        (f"Make a plan to {goal}.", f"What are the steps to {goal}?", f"I have to {goal}. In what order?")
    )
    traces = (
        _plan_trace(goal, steps, None),
        _plan_trace(goal, _broken(steps, mistake["at"], mistake["output"]), mistake["at"]),
    )
    return question, case, traces


def _broken(steps: Sequence[str], place: int, output: str) -> list[str]:
    return [*steps[:place], output, *steps[place + 1 :]]


def _plan_trace(goal: str, steps: Sequence[str], mistake: int | None) -> Trace:
    rewards = [_reward(index, mistake) for index in range(len(steps))]
    states = [f"Goal: {goal}.", *(f"Done so far: {index} of {len(steps)}." for index in range(1, len(steps)))]
    made = tuple(Step(*each) for each in zip(states, steps, rewards, strict=True))
    return Trace(unit="plan node", template="plan@1", steps=made)


def _reward(index: int, mistake: int | None) -> float:
    if mistake is None or index < mistake:
        return 1.0
    return -1.0 if index == mistake else 0.0


@dataclass(frozen=True, slots=True)
class _Stage:
    """One operation of a sum on the value so far, and what its result is called."""

    label: str
    sign: str
    operand: int

    def apply(self, value: int) -> int:
        """The value after this stage."""
        results = {
            "+": value + self.operand,
            "-": value - self.operand,
            _TIMES: value * self.operand,
            "/": value // self.operand,
        }
        return results[self.sign]


@dataclass(frozen=True, slots=True)
class _Sum:
    """A question whose answer is a first value taken through stages."""

    question: str
    start: int
    stages: tuple[_Stage, ...]
    unit: str

    def results(self) -> list[int]:
        """The value after each stage."""
        return list(accumulate(self.stages, lambda value, stage: stage.apply(value), initial=self.start))[1:]


def _sum_trace(draw: Draw, given: _Sum, *, wrong: bool) -> Trace:
    """Work the sum out; with ``wrong``, slip at one stage and go on from the wrong value."""
    value, last = given.start, len(given.stages)
    mistake = draw.below(last) if wrong else None
    steps = []
    for index, stage in enumerate(given.stages):
        result = stage.apply(value) + (draw.pick((-10, -1, 1, 10)) if index == mistake else 0)
        working = f"{value} {stage.sign} {stage.operand} = {result}"
        state = f"We have {value}." if index == 0 else f"So far {value}."
        steps.append(Step(state, f"{stage.label[0].upper()}{stage.label[1:]}: {working}", _reward(index, mistake)))
        value = result
    steps.append(Step(f"So far {value}.", f"The answer is {value} {given.unit}.", _reward(last, mistake)))
    return Trace(unit="reasoning step", template="arithmetic@1", steps=tuple(steps))


def _shopping(draw: Draw) -> _Sum:
    count, price, voucher = 3 + draw.below(12), 2 + draw.below(14), 2 + draw.below(5)
    thing = draw.pick(("notebooks", "tulip bulbs", "cinema tickets", "bags of soil", "mugs"))
    return _Sum(
        f"I buy {count} {thing} at {price} euros each, pay 5 euros for delivery and have a voucher of {voucher} euros. "
        "What do I pay?",
        count,
        (
            _Stage("price of the goods", _TIMES, price),
            _Stage("with delivery", "+", 5),
            _Stage("less the voucher", "-", voucher),
        ),
        "euros",
    )


def _fence(draw: Draw) -> _Sum:
    length, width, cost = 6 + draw.below(30), 4 + draw.below(20), 7 + draw.below(12)
    return _Sum(
        f"A garden is {length} metres long and {width} metres wide. A fence costs {cost} euros per metre. "
        "What does it cost to go all the way round?",
        length,
        (
            _Stage("half the way round", "+", width),
            _Stage("all the way round", _TIMES, 2),
            _Stage("cost of the fence", _TIMES, cost),
        ),
        "euros",
    )


def _classes(draw: Draw) -> _Sum:
    classes, pupils, seats = 3 + draw.below(6), 18 + draw.below(12), 40 + draw.below(20)
    return _Sum(
        f"{classes} classes of {pupils} pupils go on a trip with 6 teachers. A bus has {seats} seats. "
        "How many buses are full?",
        classes,
        (_Stage("pupils", _TIMES, pupils), _Stage("pupils and teachers", "+", 6), _Stage("full buses", "/", seats)),
        "buses",
    )


def _saving(draw: Draw) -> _Sum:
    weekly, weeks, start = 5 + draw.below(36), 8 + draw.below(40), 20 + 5 * draw.below(30)
    return _Sum(
        f"I have {start} euros and put away {weekly} euros a week for {weeks} weeks. Then I buy a lamp for 45 euros. "
        "How much is left?",
        weekly,
        (_Stage("put away", _TIMES, weeks), _Stage("with what I had", "+", start), _Stage("after the lamp", "-", 45)),
        "euros",
    )


def _reading(draw: Draw) -> _Sum:
    pages, read, daily = 180 + 4 * draw.below(80), 12 + draw.below(60), 6 + draw.below(20)
    return _Sum(
        f"My book has {pages} pages. I have read {read}, and skip the 10 pages of notes. "
        f"At {daily} pages a day, for how many full days will I read?",
        pages,
        (_Stage("pages left", "-", read), _Stage("without the notes", "-", 10), _Stage("full days", "/", daily)),
        "days",
    )


_SUMS: tuple[Callable[[Draw], _Sum], ...] = (_shopping, _fence, _classes, _saving, _reading)
